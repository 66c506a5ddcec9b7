//! Licences from a CSV file (PROTOCOL 3): RFC 4180, two header languages, a row at a time, bad rows named by line and column.
//!
//! No field has a line break, so every line is a row: a quote that is not closed makes its own line bad and hides none behind it ([`super::lines`]).
//! Errors name line, column and rule, never what the field held: names, ids and licence numbers must not reach a log.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;

use govhub_types::hash::sha256;
use govhub_types::LicenceId;

use super::date::day_of;
use super::lines::{Broken, Lines, Raw, LINE_BYTES_MAX};

/// Longest holder name in bytes.
const NAME_BYTES_MAX: usize = 256;
/// Longest holder id in bytes.
const HOLDER_ID_BYTES_MAX: usize = 64;

/// The seven columns, in the order of PROTOCOL 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Column {
    /// GB/T 36904, full dotted form.
    LicenceId,
    /// Holder's name.
    HolderName,
    /// Holder's id.
    HolderId,
    /// `YYYY-MM-DD`.
    IssuedOn,
    /// `YYYY-MM-DD`.
    NotBefore,
    /// `YYYY-MM-DD`.
    NotAfter,
    /// `VALID`, `SUSPENDED`, `REVOKED` or `CANCELLED`.
    Status,
}

impl Column {
    /// All seven, in order.
    pub const ALL: [Column; 7] =
        [Self::LicenceId, Self::HolderName, Self::HolderId, Self::IssuedOn, Self::NotBefore, Self::NotAfter, Self::Status];

    /// Header names that mean this column: ours first, then GB/T 36903's code and its Chinese names.
    pub const fn names(self) -> &'static [&'static str] {
        match self {
            Self::LicenceId => &["licence_id", "ZZBS", "证照标识"],
            Self::HolderName => &["holder_name", "CZZT", "持证主体"],
            Self::HolderId => &["holder_id", "CZZTDM", "持证主体代码"],
            Self::IssuedOn => &["issued_on", "ZZBFRQ", "证照颁发日期", "颁发日期"],
            Self::NotBefore => &["not_before", "ZZYXQQSRQ", "证照有效期起始日期", "有效期起始日期"],
            Self::NotAfter => &["not_after", "ZZYXQJZRQ", "证照有效期截止日期", "有效期截止日期"],
            Self::Status => &["status", "ZZZT", "证照状态", "状态"],
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.names()[0])
    }
}

/// Statuses as a file may spell them, with their numbers of PROTOCOL 2.
const STATUSES: [(&str, u32); 9] = [
    ("VALID", 1), ("SUSPENDED", 2), ("REVOKED", 3), ("CANCELLED", 4),
    ("有效", 1), ("暂停", 2), ("吊销", 3), ("撤销", 3), ("注销", 4),
];

/// A row that can be loaded.
#[derive(Clone, PartialEq, Eq)]
pub struct Licence {
    /// Line on which the row starts, from 1.
    pub line: u64,
    /// Checked id.
    pub id: LicenceId,
    /// Holder's name.
    pub holder_name: String,
    /// Holder's id.
    pub holder_id: String,
    /// Day of issue.
    pub issued_on: u32,
    /// First day in force.
    pub not_before: u32,
    /// Last day in force.
    pub not_after: u32,
    /// Number of the status.
    pub status: u32,
}

/// A row that cannot, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadRow {
    /// Line on which the row starts, from 1.
    pub line: u64,
    /// Line on which it ends: another one only where a quoted field has line breaks.
    pub last_line: u64,
    /// Column: its name, or what is wrong with the columns as a whole.
    pub column: String,
    /// Which rule is broken.
    pub reason: String,
}

impl BadRow {
    /// A bad row of one line.
    pub fn at(line: u64, column: &str, reason: impl Into<String>) -> Self {
        Self { line, last_line: line, column: column.into(), reason: reason.into() }
    }

    /// The same where the row ends on `last_line`: then a missing quote may be the cause, and the lines between were not read as rows.
    fn spanning(self, last_line: u64) -> Self {
        if last_line == self.line {
            return self;
        }
        let reason = format!("{}; a quoted field goes on over these lines, none of which was read as a row: if a quote is missing, close it and load again", self.reason);
        Self { last_line, reason, ..self }
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.last_line == self.line {
            true => write!(f, "line {}", self.line)?,
            false => write!(f, "lines {} to {}", self.line, self.last_line)?,
        }
        write!(f, ", column `{}`: {}", self.column, self.reason)
    }
}

