//! The durable queue: an append-only log of [`Record`]s, and a snapshot now and then.
//!
//! Why a log of our own and not an embedded database: the queue is read only at start and is small (open packets and the last settled ones),
//! its one write pattern is "append, then fsync before acting", and a crash must be able to tear only the last append. A log does that in
//! one sequential write and one fsync per step, can be read by eye, and is 200 lines; a database (redb, sled, RocksDB) would bring pages,
//! a free list and compaction for a key range that nobody scans.
//!
//! Format: a line `govrelay journal 1`, then frames `length u32 LE ‖ SHA-256(previous checksum ‖ payload) ‖ payload`; a payload is a JSON list
//! of records, applied together or not at all. The checksums chain, so that a frame missing in the middle shows.
//!
//! A torn last frame was never acted on and is cut off. Damage before that is an error that names the place: the queue is then moved aside
//! by hand, and rebuilt from the chains.

use std::fs::{File, OpenOptions};
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use govrelay_core::{Record, State};
use sha2::{Digest, Sha256};
use thiserror::Error;

const MAGIC: &[u8] = b"govrelay journal 1\n";
const FRAME_HEAD: usize = 4 + 32;

/// Bytes of one frame: a snapshot of every packet that may be open, several times over.
const FRAME_BYTES_MAX: u32 = 1 << 30;

/// A journal longer than this, and four times its first snapshot, is compacted.
const COMPACT_BYTES: u64 = 16 << 20;

/// Why the journal cannot be used.
#[derive(Debug, Error)]
pub enum JournalError {
    /// The file system.
    #[error("journal `{path}`: {source}")]
    Io {
        /// Path.
        path: PathBuf,
        /// Cause.
        #[source]
        source: std::io::Error,
    },
    /// Bytes that we did not write.
    #[error("journal `{path}` is damaged at byte {offset}: {why}; move it aside and start again: the queue is rebuilt from the chains, only `lane add` has to be repeated", path = .path.display())]
    Damaged {
        /// Path.
        path: PathBuf,
        /// Where.
        offset: u64,
        /// What is wrong.
        why: String,
    },
}

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    checksum: [u8; 32],
    length: u64,
    compacted_length: u64,
}

/// What reading a journal gave.
struct Read1 {
    state: State,
    checksum: [u8; 32],
    good: u64,
    torn: u64,
}

impl Journal {
    /// Opens the journal at `path`, or makes it, and gives the state in it. A torn last frame is cut off.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn open(path: &Path) -> Result<(Self, State), JournalError> {
        let io = |source| JournalError::Io { path: path.to_owned(), source };
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path).map_err(io)?;
        let read = read(path, &mut file)?;
        let mut length = read.good;
        if read.torn > 0 {
            tracing::warn!(bytes = read.torn, "the journal's last write was cut short and is dropped: it was never acted on");
            file.set_len(read.good).map_err(io)?;
        }
        file.seek(SeekFrom::Start(read.good)).map_err(io)?;
        if length == 0 {
            file.write_all(MAGIC).map_err(io)?;
            length = MAGIC.len() as u64;
        }
        file.sync_all().map_err(io)?;
        sync_folder(path).map_err(io)?;
        Ok((Self { path: path.to_owned(), file, checksum: read.checksum, length, compacted_length: 0 }, read.state))
    }

    /// The state in the journal at `path`, without touching the file; empty if there is none.
    ///
    /// # Errors
    /// [`JournalError`].
    pub fn peek(path: &Path) -> Result<State, JournalError> {
        match File::open(path) {
            Ok(mut file) => Ok(read(path, &mut file)?.state),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
            Err(source) => Err(JournalError::Io { path: path.to_owned(), source }),
        }
    }

    /// Appends records and makes them durable. After an error nothing may be acted on, and the process has to stop: what the disk holds is
    /// known again only after reading it.
    ///
    /// # Errors
    /// [`JournalError::Io`].
    pub fn append(&mut self, records: &[Record]) -> Result<(), JournalError> {
        let io = |path: &Path, source| JournalError::Io { path: path.to_owned(), source };
        let (frame, checksum) = frame(&self.checksum, records);
        self.file.write_all(&frame).and_then(|()| self.file.sync_data()).map_err(|e| io(&self.path, e))?;
        self.checksum = checksum;
        self.length += frame.len() as u64;
        Ok(())
    }

    /// True if [`Journal::compact`] is worth while.
    pub fn is_long(&self) -> bool {
        self.length > COMPACT_BYTES && self.length > 4 * self.compacted_length
    }

    /// Replaces the journal by one that begins with `state`, atomically.
    ///
    /// # Errors
    /// [`JournalError::Io`]; the old journal is whole then.
    pub fn compact(&mut self, state: &State) -> Result<(), JournalError> {
        let io = |source| JournalError::Io { path: self.path.clone(), source };
        let temporary = self.path.with_extension("new");
        let (frame, checksum) = frame(&[0; 32], &[Record::Snapshot(Box::new(state.clone()))]);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(true).open(&temporary).map_err(io)?;
        file.write_all(MAGIC).and_then(|()| file.write_all(&frame)).and_then(|()| file.sync_all()).map_err(io)?;
        std::fs::rename(&temporary, &self.path).map_err(io)?;
        sync_folder(&self.path).map_err(io)?;
        self.length = (MAGIC.len() + frame.len()) as u64;
        (self.file, self.checksum, self.compacted_length) = (file, checksum, self.length);
        Ok(())
    }
}

