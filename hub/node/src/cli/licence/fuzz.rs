//! Bent files of licences: whatever the bytes, encoding, lines and rows are told without a panic, and the same at any cut of the source.

use std::io::{self, Cursor, Read};

use encoding_rs::GB18030;
use govhub_fuzz::{run, Target, CASES};
use govhub_types::{DepartmentId, LicenceId, LicenceType};

use super::table::{BadRow, Expected, Licence, Table};
use super::text::{detect, Utf8Reader};

const ISSUER: &str = "11440100MB2C000137";
const TODAY: u32 = 20_781;

/// Gives a byte at a time.
struct Drops<R>(R);

impl<R: Read> Read for Drops<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let room = out.len().min(1);
        self.0.read(&mut out[..room])
    }
}

fn rows(source: impl Read) -> Option<Vec<Result<Licence, BadRow>>> {
    let mut table = Table::new(source, Expected { issuer: ISSUER.into(), today: TODAY }).ok()?;
    Some(std::iter::from_fn(|| table.next_row().expect("memory reads")).collect())
}

/// True iff every row of the file loads.
fn file(bytes: &[u8]) -> bool {
    let encoding = detect(&mut Cursor::new(bytes)).expect("memory reads");
    let whole = rows(Utf8Reader::new(bytes, encoding));
    assert!(whole == rows(Utf8Reader::new(Drops(bytes), encoding)), "the cut of the source shows");
    let Some(rows) = whole else { return false };
    let mut behind = 1;
    for row in &rows {
        let (line, last_line) = match row {
            Ok(licence) => (licence.line, licence.line),
            Err(bad) => (bad.line, bad.last_line),
        };
        assert!(line > behind && last_line >= line, "rows go forward");
        behind = last_line;
        if let Ok(licence) = row {
            assert!(licence.id.parts().issuer.as_str() == ISSUER && licence.not_before <= licence.not_after && licence.issued_on <= TODAY);
            assert!(![&licence.holder_name, &licence.holder_id].iter().any(|text| text.is_empty() || text.chars().any(char::is_control)));
        }
    }
    !rows.is_empty() && rows.iter().all(Result::is_ok)
}

fn seeds() -> Vec<Vec<u8>> {
    let licence_type: LicenceType = "11100000000013338W011".parse().expect("a type");
    let issuer: DepartmentId = ISSUER.parse().expect("a department");
    let id = |serial: u32| LicenceId::from_parts(&licence_type, &issuer, &format!("GD{serial}"), 1).expect("parts");
    let ours = format!(
        "licence_id,holder_name,holder_id,issued_on,not_before,not_after,status\r\n{},\"张三, \"\"丰\"\"\",4401,2020-01-01,2020-01-01,2030-01-01,VALID\r\n{},李四,4402,2020-01-01,2020-01-01,2030-01-01,REVOKED\r\n",
        id(1), id(2),
    );
    let theirs = format!(
        "证照标识,持证主体,持证主体代码,证照颁发日期,证照有效期起始日期,证照有效期截止日期,证照状态\n{},张三丰,4401,2020-01-01,2020-01-01,2030-01-01,有效\n\n{},李四,4402,2020-01-01,2020-01-01,2030-01-01,注销\n",
        id(3), id(4),
    );
    let gb18030 = GB18030.encode(&theirs).0.into_owned();
    vec![[b"\xef\xbb\xbf", ours.as_bytes()].concat(), ours.into_bytes(), theirs.into_bytes(), gb18030]
}

#[test]
fn bent_files_of_licences_are_told_row_by_row_at_any_cut() {
    let target = Target { name: "licence file", seeds: seeds(), run: file };
    assert!(target.seeds.iter().all(|seed| file(seed)), "every seed loads");
    let covered = run(&target, CASES);
    println!("licence file: {} cases, {} accepted", covered.cases, covered.accepted);
    assert!(covered.accepted > 0 && covered.accepted < covered.cases);
}