/// What every licence of a file must agree with.
#[derive(Clone, Debug)]
pub struct Expected {
    /// The department whose register this is: the id's issuer.
    pub issuer: String,
    /// Today's day number: nothing is issued tomorrow.
    pub today: u32,
}

/// Rows of a file, one at a time: `Ok` those that load, `Err` those that do not.
pub struct Table<R> {
    lines: Lines<R>,
    columns: [usize; 7],
    width: usize,
    expected: Expected,
    seen: BTreeSet<[u8; 16]>,
}

/// Why a file cannot be read at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// The source failed.
    #[error("cannot read the file: {0}")]
    Io(#[from] std::io::Error),
    /// The first row is no header.
    #[error("line 1: {0}; the header is licence_id,holder_name,holder_id,issued_on,not_before,not_after,status or the names of GB/T 36903")]
    Header(String),
}

impl<R: Read> Table<R> {
    /// Reads the header of `source`, which is UTF-8 (see [`super::text`]).
    ///
    /// # Errors
    /// [`TableError`]: unreadable, or a header with a column missing, doubled or unknown.
    pub fn new(source: R, expected: Expected) -> Result<Self, TableError> {
        let mut lines = Lines::new(source);
        let header = match lines.next(None)?.map(|raw| raw.fields) {
            Some(Ok(fields)) => fields,
            Some(Err(Broken::TooLong)) => return Err(TableError::Header(format!("the header has more than {LINE_BYTES_MAX} bytes"))),
            Some(Err(_)) => return Err(TableError::Header("a quote of the header is not closed before a comma or the end of the line".into())),
            None => return Err(TableError::Header("the file is empty".into())),
        };
        Ok(Self { lines, columns: locate(&header)?, width: header.len(), expected, seen: BTreeSet::new() })
    }

    /// The next row, or `None` at the end.
    ///
    /// # Errors
    /// The source failed; a bad row is `Some(Err(..))` and the next call goes on behind it.
    pub fn next_row(&mut self) -> Result<Option<Result<Licence, BadRow>>, TableError> {
        let Some(Raw { line, last_line, fields }) = self.lines.next(Some(self.width))? else { return Ok(None) };
        let judged = match fields {
            Ok(fields) => self.judge(line, &fields),
            Err(broken) => Err(BadRow::at(line, "row", broken_words(broken))),
        };
        Ok(Some(judged.map_err(|bad| bad.spanning(last_line))))
    }

    fn judge(&mut self, line: u64, fields: &[Vec<u8>]) -> Result<Licence, BadRow> {
        let bad = |column: &str, reason: &str| BadRow::at(line, column, reason);
        if fields.len() != self.width {
            return Err(bad("row", &format!("{} fields, the header has {}", fields.len(), self.width)));
        }
        let mut text: [&str; 7] = [""; 7];
        for column in Column::ALL {
            let field = std::str::from_utf8(&fields[self.columns[column as usize]]).unwrap_or("\u{fffd}").trim();
            if field.is_empty() {
                return Err(bad(&column.to_string(), "is empty"));
            }
            if field.contains('\u{fffd}') {
                return Err(bad(&column.to_string(), "has bytes that are not UTF-8, and the file as a whole is not GB18030"));
            }
            if field.chars().any(char::is_control) {
                return Err(bad(&column.to_string(), "has a line break or control character"));
            }
            text[column as usize] = field;
        }
        let [licence_id, holder_name, holder_id, issued_on, not_before, not_after, status] = text;
        let id = self.judge_id(line, licence_id)?;
        if holder_name.len() > NAME_BYTES_MAX {
            return Err(bad("holder_name", &format!("longer than {NAME_BYTES_MAX} bytes")));
        }
        if holder_id.len() > HOLDER_ID_BYTES_MAX {
            return Err(bad("holder_id", &format!("longer than {HOLDER_ID_BYTES_MAX} bytes")));
        }
        let day = |column: Column, text: &str| day_of(text).ok_or_else(|| bad(&column.to_string(), "is no date `YYYY-MM-DD` from 1970-01-01 on"));
        let issued_on = day(Column::IssuedOn, issued_on)?;
        let not_before = day(Column::NotBefore, not_before)?;
        let not_after = day(Column::NotAfter, not_after)?;
        if issued_on > self.expected.today {
            return Err(bad("issued_on", "is after today"));
        }
        if not_after < not_before {
            return Err(bad("not_after", "is before `not_before`"));
        }
        if not_after < issued_on {
            return Err(bad("not_after", "is before `issued_on`"));
        }
        let status = STATUSES
            .into_iter()
            .find_map(|(word, number)| (word == status).then_some(number))
            .ok_or_else(|| bad("status", "is none of VALID, SUSPENDED, REVOKED, CANCELLED (有效, 暂停, 吊销, 注销)"))?;
        // Last, so that a bad row does not shadow its corrected twin further down.
        if !self.seen.insert(fingerprint(id.to_string().as_bytes())) {
            return Err(bad("licence_id", "stands in this file twice"));
        }
        Ok(Licence { line, id, holder_name: holder_name.into(), holder_id: holder_id.into(), issued_on, not_before, not_after, status })
    }

