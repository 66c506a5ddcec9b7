//! The department's sealed store: names, holder ids, licence ids, salts and blinds, encrypted, outside the chain.
//!
//! One append-only file `<home>/sealed/licences.log`: `"GVSEAL1\n"`, then records `be32(length) ‖ nonce (24) ‖ ciphertext and tag`.
//! XChaCha20-Poly1305; associated data is `"govhub/sealed/1" ‖ be64(index)`, so records cannot be moved or repeated. Record 0 holds a fixed
//! text: a wrong key is told apart from a damaged file.
//!
//! Invariants: what [`SealedStore::append`] returned for is on disk (fsync); a torn tail was never returned for; it is moved aside at open;
//! one process at a time (file lock); an opened store's errors and logs never carry what it holds.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{Key, XChaCha20Poly1305, XNonce};
use rand::RngCore;
use serde::{Deserialize, Serialize};
use thiserror::Error;

const MAGIC: &[u8; 8] = b"GVSEAL1\n";
const DOMAIN: &[u8] = b"govhub/sealed/1";
const NONCE_BYTES: usize = 24;
const TAG_BYTES: usize = 16;
/// Longest record in bytes: a row of the CSV is at most 16 KiB.
const RECORD_BYTES_MAX: usize = 64 * 1024;

/// Why the store cannot be used.
#[derive(Debug, Error)]
pub enum SealedError {
    /// The disk.
    #[error("sealed store: {0}")]
    Io(#[from] io::Error),
    /// Another process holds it.
    #[error("sealed store is in use by another process: let that command end")]
    InUse,
    /// Not a sealed store.
    #[error("this is no sealed store of version 1: its first bytes are others")]
    NotAStore,
    /// Record 0 does not open.
    #[error("the key does not open this store: give the key file that it was made with")]
    WrongKey,
    /// A record in the middle does not open.
    #[error("sealed store is damaged at record {index}: restore the file from a backup")]
    Damaged {
        /// Position, from 0.
        index: u64,
    },
    /// A record above the bound.
    #[error("a record of {found} bytes is longer than {RECORD_BYTES_MAX}")]
    TooLong {
        /// Bytes.
        found: usize,
    },
}

/// One licence as its department knows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// GB/T 36904, full dotted form.
    pub licence_id: String,
    /// Holder's name.
    pub holder_name: String,
    /// Holder's id number.
    pub holder_id: String,
    /// 16 bytes, random.
    #[serde(with = "hex_bytes")]
    pub salt: Vec<u8>,
    /// SHA-256 of salt and id: what the chain knows.
    #[serde(with = "hex_bytes")]
    pub licence_ref: Vec<u8>,
    /// 21 characters.
    pub licence_type: String,
    /// GB/T 2260.
    pub region: String,
    /// Day of issue.
    pub issued_on: u32,
    /// First day in force.
    pub not_before: u32,
    /// Last day in force.
    pub not_after: u32,
    /// Status at loading; the chain has the present one.
    pub status: u32,
}

/// The blind of a minted code: with it the issuer can show later which licence a request was about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Blind {
    /// Which licence.
    #[serde(with = "hex_bytes")]
    pub licence_ref: Vec<u8>,
    /// 16 bytes, random.
    #[serde(with = "hex_bytes")]
    pub blind: Vec<u8>,
    /// SHA-256 of the code.
    #[serde(with = "hex_bytes")]
    pub code_hash: Vec<u8>,
}

/// What one record holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "record", rename_all = "snake_case")]
pub enum Record {
    /// A licence.
    Row(Row),
    /// A code's blind.
    Blind(Blind),
}

/// An opened store, positioned at its end.
pub struct SealedStore {
    file: File,
    cipher: XChaCha20Poly1305,
    next_index: u64,
    /// Bytes of a torn tail that were moved aside at open; 0 if none.
    pub torn_bytes: u64,
}

impl SealedStore {
    /// Opens `path` (made with mode 0600 if absent) with `key` and hands every record to `each`, oldest first.
    ///
    /// # Errors
    /// [`SealedError`]; nothing was changed except that a torn tail is moved to `<path>.torn-<offset>`.
    pub fn open(path: &Path, key: &[u8; 32], mut each: impl FnMut(Record)) -> Result<Self, SealedError> {
        let cipher = XChaCha20Poly1305::new(Key::from_slice(key));
        let mut file = open_private(path)?;
        file.try_lock().map_err(|e| match e {
            fs::TryLockError::WouldBlock => SealedError::InUse,
            fs::TryLockError::Error(e) => SealedError::Io(e),
        })?;
        let bytes = file.metadata()?.len();
        let good = read_records(&mut file, &cipher, bytes, &mut each)?;
        keep_torn(path, &mut file, good.end, bytes)?;
        let mut store = Self { file, cipher, next_index: good.records, torn_bytes: bytes - good.end };
        store.file.set_len(good.end)?;
        store.file.seek(SeekFrom::Start(good.end))?;
        if good.end == 0 {
            store.file.write_all(MAGIC)?;
            store.write(&[DOMAIN.to_vec()])?;
            sync_folder(path)?;
        }
        Ok(store)
    }

