//! The RocksDB backend: one column family an area, one synced write batch a commit.
//!
//! RocksDB checks block checksums at every read and the write-ahead log when it opens; what it finds broken comes back as
//! [`StoreError::Corrupt`] and names the directory.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use govhub_store::{Area, Backend, Batch, StoreError};
use rocksdb::{BlockBasedOptions, Cache, ColumnFamily, ColumnFamilyDescriptor, DBCompressionType, DBRecoveryMode, ErrorKind, Options, WriteBatch, WriteOptions, DB};

/// Memory for cached blocks, shared by all areas.
const BLOCK_CACHE_BYTES: usize = 128 << 20;
/// Memory an area collects before it is written out.
const WRITE_BUFFER_BYTES: usize = 16 << 20;
/// Open files: a node stays below the usual limit of 1,024 a process.
const OPEN_FILES_MAX: i32 = 512;

/// Opens, or creates, the database in `directory`.
///
/// # Errors
/// [`StoreError::Corrupt`] where RocksDB finds broken data, [`StoreError::Backend`] for anything else (permissions, a running node's lock).
pub fn open(directory: &Path) -> Result<Arc<dyn Backend>, StoreError> {
    let mut options = Options::default();
    options.create_if_missing(true);
    options.create_missing_column_families(true);
    options.set_paranoid_checks(true);
    // A torn tail is what a crash leaves of a batch that never returned; anything broken before it is corruption.
    options.set_wal_recovery_mode(DBRecoveryMode::TolerateCorruptedTailRecords);
    options.set_max_open_files(OPEN_FILES_MAX);
    options.set_keep_log_file_num(2);
    let cache = Cache::new_lru_cache(BLOCK_CACHE_BYTES);
    let families = Area::all().into_iter().map(|area| ColumnFamilyDescriptor::new(area.name(), family_options(&cache)));
    let db = DB::open_cf_descriptors(&options, directory, families).map_err(|e| store_error(directory, e))?;
    Ok(Arc::new(RocksBackend { db, directory: directory.to_owned() }))
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

    fn error(&self, error: rocksdb::Error) -> StoreError {
        store_error(&self.directory, error)
    }
}

impl Backend for RocksBackend {
    fn get(&self, area: Area, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        self.db.get_cf(self.family(area), key).map_err(|e| self.error(e))
    }

    fn at_most(&self, area: Area, key: &[u8]) -> Result<Option<(Vec<u8>, Vec<u8>)>, StoreError> {
        let mut cursor = self.db.raw_iterator_cf(self.family(area));
        cursor.seek_for_prev(key);
        let found = cursor.item().map(|(k, v)| (k.to_vec(), v.to_vec()));
        cursor.status().map_err(|e| self.error(e))?;
        Ok(found)
    }

    fn range(&self, area: Area, from: &[u8], to: &[u8], limit: usize) -> Result<Vec<(Vec<u8>, Vec<u8>)>, StoreError> {
        let mut cursor = self.db.raw_iterator_cf(self.family(area));
        let mut pairs = Vec::new();
        cursor.seek(from);
        while let Some((key, value)) = cursor.item() {
            if key >= to || pairs.len() == limit {
                break;
            }
            pairs.push((key.to_vec(), value.to_vec()));
            cursor.next();
        }
        cursor.status().map_err(|e| self.error(e))?;
        Ok(pairs)
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