    fn judge_id(&self, line: u64, text: &str) -> Result<LicenceId, BadRow> {
        let bad = |reason: &str| BadRow::at(line, Column::LicenceId.names()[0], reason);
        let id: LicenceId =
            text.parse().map_err(|_| bad("is no GB/T 36904 identifier 1.2.156.3005.2.<type>.<issuer>.<serial>.<version>.<check> with a right check character"))?;
        if id.parts().issuer.as_str() != self.expected.issuer {
            return Err(bad("names another issuer than this chain's department"));
        }
        Ok(id)
    }
}

/// 16 bytes of a hash: duplicates are found without keeping the ids.
fn fingerprint(bytes: &[u8]) -> [u8; 16] {
    sha256(&[bytes])[..16].try_into().expect("a hash has 32 bytes")
}

fn broken_words(broken: Broken) -> String {
    match broken {
        Broken::TooLong => format!("the line has more than {LINE_BYTES_MAX} bytes"),
        Broken::Unclosed => "a quote is opened and not closed on this line: close it, or write it twice if it belongs to the field".into(),
        Broken::BehindQuote => "behind a closing quote stands something else than a comma: write a quote within a field twice".into(),
    }
}

fn locate(header: &[Vec<u8>]) -> Result<[usize; 7], TableError> {
    let mut found: [Option<usize>; 7] = [None; 7];
    for (index, field) in header.iter().enumerate() {
        let name = std::str::from_utf8(field).unwrap_or_default().trim();
        let column = Column::ALL
            .into_iter()
            .find(|c| c.names().contains(&name))
            .ok_or_else(|| TableError::Header(format!("column {} `{}` is unknown", index + 1, name.chars().take(32).collect::<String>())))?;
        if found[column as usize].replace(index).is_some() {
            return Err(TableError::Header(format!("column `{column}` stands twice")));
        }
    }
    let mut columns = [0; 7];
    for column in Column::ALL {
        columns[column as usize] = found[column as usize].ok_or_else(|| TableError::Header(format!("column `{column}` is missing")))?;
    }
    Ok(columns)
}

#[cfg(test)]
mod tests {
    use govhub_types::{DepartmentId, LicenceType};

    use super::*;

    const ISSUER: &str = "11440100MB2C000137";
    const HEADER: &str = "licence_id,holder_name,holder_id,issued_on,not_before,not_after,status";
    const REST: &str = "张三,440106199001011234,2020-01-01,2020-01-01,2030-01-01,VALID";

    fn id(issuer: &str, serial: u32) -> String {
        let licence_type: LicenceType = "11100000000013338W011".parse().expect("a type");
        let issuer: DepartmentId = issuer.parse().expect("a department");
        LicenceId::from_parts(&licence_type, &issuer, &format!("GD{serial}"), 1).expect("parts").to_string()
    }

    fn read(text: &str) -> Vec<Result<Licence, BadRow>> {
        let expected = Expected { issuer: ISSUER.into(), today: day_of("2026-11-24").expect("a day") };
        let mut table = Table::new(text.as_bytes(), expected).expect("a good header");
        std::iter::from_fn(|| table.next_row().expect("memory reads")).collect()
    }

    fn header_error(text: &str) -> String {
        let expected = Expected { issuer: ISSUER.into(), today: 0 };
        match Table::new(text.as_bytes(), expected) {
            Err(e) => e.to_string(),
            Ok(_) => panic!("the header was taken"),
        }
    }