fn sync_folder(path: &Path) -> std::io::Result<()> {
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn frame(previous: &[u8; 32], records: &[Record]) -> (Vec<u8>, [u8; 32]) {
    let payload = serde_json::to_vec(records).expect("records are plain data with text keys");
    let checksum: [u8; 32] = Sha256::new().chain_update(previous).chain_update(&payload).finalize().into();
    let length = u32::try_from(payload.len()).expect("open packets and batches are bounded far below 4 GiB");
    let mut frame = Vec::with_capacity(FRAME_HEAD + payload.len());
    frame.extend_from_slice(&length.to_le_bytes());
    frame.extend_from_slice(&checksum);
    frame.extend_from_slice(&payload);
    (frame, checksum)
}

fn read(path: &Path, file: &mut File) -> Result<Read1, JournalError> {
    let io = |source| JournalError::Io { path: path.to_owned(), source };
    let damaged = |offset: u64, why: &str| JournalError::Damaged { path: path.to_owned(), offset, why: why.to_owned() };
    let total = file.metadata().map_err(io)?.len();
    let mut reader = BufReader::new(file);
    let mut result = Read1 { state: State::default(), checksum: [0; 32], good: 0, torn: 0 };
    let mut magic = vec![0; MAGIC.len().min(usize::try_from(total).unwrap_or(usize::MAX))];
    reader.read_exact(&mut magic).map_err(io)?;
    if magic.len() < MAGIC.len() && MAGIC.starts_with(&magic) {
        result.torn = total; // Killed while the first line was written.
        return Ok(result);
    }
    if magic != MAGIC {
        return Err(damaged(0, "it does not begin as a journal of this version does"));
    }
    result.good = MAGIC.len() as u64;
    while result.good < total {
        let left = total - result.good;
        let mut head = [0; FRAME_HEAD];
        if left < FRAME_HEAD as u64 {
            break;
        }
        reader.read_exact(&mut head).map_err(io)?;
        let length = u32::from_le_bytes(head[..4].try_into().expect("four bytes"));
        if u64::from(length) > left - FRAME_HEAD as u64 {
            break; // It reaches past the end: the last append, cut short.
        }
        if length > FRAME_BYTES_MAX {
            return Err(damaged(result.good, "a frame longer than any we write"));
        }
        let mut payload = vec![0; length as usize];
        reader.read_exact(&mut payload).map_err(io)?;
        let checksum: [u8; 32] = Sha256::new().chain_update(result.checksum).chain_update(&payload).finalize().into();
        let end = result.good + FRAME_HEAD as u64 + u64::from(length);
        if checksum != head[4..] {
            if end == total {
                break; // The last append: its length reached the disk, its bytes did not.
            }
            return Err(damaged(result.good, "a checksum that does not fit"));
        }
        let records: Vec<Record> = serde_json::from_slice(&payload).map_err(|e| damaged(result.good, &format!("not our records: {e}")))?;
        records.iter().for_each(|record| result.state.apply(record));
        (result.checksum, result.good) = (checksum, end);
    }
    result.torn = total - result.good;
    Ok(result)
}

#[cfg(test)]
mod tests {
    use super::*;
    use govrelay_core::LaneName;

    fn scanned(height: u64) -> Record {
        Record::Scanned {
            chain: "hub".parse().expect("a name"),
            height,
            hash: String::new(),
            time_ns: 0,
            at_ms: 0,
            live: true,
            found: Vec::new(),
            held: Vec::new(),
        }
    }

    fn cursor(state: &State) -> u64 {
        state.cursor(&"hub".parse().expect("a name"))
    }

    fn written(heights: std::ops::RangeInclusive<u64>) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("journal");
        let (mut journal, _) = Journal::open(&path).expect("a new journal");
        for height in heights {
            journal.append(&[scanned(height)]).expect("appended");
        }
        (folder, path)
    }

    #[test]
    fn what_was_appended_is_there_again() {
        let (_folder, path) = written(1..=5);
        assert_eq!(cursor(&Journal::open(&path).expect("reopened").1), 5);
        assert_eq!(cursor(&Journal::peek(&path).expect("read")), 5);
    }

    #[test]
    fn cut_at_any_byte_it_opens_with_a_whole_prefix_and_goes_on() {
        let (_folder, path) = written(1..=3);
        let whole = std::fs::read(&path).expect("read");
        let mut seen = Vec::new();
        for cut in 0..whole.len() {
            std::fs::write(&path, &whole[..cut]).expect("written");
            let (mut journal, state) = Journal::open(&path).unwrap_or_else(|e| panic!("cut at {cut}: {e}"));
            seen.push(cursor(&state));
            journal.append(&[scanned(9)]).expect("appended");
            drop(journal);
            assert_eq!(cursor(&Journal::open(&path).expect("reopened").1), 9, "cut at {cut}");
        }
        seen.dedup();
        assert_eq!(seen, [0, 1, 2]);
    }

    #[test]
    fn a_changed_byte_before_the_last_frame_is_damage_and_never_used() {
        let (_folder, path) = written(1..=3);
        let whole = std::fs::read(&path).expect("read");
        let last_frame = whole.len() - (whole.len() - MAGIC.len()) / 3;
        for at in (0..last_frame).filter(|at| !(MAGIC.len()..MAGIC.len() + 4).contains(at)) {
            let mut bent = whole.clone();
            bent[at] ^= 1;
            std::fs::write(&path, &bent).expect("written");
            // A bent length may look like a torn end; then the frames before it, and only they, are used.
            match Journal::peek(&path) {
                Err(JournalError::Damaged { .. }) => {}
                Ok(state) => assert!(cursor(&state) < 3, "byte {at} changed unseen"),
                Err(other) => panic!("byte {at}: {other}"),
            }
        }
    }

    #[test]
    fn a_removed_frame_is_damage() {
        let (_folder, path) = written(1..=3);
        let whole = std::fs::read(&path).expect("read");
        let frame = (whole.len() - MAGIC.len()) / 3;
        let without = [&whole[..MAGIC.len() + frame], &whole[MAGIC.len() + 2 * frame..]].concat();
        std::fs::write(&path, without).expect("written");
        // The third frame is now the last one, and its checksum does not fit: it is not used.
        assert_eq!(cursor(&Journal::peek(&path).expect("a torn end")), 1);
    }

    #[test]
    fn compaction_keeps_the_state_and_later_appends() {
        let (_folder, path) = written(1..=3);
        let (mut journal, state) = Journal::open(&path).expect("reopened");
        journal.compact(&state).expect("compacted");
        journal.append(&[scanned(4), Record::LanePaused("x".parse::<LaneName>().expect("a name"))]).expect("appended");
        assert_eq!(cursor(&Journal::open(&path).expect("reopened").1), 4);
    }
}