    /// Appends `records`; on return they are on disk.
    ///
    /// # Errors
    /// The disk, or a record that is too long; then none of them counts.
    pub fn append(&mut self, records: &[Record]) -> Result<(), SealedError> {
        let plain: Vec<Vec<u8>> = records.iter().map(|r| serde_json::to_vec(r).expect("text and hex always serialise")).collect();
        if let Some(long) = plain.iter().find(|p| p.len() > RECORD_BYTES_MAX) {
            return Err(SealedError::TooLong { found: long.len() });
        }
        self.write(&plain)
    }

    fn write(&mut self, plain: &[Vec<u8>]) -> Result<(), SealedError> {
        let mut sealed = Vec::new();
        for (index, text) in (self.next_index..).zip(plain) {
            let mut nonce = [0; NONCE_BYTES];
            rand::rngs::OsRng.fill_bytes(&mut nonce);
            let payload = Payload { msg: text, aad: &associated(index) };
            let ciphertext = self.cipher.encrypt(XNonce::from_slice(&nonce), payload).expect("records are far below the cipher's limit");
            let length = u32::try_from(NONCE_BYTES + ciphertext.len()).expect("bounded by RECORD_BYTES_MAX");
            sealed.extend_from_slice(&length.to_be_bytes());
            sealed.extend_from_slice(&nonce);
            sealed.extend_from_slice(&ciphertext);
        }
        self.file.write_all(&sealed)?;
        self.file.sync_data()?;
        self.next_index += plain.len() as u64;
        Ok(())
    }
}

struct Good {
    end: u64,
    records: u64,
}

fn read_records(file: &mut File, cipher: &XChaCha20Poly1305, bytes: u64, each: &mut impl FnMut(Record)) -> Result<Good, SealedError> {
    let mut reader = BufReader::new(file);
    let mut magic = [0; MAGIC.len()];
    if bytes < MAGIC.len() as u64 {
        reader.read_exact(&mut magic[..bytes as usize])?;
        return if MAGIC.starts_with(&magic[..bytes as usize]) { Ok(Good { end: 0, records: 0 }) } else { Err(SealedError::NotAStore) };
    }
    reader.read_exact(&mut magic)?;
    if &magic != MAGIC {
        return Err(SealedError::NotAStore);
    }
    let mut good = Good { end: MAGIC.len() as u64, records: 0 };
    let mut sealed = Vec::new();
    loop {
        let left = bytes - good.end;
        if left < 4 {
            break;
        }
        let mut length = [0; 4];
        reader.read_exact(&mut length)?;
        let length = u64::from(u32::from_be_bytes(length));
        if length > left - 4 {
            break;
        }
        let index = good.records;
        if length < (NONCE_BYTES + TAG_BYTES) as u64 || length > (NONCE_BYTES + RECORD_BYTES_MAX + TAG_BYTES) as u64 {
            return Err(SealedError::Damaged { index });
        }
        sealed.resize(length as usize, 0);
        reader.read_exact(&mut sealed)?;
        let (nonce, ciphertext) = sealed.split_at(NONCE_BYTES);
        let payload = Payload { msg: ciphertext, aad: &associated(index) };
        let text = cipher.decrypt(XNonce::from_slice(nonce), payload).map_err(|_| match index {
            0 => SealedError::WrongKey,
            _ => SealedError::Damaged { index },
        })?;
        if index > 0 {
            each(serde_json::from_slice(&text).map_err(|_| SealedError::Damaged { index })?);
        }
        good = Good { end: good.end + 4 + length, records: index + 1 };
    }
    // A store torn within its first record holds nothing yet: begin again.
    Ok(if good.records == 0 { Good { end: 0, records: 0 } } else { good })
}

/// Copies what is about to be cut off to `<path>.torn-<offset>`: if it was damage and not a torn write, nothing is lost.
fn keep_torn(path: &Path, file: &mut File, from: u64, to: u64) -> Result<(), SealedError> {
    if from == to {
        return Ok(());
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".torn-{from}"));
    let mut copy = open_private(Path::new(&name))?;
    file.seek(SeekFrom::Start(from))?;
    io::copy(&mut file.take(to - from), &mut copy)?;
    copy.sync_all()?;
    Ok(())
}