    /// One row with one field bent, and behind it its good twin: exactly the bent one is refused, at `column`.
    fn refused(column: &str, bend: impl Fn(&mut Vec<String>)) -> BadRow {
        let mut fields: Vec<String> = [id(ISSUER, 1)].into_iter().chain(REST.split(',').map(str::to_owned)).collect();
        let good = fields.join(",");
        bend(&mut fields);
        let rows = read(&format!("{HEADER}\n{}\n{good}\n", fields.join(",")));
        assert_eq!(rows.len(), 2);
        assert!(rows[1].is_ok(), "the twin is taken: {:?}", rows[1].as_ref().err());
        let bad = rows[0].as_ref().err().expect("refused").clone();
        assert_eq!((bad.line, bad.column.as_str()), (2, column), "{bad}");
        bad
    }

    #[test]
    fn a_good_row_is_read_as_it_stands() {
        let rows = read(&format!("{HEADER}\r\n{},{REST}\r\n", id(ISSUER, 7)));
        let licence = rows[0].as_ref().expect("good");
        assert_eq!((licence.holder_name.as_str(), licence.holder_id.as_str()), ("张三", "440106199001011234"));
        assert_eq!((licence.issued_on, licence.not_after, licence.status), (18_262, 21_915, 1));
    }

    #[test]
    fn chinese_headers_in_another_order_give_the_same_rows() {
        let row = |l: &Licence| (l.id.to_string(), l.holder_name.clone(), l.issued_on, l.status);
        let ours = read(&format!("{HEADER}\n{},{REST}\n", id(ISSUER, 1)));
        let names = format!("证照状态,证照标识,持证主体,持证主体代码,证照颁发日期,证照有效期起始日期,证照有效期截止日期\n有效,{},张三,440106199001011234,2020-01-01,2020-01-01,2030-01-01\n", id(ISSUER, 1));
        let codes = names.replacen("证照状态,证照标识,持证主体,持证主体代码,证照颁发日期,证照有效期起始日期,证照有效期截止日期", "ZZZT,ZZBS,CZZT,CZZTDM,ZZBFRQ,ZZYXQQSRQ,ZZYXQJZRQ", 1);
        for theirs in [names, codes] {
            assert_eq!(row(read(&theirs)[0].as_ref().expect("good")), row(ours[0].as_ref().expect("good")));
        }
    }

    #[test]
    fn a_wrong_check_character_is_found() {
        refused("licence_id", |f| {
            let last = f[0].pop().expect("not empty");
            f[0].push(if last == 'A' { 'B' } else { 'A' });
        });
    }

    #[test]
    fn another_departments_licence_is_refused() {
        refused("licence_id", |f| f[0] = id("11110000000021135M", 1));
    }

    #[test]
    fn an_empty_name_is_refused() {
        refused("holder_name", |f| f[1].clear());
    }

    #[test]
    fn a_long_name_is_refused() {
        refused("holder_name", |f| f[1] = "x".repeat(NAME_BYTES_MAX + 1));
    }

    #[test]
    fn a_line_break_in_a_name_is_refused() {
        refused("holder_name", |f| f[1] = "\"a\nb\"".into());
    }

    #[test]
    fn a_long_holder_id_is_refused() {
        refused("holder_id", |f| f[2] = "1".repeat(HOLDER_ID_BYTES_MAX + 1));
    }

    #[test]
    fn a_day_that_does_not_exist_is_refused() {
        refused("issued_on", |f| f[3] = "2020-02-30".into());
        refused("not_before", |f| f[4] = "01/02/2020".into());
    }

    #[test]
    fn a_licence_of_tomorrow_is_refused() {
        refused("issued_on", |f| f[3] = "2026-11-25".into());
    }

    #[test]
    fn dates_that_cross_are_refused() {
        refused("not_after", |f| f[5] = "2019-12-31".into());
        refused("not_after", |f| (f[4], f[5]) = ("2019-01-01".into(), "2019-12-31".into()));
    }

    #[test]
    fn an_unknown_status_is_refused() {
        refused("status", |f| f[6] = "SUPERSEDED".into());
    }

    #[test]
    fn a_row_with_a_field_too_many_is_refused() {
        refused("row", |f| f.push("x".into()));
    }

    #[test]
    fn no_error_repeats_what_the_row_holds() {
        let bad = refused("status", |f| f[6] = "440106199001011234".into());
        for secret in ["440106199001011234", "张三", "1.2.156"] {
            assert!(!bad.to_string().contains(secret), "{bad}");
        }
    }

    #[test]
    fn a_licence_twice_in_a_file_loads_once() {
        let rows = read(&format!("{HEADER}\n{0},{REST}\n{0},{REST}\n", id(ISSUER, 1)));
        assert!(rows[0].is_ok());
        assert_eq!(rows[1].as_ref().err().map(|b| b.line), Some(3));
    }

