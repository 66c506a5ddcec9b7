//! The canary scan: no file under a folder contains a secret, in any common encoding.
//!
//! A secret is searched as its bytes, in hexadecimal (both cases), in base64 (both alphabets, at each of the three alignments),
//! in UTF-16 (both byte orders) and, if it is text beyond ASCII, in GB18030. Before the folder is judged clean, a canary is
//! planted in it on purpose, in each encoding, and must be found: a scan that finds nothing proves nothing.
//!
//! **Not checked**: contents that a program compressed or encrypted. Databases compress their tables: scan what `govhub store dump` writes
//! of them beside the files themselves. The sealed store is encrypted, which is its purpose.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, MatchKind};
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use base64::Engine;

/// Shortest secret that is searched, in bytes: shorter ones occur by chance.
pub const SECRET_BYTES_MIN: usize = 8;
/// Bytes read at a time; a file is never held whole.
const CHUNK_BYTES: usize = 1 << 20;

/// One secret and what to call it in a report (the report must not repeat the secret).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    /// Shown when it is found, for example `holder_name of row 17`.
    pub label: String,
    /// What must not be found.
    pub bytes: Vec<u8>,
}

/// A secret that was found.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The file.
    pub file: PathBuf,
    /// Label of the secret.
    pub label: String,
    /// Encoding in which it stands.
    pub encoding: &'static str,
}

/// Why a folder could not be judged.
#[derive(Debug)]
pub enum ScanError {
    /// A file could not be read.
    Io(PathBuf, std::io::Error),
    /// The planted canary was not found in this encoding: the scan is blind.
    Blind(&'static str),
    /// The secrets cannot be searched.
    Secrets(String),
}

impl std::fmt::Display for ScanError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(path, why) => write!(f, "reading {}: {why}", path.display()),
            Self::Blind(encoding) => write!(f, "the canary planted in {encoding} was not found: the scan is blind"),
            Self::Secrets(why) => write!(f, "the list of secrets: {why}"),
        }
    }
}

impl std::error::Error for ScanError {}

/// What a scan covered and found.
#[derive(Debug)]
pub struct Report {
    /// Files read.
    pub files: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Each secret found, once per file and encoding.
    pub leaks: BTreeSet<Leak>,
}

/// Every way in which `bytes` is searched: name of the encoding and the bytes to find.
pub fn encodings(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let mut all = vec![("raw", bytes.to_vec()), ("hex", hex::encode(bytes).into_bytes()), ("HEX", hex::encode_upper(bytes).into_bytes())];
    for shift in 0..3 {
        all.push(("base64", aligned(&STANDARD_NO_PAD, bytes, shift)));
        all.push(("base64url", aligned(&URL_SAFE_NO_PAD, bytes, shift)));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        all.push(("UTF-16LE", text.encode_utf16().flat_map(u16::to_le_bytes).collect()));
        all.push(("UTF-16BE", text.encode_utf16().flat_map(u16::to_be_bytes).collect()));
        if !text.is_ascii() {
            all.push(("GB18030", encoding_rs::GB18030.encode(text).0.into_owned()));
        }
    }
    all
}

/// The base64 characters that `bytes` always gives when it starts `shift` bytes after a group of three.
fn aligned(engine: &impl Engine, bytes: &[u8], shift: usize) -> Vec<u8> {
    let mut padded = vec![0; shift];
    padded.extend_from_slice(bytes);
    let text = engine.encode(&padded).into_bytes();
    // Characters that also hold bits of the bytes before or behind are left out.
    let start = [0, 2, 3][shift];
    let end = padded.len() * 8 / 6;
    text[start..end].to_vec()
}

/// Scans every file under `folder`, after finding a canary that it plants there and removes.
///
/// # Errors
/// [`ScanError`]: a file cannot be read, the secrets are none or too short, or the planted canary was not found.
pub fn scan(folder: &Path, secrets: &[Secret]) -> Result<Report, ScanError> {
    if secrets.is_empty() {
        return Err(ScanError::Secrets("is empty".into()));
    }
    if let Some(short) = secrets.iter().find(|s| s.bytes.len() < SECRET_BYTES_MIN) {
        return Err(ScanError::Secrets(format!("`{}` has fewer than {SECRET_BYTES_MIN} bytes", short.label)));
    }
    let planted = Secret { label: "planted canary".into(), bytes: "金丝雀-canary-planted-on-purpose".into() };
    let all: Vec<&Secret> = secrets.iter().chain([&planted]).collect();
    let mut patterns = Vec::new();
    let mut meaning = Vec::new();
    for secret in &all {
        for (encoding, bytes) in encodings(&secret.bytes) {
            patterns.push(bytes);
            meaning.push((secret.label.as_str(), encoding));
        }
    }
    let longest = patterns.iter().map(Vec::len).max().unwrap_or(1);
    let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).map_err(|e| ScanError::Secrets(e.to_string()))?;

    // The canary stands behind and before other bytes, over the boundary of two chunks.
    for (encoding, bytes) in encodings(&planted.bytes) {
        let path = folder.join(format!("planted-canary-{}", std::process::id()));
        let mut content = vec![0x5a; CHUNK_BYTES - bytes.len() / 2];
        content.extend_from_slice(&bytes);
        content.extend_from_slice(b"zz");
        std::fs::write(&path, &content).map_err(|e| ScanError::Io(path.clone(), e))?;
        let mut found = BTreeSet::new();
        let read = scan_file(&path, &automaton, &meaning, longest, &mut found);
        std::fs::remove_file(&path).map_err(|e| ScanError::Io(path.clone(), e))?;
        read?;
        if !found.iter().any(|leak| leak.label == planted.label && leak.encoding == encoding) {
            return Err(ScanError::Blind(encoding));
        }
    }

    let mut report = Report { files: 0, bytes: 0, leaks: BTreeSet::new() };
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|e| ScanError::Io(folder.clone(), e))?;
        for entry in entries {
            let entry = entry.map_err(|e| ScanError::Io(folder.clone(), e))?;
            let kind = entry.file_type().map_err(|e| ScanError::Io(entry.path(), e))?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                report.files += 1;
                report.bytes += scan_file(&entry.path(), &automaton, &meaning, longest, &mut report.leaks)?;
                scan_name(&entry.path(), &automaton, &meaning, &mut report.leaks);
            }
        }
    }
    Ok(report)
}