fn associated(index: u64) -> Vec<u8> {
    [DOMAIN, &index.to_be_bytes()].concat()
}

/// Opens or makes a file that only its owner reads.
pub fn open_private(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(folder) => File::open(folder)?.sync_all(),
        None => Ok(()),
    }
}

mod hex_bytes {
    //! Bytes as hexadecimal text.
    use serde::{Deserialize, Deserializer, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&hex::encode(bytes))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(from)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn row(n: u8) -> Record {
        Record::Row(Row {
            licence_id: format!("1.2.156.3005.2.{n}"),
            holder_name: "张三".into(),
            holder_id: "440106199001011234".into(),
            salt: vec![n; 16],
            licence_ref: vec![n; 32],
            licence_type: "t".into(),
            region: "440100".into(),
            issued_on: 1,
            not_before: 1,
            not_after: 2,
            status: 1,
        })
    }

    fn read(path: &Path) -> Result<(Vec<Record>, u64), SealedError> {
        let mut all = Vec::new();
        let store = SealedStore::open(path, &KEY, |r| all.push(r))?;
        Ok((all, store.torn_bytes))
    }

    fn filled() -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("sealed/licences.log");
        let mut store = SealedStore::open(&path, &KEY, |_| {}).expect("opens");
        store.append(&[row(1), row(2)]).expect("appends");
        store.append(&[row(3)]).expect("appends");
        (folder, path)
    }

    #[test]
    fn what_was_appended_is_read_back_in_order() {
        let (_folder, path) = filled();
        assert_eq!(read(&path).expect("opens"), (vec![row(1), row(2), row(3)], 0));
    }

    #[test]
    fn a_file_torn_at_any_byte_opens_with_what_was_whole_and_takes_more() {
        let (_folder, path) = filled();
        let whole = fs::read(&path).expect("reads");
        // Every byte of the head, then one in seventeen: each costs several fsyncs.
        for length in (0..64).chain((64..whole.len()).step_by(17)) {
            fs::write(&path, &whole[..length]).expect("writes");
            let (records, _) = read(&path).unwrap_or_else(|e| panic!("torn at {length}: {e}"));
            assert!(records.len() < 3 && records.iter().zip([row(1), row(2)]).all(|(a, b)| *a == b), "torn at {length}");
            let mut store = SealedStore::open(&path, &KEY, |_| {}).expect("opens");
            store.append(&[row(9)]).expect("appends");
            drop(store);
            assert_eq!(read(&path).expect("opens").0.last(), Some(&row(9)), "torn at {length}");
        }
    }

    #[test]
    fn a_bent_byte_is_found_and_the_key_is_not_blamed() {
        let (_folder, path) = filled();
        let mut bytes = fs::read(&path).expect("reads");
        let at = bytes.len() - 200;
        bytes[at] ^= 1;
        fs::write(&path, bytes).expect("writes");
        assert!(matches!(read(&path), Err(SealedError::Damaged { .. })));
    }

    #[test]
    fn another_key_is_named_as_such() {
        let (_folder, path) = filled();
        assert!(matches!(SealedStore::open(&path, &[8; 32], |_| {}), Err(SealedError::WrongKey)));
    }

    #[test]
    fn a_second_process_waits_its_turn() {
        let (_folder, path) = filled();
        let _held = SealedStore::open(&path, &KEY, |_| {}).expect("opens");
        assert!(matches!(read(&path), Err(SealedError::InUse)));
    }

    #[test]
    fn another_file_is_not_taken_for_a_store_and_not_changed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("x");
        fs::write(&path, b"licence_id,holder_name").expect("writes");
        assert!(matches!(read(&path), Err(SealedError::NotAStore)));
        assert_eq!(fs::read(&path).expect("reads"), b"licence_id,holder_name");
    }

    #[test]
    fn nothing_personal_stands_in_the_file_and_only_its_owner_reads_it() {
        use std::os::unix::fs::PermissionsExt;
        let (_folder, path) = filled();
        let bytes = fs::read(&path).expect("reads");
        for word in ["张三".as_bytes(), b"440106199001011234", b"1.2.156"] {
            assert!(!bytes.windows(word.len()).any(|w| w == word));
        }
        assert_eq!(fs::metadata(&path).expect("is there").permissions().mode() & 0o777, 0o600);
    }
}
