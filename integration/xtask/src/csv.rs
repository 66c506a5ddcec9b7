//! `cargo xtask demo-csv`: the sample licences of `configs/demo/`, made from a seed.
//!
//! Everybody in them is made up: the identity numbers carry birth dates of the nineteenth century, and the names are compound
//! surnames with rare given names, so that each of them found in a database, a log or a packet is a leak and not a coincidence
//! (the demo's canary scan searches for exactly these). Identifiers follow GB/T 36904 and pass the MOD 37,36 check.

use std::fmt::Write;

use anyhow::{Context, Result};

/// The Guangzhou department of the demo that issued them.
pub const ISSUER: &str = "11440100MB2C000137";
/// The licence types in the sample: real estate certificate (as published), and two of the province.
pub const TYPES: [&str; 3] = ["11100000000013338W011", "11440000MB2C00099W001", "11440000MB2C00099W002"];
/// Rows of the good sample.
pub const ROWS: usize = 1_000;
const HEADER: &str = "licence_id,holder_name,holder_id,issued_on,not_before,not_after,status";
const SEED: u64 = 0x6776_6875_6231_3030;

/// Writes both files.
///
/// # Errors
/// The folder cannot be written.
pub fn run() -> Result<u8> {
    let folder = crate::root().join("configs/demo");
    for (name, text) in [("licences.csv", good()), ("licences-bad.csv", bad())] {
        let path = folder.join(name);
        std::fs::write(&path, text).with_context(|| format!("writing {}", path.display()))?;
        println!("{}", path.display());
    }
    Ok(0)
}

/// The 1,000 licences, header included, lines ended by LF.
pub fn good() -> String {
    let mut random = Random(SEED);
    let mut text = format!("{HEADER}\n");
    for n in 0..ROWS {
        writeln!(text, "{}", Row::draw(n, &mut random).line()).expect("writing to a string cannot fail");
    }
    text
}

/// Six rows: four with one fault each, two without. Line and column of each fault are in the comment beside it.
pub fn bad() -> String {
    let mut random = Random(SEED ^ 1);
    let mut rows: Vec<Row> = (ROWS..ROWS + 6).map(|n| Row::draw(n, &mut random)).collect();
    let check = rows[1].licence_id.pop().expect("an identifier has a check character");
    rows[1].licence_id.push(if check == '0' { '1' } else { '0' }); // line 3, licence_id: check character
    rows[2].not_after = "2030-02-30".into(); // line 4, not_after: no such day
    rows[4].licence_id = rows[0].licence_id.clone(); // line 6, licence_id: the same as line 2
    rows[5].status = "LOST"; // line 7, status: no such status
    let lines: Vec<String> = rows.iter().map(Row::line).collect();
    format!("{HEADER}\n{}\n", lines.join("\n"))
}

struct Row {
    licence_id: String,
    holder_name: String,
    holder_id: String,
    issued_on: String,
    not_before: String,
    not_after: String,
    status: &'static str,
}

impl Row {
    fn draw(n: usize, random: &mut Random) -> Self {
        let year = 2016 + random.below(10);
        let (month, day) = (1 + random.below(12), 1 + random.below(28));
        let issued_on = format!("{year}-{month:02}-{day:02}");
        // One in twenty has run out; the first hundred have not, so that the demo can show one that is valid.
        let years = if n >= 100 && random.below(20) == 0 { 1 } else { 30 };
        let status = match random.below(50) {
            0 if n >= 100 => "SUSPENDED",
            1 if n >= 100 => "REVOKED",
            _ => "VALID",
        };
        let body_serial = format!("GD{year}{:07}", random.below(10_000_000));
        Row {
            licence_id: licence_id(TYPES[n % TYPES.len()], ISSUER, &body_serial, 1),
            holder_name: holder_name(n, random),
            holder_id: holder_id(n, random),
            not_before: issued_on.clone(),
            not_after: format!("{}-{month:02}-{day:02}", year + years),
            issued_on,
            status,
        }
    }

    fn line(&self) -> String {
        [&self.licence_id, &self.holder_name, &self.holder_id, &self.issued_on, &self.not_before, &self.not_after, self.status].join(",")
    }
}


/// The identifier in full dotted form with its check character.
///
/// Source: GB/T 36904-2018; ISO/IEC 7064 MOD 37,36 over the parts without dots.
pub fn licence_id(kind: &str, issuer: &str, serial: &str, version: u32) -> String {
    let body = format!("{kind}{issuer}{serial}{version:03}");
    format!("1.2.156.3005.2.{kind}.{issuer}.{serial}.{version:03}.{}", mod_37_36(&body))
}

/// ISO/IEC 7064 MOD 37,36 check character of `body` (digits and capitals).
fn mod_37_36(body: &str) -> char {
    const ALPHABET: &[u8; 36] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    let index = |b: u8| ALPHABET.iter().position(|&a| a == b).expect("bodies are made here of digits and capitals");
    let p = body.bytes().fold(36, |p, b| {
        let sum = (p + index(b)) % 36;
        (if sum == 0 { 36 } else { sum }) * 2 % 37
    });
    char::from(ALPHABET[(37 - p) % 36])
}

/// A name of four characters: compound surname and two rare ones; `n` makes it unique.
fn holder_name(n: usize, random: &mut Random) -> String {
    const SURNAMES: [&str; 16] = [
        "欧阳", "司徒", "上官", "诸葛", "夏侯", "皇甫", "尉迟", "公孙", "慕容", "长孙", "宇文", "司空", "鲜于", "闾丘", "太叔", "濮阳",
    ];
    const GIVEN: [&str; 64] = [
        "湉", "昶", "翀", "珩", "祎", "旻", "晞", "昀", "骞", "玥", "琤", "璠", "邈", "燊", "霈", "霁", "翯", "翾", "翥", "翙", "曈", "曜", "晔", "晟",
        "暄", "暾", "曦", "澍", "瀚", "灏", "焜", "煊", "煦", "熠", "燚", "珂", "珣", "琚", "琮", "瑄", "瑀", "璟", "瓒", "砚", "硕", "祺", "禛", "稷",
        "笙", "筠", "箴", "簌", "纾", "绎", "缜", "羲", "翊", "舸", "芃", "芮", "苡", "茗", "荻", "莳",
    ];
    let surname = SURNAMES[random.below(SURNAMES.len() as u64) as usize];
    format!("{surname}{}{}", GIVEN[n % 64], GIVEN[(n / 64 + n) % 64])
}

/// A resident identity number with a right check character and a birth date of the nineteenth century.
///
/// Source: GB 11643-1999, ISO/IEC 7064 MOD 11-2.
fn holder_id(n: usize, random: &mut Random) -> String {
    let body = format!("4401{:02}18{:02}{:02}{:02}{:03}", 3 + random.below(15), 10 + random.below(90), 1 + random.below(12), 1 + random.below(28), n % 1000);
    let sum: u32 = body.bytes().zip(0u32..).map(|(b, i)| u32::from(b - b'0') * (2u32.pow(17 - i) % 11)).sum();
    format!("{body}{}", char::from(b"10X98765432"[(sum % 11) as usize]))
}

/// SplitMix64: the same numbers on every machine and for ever.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; the bias is irrelevant for samples.
    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }
}