/// File names can leak too.
fn scan_name(path: &Path, automaton: &AhoCorasick, meaning: &[(&str, &'static str)], leaks: &mut BTreeSet<Leak>) {
    for found in automaton.find_overlapping_iter(path.as_os_str().as_encoded_bytes()) {
        let (label, encoding) = meaning[found.pattern().as_usize()];
        leaks.insert(Leak { file: path.to_path_buf(), label: label.to_owned(), encoding });
    }
}

fn scan_file(
    path: &Path,
    automaton: &AhoCorasick,
    meaning: &[(&str, &'static str)],
    longest: usize,
    leaks: &mut BTreeSet<Leak>,
) -> Result<u64, ScanError> {
    let failed = |e| ScanError::Io(path.to_path_buf(), e);
    let mut file = std::fs::File::open(path).map_err(failed)?;
    let mut window: Vec<u8> = Vec::with_capacity(CHUNK_BYTES + longest);
    let mut total = 0u64;
    loop {
        // What could be the beginning of a secret stays for the next round.
        let keep = window.len().min(longest - 1);
        window.drain(..window.len() - keep);
        let read = (&mut file).take(CHUNK_BYTES as u64).read_to_end(&mut window).map_err(failed)?;
        if read == 0 {
            return Ok(total);
        }
        total += read as u64;
        for found in automaton.find_overlapping_iter(&window) {
            let (label, encoding) = meaning[found.pattern().as_usize()];
            leaks.insert(Leak { file: path.to_path_buf(), label: label.to_owned(), encoding });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, content: &[u8]) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("govhub-canary-{name}-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("deep")).expect("temporary folder is writable");
        std::fs::write(folder.join("deep/file"), content).expect("temporary folder is writable");
        folder
    }

    fn secret() -> Secret {
        Secret { label: "holder_name of row 1".into(), bytes: "欧阳湉昶".into() }
    }

    #[test]
    fn a_clean_folder_is_clean() {
        let folder = folder("clean", "欧阳 湉昶".as_bytes());
        let report = scan(&folder, &[secret()]).expect("readable");
        std::fs::remove_dir_all(&folder).expect("made above");
        assert!(report.leaks.is_empty(), "{:?}", report.leaks);
        assert_eq!(report.files, 1);
    }

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        for (index, (encoding, bytes)) in encodings(&secret().bytes).into_iter().enumerate() {
            let content = [b"before ".as_slice(), &bytes, b" after"].concat();
            let folder = folder(&format!("found{index}"), &content);
            let report = scan(&folder, &[secret()]).expect("readable");
            std::fs::remove_dir_all(&folder).expect("made above");
            assert!(report.leaks.iter().any(|l| l.encoding == encoding), "{encoding}: {:?}", report.leaks);
        }
    }

    #[test]
    fn base64_is_found_at_each_alignment() {
        for shift in 0..3 {
            let text = STANDARD_NO_PAD.encode([&b"xy"[..shift], &secret().bytes, b"tail"].concat());
            let folder = folder(&format!("base64-{shift}"), text.as_bytes());
            let report = scan(&folder, &[secret()]).expect("readable");
            std::fs::remove_dir_all(&folder).expect("made above");
            assert!(report.leaks.iter().any(|l| l.encoding == "base64"), "shift {shift}");
        }
    }

    #[test]
    fn a_secret_in_a_file_name_is_found() {
        let folder = folder("name", b"nothing");
        std::fs::write(folder.join("欧阳湉昶.txt"), b"nothing").expect("temporary folder is writable");
        let report = scan(&folder, &[secret()]).expect("readable");
        std::fs::remove_dir_all(&folder).expect("made above");
        assert_eq!(report.leaks.len(), 1);
    }

    #[test]
    fn a_secret_too_short_to_search_is_refused() {
        let folder = folder("short", b"nothing");
        let result = scan(&folder, &[Secret { label: "short".into(), bytes: b"1234567".to_vec() }]);
        std::fs::remove_dir_all(&folder).expect("made above");
        assert!(matches!(result, Err(ScanError::Secrets(_))));
    }
}
