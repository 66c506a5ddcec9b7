//! The licences to load: the sample or the user's file, looked at only as far as the demo must: who issued them, of which types, and
//! which of them should be found valid.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use encoding_rs::GB18030;
use govhub_types::{DepartmentId, LicenceType};

/// The largest file that the demo takes; a larger one belongs into a chain that stays.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Object identifier under which GB/T 36904 identifiers stand.
const ROOT: &str = "1.2.156.3005.2.";
/// Licences that the steps ask about.
pub const LICENCES_NEEDED: usize = 4;

/// Names of the columns that are looked at, as the register knows them.
const NOT_BEFORE: [&str; 4] = ["not_before", "ZZYXQQSRQ", "证照有效期起始日期", "有效期起始日期"];
const NOT_AFTER: [&str; 4] = ["not_after", "ZZYXQJZRQ", "证照有效期截止日期", "有效期截止日期"];
const STATUS: [&str; 4] = ["status", "ZZZT", "证照状态", "状态"];

/// What the demo knows of the licences before they are loaded.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The file.
    pub path: PathBuf,
    /// True for the sample of `configs/demo`, which is without a fault.
    pub ours: bool,
    /// The department that issued most of them: Guangzhou's chain is made for it.
    pub issuer: DepartmentId,
    /// Types of its licences.
    pub types: Vec<LicenceType>,
    /// Line and identifier of its licences whose row says that they are valid today, in order.
    pub valid: Vec<(u64, String)>,
}

/// One row, as far as it can be read.
struct Row {
    line: u64,
    issuer: DepartmentId,
    kind: LicenceType,
    id: String,
    valid: bool,
}

/// The sample of `configs/demo`.
pub fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/demo/licences.csv")
}

/// The rows of `configs/demo` with a fault in most of them.
pub fn bad_path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../configs/demo/licences-bad.csv")
}

impl Sample {
    /// Reads the user's file, or without one the sample of `configs/demo`. `today` is `YYYY-MM-DD`.
    ///
    /// # Errors
    /// It cannot be read, no identifier in it is one, or too few licences are valid for the demo.
    ///
    /// # Not checked
    /// Rows: `govhub licence load` judges them and names the bad ones; see [`Sample::without`].
    pub fn read(file: Option<&Path>, today: &str) -> Result<Self> {
        let path = file.map_or_else(path, Path::to_owned);
        let size = std::fs::metadata(&path).with_context(|| format!("reading {}", path.display()))?.len();
        ensure!(size <= FILE_BYTES_MAX, "{} has {size} bytes; the demo takes at most {FILE_BYTES_MAX}", path.display());
        let bytes = std::fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
        let mut by_issuer: BTreeMap<DepartmentId, Vec<Row>> = BTreeMap::new();
        for row in rows(&text(&bytes), today).with_context(|| format!("reading {}", path.display()))? {
            by_issuer.entry(row.issuer.clone()).or_default().push(row);
        }
        let Some((issuer, rows)) = by_issuer.into_iter().max_by_key(|(_, rows)| rows.len()) else {
            bail!("{} has no row with an identifier `{ROOT}<type>.<issuer>.<serial>.<version>.<check>`", path.display());
        };
        let types: BTreeSet<LicenceType> = rows.iter().map(|row| row.kind.clone()).collect();
        let valid: Vec<(u64, String)> = rows.into_iter().filter(|row| row.valid).map(|row| (row.line, row.id)).collect();
        ensure!(valid.len() >= LICENCES_NEEDED, "{}: {} licences are valid today, the demo asks about {LICENCES_NEEDED}", path.display(), valid.len());
        Ok(Self { path, ours: file.is_none(), issuer, types: types.into_iter().collect(), valid })
    }

    /// Forgets the licences of rows that the register found bad.
    pub fn without(&mut self, lines: &BTreeSet<u64>) {
        self.valid.retain(|(line, _)| !lines.contains(line));
    }
}

/// UTF-8 if it is that, else GB18030: the two that the register takes.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    std::str::from_utf8(bytes).map_or_else(|_| GB18030.decode(bytes).0, Cow::Borrowed)
}

