//! The licences to load: the sample or the user's file, looked at only as far as the demo must: who issued them and of which types.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use anyhow::{bail, ensure, Context, Result};
use govhub_types::{DepartmentId, LicenceType};

/// The largest file that the demo takes; a larger one belongs into a chain that stays.
const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;
/// Object identifier under which GB/T 36904 identifiers stand.
const ROOT: &str = "1.2.156.3005.2.";

/// What the demo knows of the licences before they are loaded.
#[derive(Clone, Debug)]
pub struct Sample {
    /// The file.
    pub path: PathBuf,
    /// The department that issued most of them: Guangzhou's chain is made for it.
    pub issuer: DepartmentId,
    /// Types of its licences.
    pub types: Vec<LicenceType>,
    /// Identifiers of its licences whose row says they are valid, in order.
    pub valid: Vec<String>,
    /// Rows behind the header.
    pub rows: usize,
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
    /// Reads `path`.
    ///
    /// # Errors
    /// It cannot be read, or no identifier in it is one.
    ///
    /// # Not checked
    /// Rows: `govhub licence load` judges them and names the bad ones.
    pub fn read(path: &Path) -> Result<Self> {
        let size = std::fs::metadata(path).with_context(|| format!("reading {}", path.display()))?.len();
        ensure!(size <= FILE_BYTES_MAX, "{} has {size} bytes; the demo takes at most {FILE_BYTES_MAX}", path.display());
        let bytes = std::fs::read(path).with_context(|| format!("reading {}", path.display()))?;
        // Identifiers are ASCII in UTF-8 and GB18030 alike, so the encoding need not be known.
        let text = String::from_utf8_lossy(&bytes);
        let mut by_issuer: BTreeMap<DepartmentId, Vec<(LicenceType, String, bool)>> = BTreeMap::new();
        let mut rows = 0;
        for line in text.lines().skip(1).filter(|line| !line.trim().is_empty()) {
            rows += 1;
            let Some((issuer, kind, id)) = line.split([',', '"']).find_map(identifier) else { continue };
            let valid = ["VALID", "有效"].contains(&line.trim_end().rsplit(',').next().unwrap_or_default().trim_matches('"'));
            by_issuer.entry(issuer).or_default().push((kind, id, valid));
        }
        let Some((issuer, licences)) = by_issuer.into_iter().max_by_key(|(_, licences)| licences.len()) else {
            bail!("{} has no row with an identifier `{ROOT}<type>.<issuer>.<serial>.<version>.<check>`", path.display());
        };
        let types: BTreeSet<LicenceType> = licences.iter().map(|(kind, ..)| kind.clone()).collect();
        let valid = licences.into_iter().filter(|(.., valid)| *valid).map(|(_, id, _)| id).collect();
        Ok(Self { path: path.to_owned(), issuer, types: types.into_iter().collect(), valid, rows })
    }
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

    #[test]
    fn the_sample_is_of_one_department() {
        let sample = Sample::read(&path()).expect("checked in");
        assert_eq!((sample.rows, sample.types.len()), (1_000, 3));
        assert!(sample.issuer.as_str().starts_with("11440100"));
        assert!(sample.valid.len() > 900);
    }

    #[test]
    fn a_file_without_identifiers_is_refused() {
        let file = std::env::temp_dir().join(format!("govhub-sample-{}", std::process::id()));
        std::fs::write(&file, "licence_id\nno identifier\n").expect("temporary folder is writable");
        let error = Sample::read(&file).expect_err("no identifier").to_string();
        std::fs::remove_file(&file).expect("written above");
        assert!(error.contains("no row with an identifier"), "{error}");
    }
}
