//! A folder of vectors on disk.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use anyhow::{ensure, Context, Result};
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;

/// Largest file read, after unpacking: a bound against a bomb, many times the largest vector.
const FILE_BYTES_MAX: u64 = 256 << 20;

/// What a file as a whole is expected to come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Expect {
    /// Every item verifies from the named trust.
    #[serde(rename = "accept")]
    Accept,
    /// Must be refused.
    #[serde(rename = "reject")]
    Reject,
    /// Each case states its own verdict and reason.
    #[serde(rename = "cases")]
    Cases,
    /// Verifies only against itself.
    #[serde(rename = "self-consistent")]
    SelfConsistent,
    /// Hash, codec or id values to reproduce.
    #[serde(rename = "codec")]
    Codec,
    /// A trust anchor that must parse.
    #[serde(rename = "anchor")]
    Anchor,
    /// Material without a verdict.
    #[serde(rename = "data")]
    Data,
    /// Accepted, or refused with the unsupported feature named.
    #[serde(rename = "accept or unsupported")]
    AcceptOrUnsupported,
}

/// One line of the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Entry {
    /// Path below the folder.
    pub file: String,
    /// Chain family.
    pub family: String,
    /// What is expected.
    pub expect: Expect,
    /// Where trust comes from: `self`, `none`, another file, or words.
    #[serde(default)]
    pub trust: String,
    /// For people.
    #[serde(default)]
    pub note: String,
}

/// A folder with its manifest.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
    entries: Vec<Entry>,
}

impl Folder {
    /// Reads the manifest.
    ///
    /// # Errors
    /// No readable `MANIFEST.json`, or an expectation that this program does not know.
    pub fn open(root: &Path) -> Result<Self> {
        #[derive(Deserialize)]
        struct Manifest {
            files: Vec<Entry>,
        }
        let path = root.join("MANIFEST.json");
        let bytes = std::fs::read(&path).with_context(|| format!("reading `{}`", path.display()))?;
        let manifest: Manifest = serde_json::from_slice(&bytes).with_context(|| format!("understanding `{}`", path.display()))?;
        Ok(Self { root: root.to_owned(), entries: manifest.files })
    }

    /// The folder `vectors` beside the repository, or where `GOVHUB_VECTORS` says.
    pub fn beside_repository() -> PathBuf {
        let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/vectors");
        std::env::var_os("GOVHUB_VECTORS").map_or(beside, PathBuf::from)
    }

    /// The manifest's lines.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Bytes of a file; a name that ends in `.gz` is unpacked.
    ///
    /// # Errors
    /// It cannot be read, or is larger than a vector may be.
    pub fn bytes(&self, file: &str) -> Result<Vec<u8>> {
        let path = self.root.join(file);
        let doing = || format!("reading `{}`", path.display());
        let opened = File::open(&path).with_context(doing)?;
        let mut bytes = Vec::new();
        let read = if file.ends_with(".gz") {
            GzDecoder::new(opened).take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
        } else {
            opened.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes)
        };
        read.with_context(doing)?;
        ensure!(bytes.len() as u64 <= FILE_BYTES_MAX, "`{}` is larger than {FILE_BYTES_MAX} bytes", path.display());
        Ok(bytes)
    }

    /// A file as JSON.
    ///
    /// # Errors
    /// As [`Folder::bytes`], and what is no JSON.
    pub fn json(&self, file: &str) -> Result<Value> {
        serde_json::from_slice(&self.bytes(file)?).with_context(|| format!("understanding `{file}`"))
    }

    /// A file with one JSON value a line.
    ///
    /// # Errors
    /// As [`Folder::json`].
    pub fn json_lines(&self, file: &str) -> Result<Vec<Value>> {
        let text = String::from_utf8(self.bytes(file)?).with_context(|| format!("`{file}` is not text"))?;
        text.lines().filter(|line| !line.trim().is_empty()).map(|line| serde_json::from_str(line).with_context(|| format!("understanding `{file}`"))).collect()
    }
}