/// Rows that have an identifier.
fn rows(text: &str, today: &str) -> Result<Vec<Row>> {
    // The reader counts the line before a row that follows CR LF.
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().context("the header")?.clone();
    let column = |names: &[&str]| header.iter().position(|name| names.contains(&name.trim()));
    let (from, to, status) = (column(&NOT_BEFORE), column(&NOT_AFTER), column(&STATUS));
    let mut rows = Vec::new();
    for record in reader.records() {
        // A row that is no CSV is the register's to name.
        let Ok(record) = record else { continue };
        let field = |at: Option<usize>| at.and_then(|at| record.get(at)).unwrap_or_default().trim();
        let Some((issuer, kind, id)) = record.iter().find_map(identifier) else { continue };
        let valid = ["VALID", "有效"].contains(&field(status)) && field(from) <= today && today <= field(to);
        let line = record.position().map_or(0, csv::Position::line);
        rows.push(Row { line, issuer, kind, id, valid });
    }
    Ok(rows)
}

/// Issuer, type and the whole of an identifier, if `field` is one.
fn identifier(field: &str) -> Option<(DepartmentId, LicenceType, String)> {
    let field = field.trim();
    let parts: Vec<&str> = field.strip_prefix(ROOT)?.split('.').collect();
    let [kind, issuer, _serial, _version, _check] = parts.as_slice() else { return None };
    Some((issuer.parse().ok()?, kind.parse().ok()?, field.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: &str = "2026-11-27";

    fn file(name: &str, bytes: &[u8]) -> PathBuf {
        let file = std::env::temp_dir().join(format!("govhub-sample-{name}-{}", std::process::id()));
        std::fs::write(&file, bytes).expect("temporary folder is writable");
        file
    }

    #[test]
    fn the_sample_is_of_one_department() {
        let sample = Sample::read(None, TODAY).expect("checked in");
        assert_eq!(sample.types.len(), 3);
        assert!(sample.issuer.as_str().starts_with("11440100"));
        assert!(sample.ours && sample.valid.len() > 900);
    }

    #[test]
    fn a_file_of_gb18030_with_chinese_names_and_quotes_is_read_alike() {
        let sample = std::fs::read_to_string(path()).expect("checked in");
        let (head, rows) = sample.split_once('\n').expect("a header");
        let names = ["电子证照标识", "持证主体", "持证主体代码", "颁发日期", "有效期起始日期", "有效期截止日期", "证照状态"];
        assert_eq!(head.split(',').count(), names.len());
        let chinese = format!("{}\r\n{}", names.join(","), rows.replace("VALID", "\"有效\"").replace('\n', "\r\n"));
        let path = file("gb18030", &GB18030.encode(&chinese).0);
        let read = Sample::read(Some(&path), TODAY).expect("readable");
        let ours = Sample::read(None, TODAY).expect("checked in");
        assert_eq!((read.issuer, read.types), (ours.issuer, ours.types));
        assert!(read.valid == ours.valid, "the same licences on the same lines");
    }

    #[test]
    fn what_is_not_valid_today_or_bad_is_not_asked_about() {
        let sample = std::fs::read_to_string(path()).expect("checked in");
        let rows: Vec<&str> = sample.lines().take(8).collect();
        let mut text: Vec<String> = rows.iter().map(|row| (*row).to_owned()).collect();
        text[1] = text[1].replace("VALID", "SUSPENDED");
        let fields: Vec<&str> = rows[2].split(',').collect();
        text[2] = [fields[..4].to_vec(), vec!["2010-01-01", "2011-01-01", "VALID"]].concat().join(",");
        let path = file("dates", text.join("\n").as_bytes());
        let mut read = Sample::read(Some(&path), TODAY).expect("readable");
        assert!(read.valid.iter().all(|(line, _)| ![2, 3].contains(line)), "{:?}", read.valid);
        let before = read.valid.len();
        read.without(&[4].into());
        assert_eq!(read.valid.len(), before - 1);
    }

    #[test]
    fn a_file_without_identifiers_or_with_too_few_valid_licences_is_refused() {
        let said = |path: &Path| format!("{:#}", Sample::read(Some(path), TODAY).expect_err("refused"));
        assert!(said(&file("none", b"licence_id\nno identifier\n")).contains("no row with an identifier"));
        let sample = std::fs::read_to_string(path()).expect("checked in");
        let few: Vec<&str> = sample.lines().take(4).collect();
        assert!(said(&file("few", few.join("\n").as_bytes())).contains("licences are valid today"));
    }
}
