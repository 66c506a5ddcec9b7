//! The RocksDB backend: one column family an area, one synced write batch a commit.
//!
//! # What damage is noticed, and when
//! * At open: a broken or missing manifest, `CURRENT`, table or log file, a bent log record before the end of the log.
//! * At the first read of it: a bent block of a table (`govhub_store::Store::verify` reads them all). Nothing bent is ever returned as data.
//! * **Not**: whole records cut off the end of the log. That is what a crash leaves of a batch that never returned, so the store opens at
//!   the version before, whole, and the node fetches the rest from its peers.
//!
//! What is found comes back as [`StoreError::Corrupt`] and names the directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use govhub_store::{Area, Backend, Batch, Row, StoreError};
use rocksdb::{BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode, ErrorKind, Options, WriteBatch, WriteOptions, DB};

/// Memory for cached blocks, shared by all areas.
const BLOCK_CACHE_BYTES: usize = 128 << 20;
/// Memory an area collects before it is written out.
const WRITE_BUFFER_BYTES: usize = 16 << 20;
/// Memory for all write buffers together: thirteen areas must not each fill their own.
const WRITE_BUFFERS_BYTES: usize = 64 << 20;
/// Log on disk before areas that are seldom written are written out too: bounds the replay after a crash.
const LOG_BYTES: u64 = 64 << 20;
/// Open files: a node stays below the usual limit of 1,024 a process.
const OPEN_FILES_MAX: i32 = 512;

/// Opens, or creates, the database in `directory`.
///
/// # Errors
/// [`StoreError::Corrupt`] where RocksDB finds broken data, [`StoreError::Locked`] where another process has it open,
/// [`StoreError::Backend`] for anything else (permissions).
pub fn open(directory: &Path) -> Result<Arc<dyn Backend>, StoreError> {
    refuse_headless(directory)?;
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_paranoid_checks(true);
    // A torn tail is what a crash leaves of a batch that never returned; anything broken before it is corruption.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_db_write_buffer_size(WRITE_BUFFERS_BYTES);
    options.set_max_total_wal_size(LOG_BYTES);
    options.set_max_open_files(OPEN_FILES_MAX);
    options.set_keep_log_file_num(2);
    let cache = Cache::new_lru_cache(BLOCK_CACHE_BYTES);
    let families = Area::all().into_iter().map(|area| ColumnFamilyDescriptor::new(area.name(), family_options(&cache)));
    let db = DB::open_cf_descriptors(&options, directory, families).map_err(|e| store_error(directory, e))?;
    Ok(Arc::new(RocksBackend { db, directory: directory.to_owned() }))
}

/// Refuses a directory with data but without `CURRENT`: RocksDB would take it for a new database and clear the data away.
fn refuse_headless(directory: &Path) -> Result<(), StoreError> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Ok(()) }; // not there yet; what else is wrong RocksDB says better
    let names: Vec<String> = entries.filter_map(|e| Some(e.ok()?.file_name().to_string_lossy().into_owned())).collect();
    let data = names.iter().find(|n| n.starts_with("MANIFEST-") || n.ends_with(".sst"));
    match data {
        Some(file) if !names.iter().any(|n| n == "CURRENT") => {
            Err(StoreError::Corrupt { what: format!("{}: `{file}` is there, but the file `CURRENT` is missing", directory.display()) })
        }
        _ => Ok(()),
    }
}

fn family_options(cache: &Cache) -> Options {
    let mut table = BlockBasedOptions::default();
    table.set_block_cache(cache);
    table.set_bloom_filter(10.0, false);
    let mut options = Options::default();
    options.set_block_based_table_factory(&table);
    options.set_compression_type(DBCompressionType::Lz4);
    options.set_write_buffer_size(WRITE_BUFFER_BYTES);
    options
}

fn store_error(directory: &Path, error: rocksdb::Error) -> StoreError {
    let text = format!("{}: {}", directory.display(), error.as_ref());
    match error.kind() {
        ErrorKind::Corruption => StoreError::Corrupt { what: text },
        // A file that the manifest names and the disk does not have.
        ErrorKind::IOError if text.contains("No such file") => StoreError::Corrupt { what: text },
        ErrorKind::IOError if text.contains("lock") && text.contains("LOCK") => StoreError::Locked { directory: directory.display().to_string() },
        _ => StoreError::Backend(text),
    }
}

struct RocksBackend {
    db: DB,
    directory: PathBuf,
}

impl RocksBackend {
    fn family(&self, area: Area) -> &ColumnFamily {
        self.db.cf_handle(area.name()).expect("every area was opened as a column family")
    }

    /// Up to `limit` pairs from `from` on, for as long as the keys are `wanted`.
    fn collect(&self, area: Area, from: &[u8], limit: usize, wanted: impl Fn(&[u8]) -> bool) -> Result<Vec<Row>, StoreError> {
        let mut cursor = self.db.raw_iterator_cf(self.family(area));
        let mut pairs = Vec::new();
        cursor.seek(from);
        while let Some((key, value)) = cursor.item() {
            if pairs.len() == limit || !wanted(key) {
                break;
            }
            pairs.push((key.to_vec(), value.to_vec()));
            cursor.next();
        }
        cursor.status().map_err(|e| self.error(e))?;
        Ok(pairs)
    }

    fn error(&self, error: rocksdb::Error) -> StoreError {
        store_error(&self.directory, error)
    }
}

impl Backend for RocksBackend {
    fn get(&self, area: Area, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(self.family(area), key).map_err(|e| self.error(e))
    }

    fn at_most(&self, area: Area, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let mut cursor = self.db.raw_iterator_cf(self.family(area));
        cursor.seek_for_prev(key);
        let found = cursor.item().map(|(k, v)| (k.to_vec(), v.to_vec()));
        cursor.status().map_err(|e| self.error(e))?;
        Ok(found)
    }

    fn range(&self, area: Area, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.collect(area, from, limit, |key| key < to)
    }

    fn page(&self, area: Area, from: &[u8], limit: usize) -> Result<Vec<Row>, StoreError> {
        self.collect(area, from, limit, |_| true)
    }

    fn write(&self, batch: Batch) -> Result<(), StoreError> {
        let mut writes = WriteBatch::default();
        for (area, changes) in batch.0 {
            let family = self.family(area);
            for (key, value) in changes {
                match value {
                    Some(value) => writes.put_cf(family, key, value),
                    None => writes.delete_cf(family, key),
                }
            }
        }
        let mut options = WriteOptions::default();
        options.set_sync(true);
        self.db.write_opt(writes, &options).map_err(|e| self.error(e))
    }
}
