//! The sealed store as commands use it: opened with its key, indexed by licence id and by ref.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rand::RngCore;

use super::seal_key::{self, SealArgs};
use super::sealed::{Record, Row, SealedError, SealedStore};
use crate::cli::private::{hash_of, LicenceName};
use crate::cli::CliError;

/// The store's file in a home.
pub fn path(home: &Path) -> PathBuf {
    home.join("sealed/licences.log")
}

/// The opened store and its rows, newest per id.
pub struct Book {
    store: SealedStore,
    by_id: BTreeMap<String, Row>,
    id_of_ref: BTreeMap<Vec<u8>, String>,
}

impl Book {
    /// Opens the store of `home`.
    ///
    /// # Errors
    /// Usage for a wrong or missing key or a damaged file; temporary while another process has it.
    pub fn open(home: &Path, args: &SealArgs) -> Result<Self, CliError> {
        let key = seal_key::load(home, args)?;
        let (mut by_id, mut id_of_ref) = (BTreeMap::new(), BTreeMap::new());
        let path = path(home);
        let opened = SealedStore::open(&path, &key, |record| {
            if let Record::Row(row) = record {
                id_of_ref.insert(row.licence_ref.clone(), row.licence_id.clone());
                by_id.insert(row.licence_id.clone(), row);
            }
        });
        let store = opened.map_err(|e| match e {
            SealedError::InUse => CliError::temporary(e),
            _ => CliError::usage(e),
        })?;
        if store.torn_bytes > 0 {
            eprintln!("note: moved {} bytes of an unfinished write aside: {}.torn-*", store.torn_bytes, path.display());
        }
        Ok(Self { store, by_id, id_of_ref })
    }

    /// The row of a licence id.
    pub fn by_id(&self, licence_id: &str) -> Option<&Row> {
        self.by_id.get(licence_id)
    }

    /// The row of `name`: a licence id, or a ref in hexadecimal.
    ///
    /// # Errors
    /// The verdict is no: this department's store has none.
    pub fn find(&self, name: &str) -> Result<&Row, CliError> {
        let by_ref = || self.id_of_ref.get(&hex::decode(name).ok()?).and_then(|id| self.by_id.get(id));
        self.by_id.get(name).or_else(by_ref).ok_or_else(|| CliError::no("no such licence in this department's sealed store"))
    }

    /// Puts those of `rows` on disk that do not stand there just so. The newest row of an id is the one that counts.
    ///
    /// # Errors
    /// As [`Book::append`].
    pub fn seal(&mut self, rows: &[Row]) -> Result<(), CliError> {
        let news = rows.iter().filter(|row| self.by_id(&row.licence_id) != Some(row));
        let records: Vec<Record> = news.cloned().map(Record::Row).collect();
        if records.is_empty() { Ok(()) } else { self.append(&records) }
    }

    /// Puts records on disk.
    ///
    /// # Errors
    /// A defect of the disk.
    pub fn append(&mut self, records: &[Record]) -> Result<(), CliError> {
        self.store.append(records).map_err(CliError::defect)?;
        for record in records {
            if let Record::Row(row) = record {
                self.id_of_ref.insert(row.licence_ref.clone(), row.licence_id.clone());
                self.by_id.insert(row.licence_id.clone(), row.clone());
            }
        }
        Ok(())
    }
}

/// The ref of a licence named by id or ref: a ref needs no store.
///
/// # Errors
/// As [`LicenceName::read`], [`Book::open`] and [`Book::find`].
pub fn resolve(home: &Path, args: &SealArgs, name: &LicenceName) -> Result<Vec<u8>, CliError> {
    let text = name.read()?;
    match hash_of(&text) {
        Some(licence_ref) => Ok(licence_ref.to_vec()),
        None => Ok(Book::open(home, args)?.find(&text)?.licence_ref.clone()),
    }
}

/// 16 random bytes: a salt, a code or a blind.
pub fn draw_16() -> [u8; 16] {
    let mut bytes = [0; 16];
    rand::rngs::OsRng.fill_bytes(&mut bytes);
    bytes
}