    #[test]
    fn a_bad_row_does_not_shadow_its_corrected_twin() {
        let good = format!("{},{REST}", id(ISSUER, 1));
        let rows = read(&format!("{HEADER}\n{}\n{good}\n", good.replace("VALID", "VALIDD")));
        assert!(rows[0].is_err() && rows[1].is_ok());
    }

    #[test]
    fn lines_are_counted_through_blank_lines_and_quoted_breaks() {
        let text = format!("{HEADER}\n\n\r\n{},\"a\nb\",1,2020-01-01,2020-01-01,2030-01-01,VALID\n\nx,{REST}\n", id(ISSUER, 1));
        let lines: Vec<u64> = read(&text).into_iter().map(|r| r.err().expect("both are bad").line).collect();
        assert_eq!(lines, [4, 7]);
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_its_own_row_and_hides_none() {
        let good = |serials: std::ops::Range<u32>| serials.map(|n| format!("{},{REST}\n", id(ISSUER, n))).collect::<String>();
        let unclosed = format!("{},\"{REST}\n", id(ISSUER, 1));
        // To the end of the file, up to a line that opens a quote in the same column, and for longer than a row may be.
        let quoted = format!("{},\"李四\",1,2020-01-01,2020-01-01,2030-01-01,VALID\n", id(ISSUER, 900));
        for (rest, count) in [(good(2..16), 14), (good(2..4) + &quoted + &good(4..16), 15), (good(2..600), 598)] {
            let rows = read(&format!("{HEADER}\n{unclosed}{rest}"));
            let bad: Vec<&BadRow> = rows.iter().filter_map(|r| r.as_ref().err()).collect();
            assert_eq!((bad.len(), rows.len() - bad.len()), (1, count));
            assert_eq!((bad[0].line, bad[0].last_line, bad[0].column.as_str()), (2, 2, "row"));
            assert!(bad[0].reason.contains("not closed"), "{}", bad[0]);
        }
    }

    #[test]
    fn a_quoted_field_over_several_lines_is_named_with_all_of_them_and_smuggles_no_row_in() {
        let within = format!("{},{REST}", id(ISSUER, 2));
        let rows = read(&format!("{HEADER}\n{},\"x\n{within}\ny\",1,2020-01-01,2020-01-01,2030-01-01,VALID\n{},{REST}\n", id(ISSUER, 1), id(ISSUER, 3)));
        assert_eq!(rows.len(), 2);
        let bad = rows[0].as_ref().err().expect("a line break in a name");
        assert_eq!((bad.line, bad.last_line, bad.column.as_str()), (2, 4, "holder_name"));
        assert!(bad.to_string().starts_with("lines 2 to 4, column `holder_name`: ") && bad.reason.contains("if a quote is missing"), "{bad}");
        assert_eq!(rows[1].as_ref().map(|l| l.line), Ok(5));
    }

    #[test]
    fn a_row_of_bad_bytes_is_named_and_its_neighbours_load() {
        let rows = read(&format!("{HEADER}\n{},{REST}\n{},x\u{fffd},1,2020-01-01,2020-01-01,2030-01-01,VALID\n", id(ISSUER, 1), id(ISSUER, 2)));
        assert!(rows[0].is_ok());
        let bad = rows[1].as_ref().err().expect("bad bytes");
        assert_eq!((bad.line, bad.column.as_str()), (3, "holder_name"));
        assert!(bad.reason.contains("not UTF-8"), "{bad}");
    }

    #[test]
    fn a_header_names_what_is_wrong_with_it() {
        assert!(header_error("").contains("empty"));
        assert!(header_error(&HEADER.replace(",status", "")).contains("`status` is missing"));
        assert!(header_error(&HEADER.replace("status", "licence_id")).contains("stands twice"));
        assert!(header_error(&HEADER.replace("holder_name", "name")).contains("column 2 `name` is unknown"));
        assert!(header_error(&HEADER.replace("status", "\"status")).contains("not closed"));
    }

    #[test]
    fn ten_thousand_rows_stream() {
        let rows: String = (0..10_000).map(|n| format!("{},{REST}\n", id(ISSUER, n))).collect();
        assert_eq!(read(&format!("{HEADER}\n{rows}")).into_iter().filter(Result::is_ok).count(), 10_000);
    }
}
