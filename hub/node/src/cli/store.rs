//! `govhub store`: the database of a home, while its node stands still.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Subcommand;
use govhub_store::{Area, Backend, Store, StoreError};
use serde_json::json;

use super::{print, CliError, Exit};
use crate::home::Home;

/// Rows read at a time: bounds memory.
const ROWS_PER_PAGE: usize = 1_000;

/// The database of a home.
#[derive(Debug, Subcommand)]
pub enum StoreCommand {
    /// Rehash every tree and read every row; the node must not run
    Verify {
        /// The home
        #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
        home: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Write every row as it is, uncompressed: for searching what a database holds; the node must not run
    Dump {
        /// The home
        #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
        home: PathBuf,
        /// File to write; must not exist. Per row: area's name, lengths of key and value as 32-bit big-endian numbers, key, value
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Runs one of them.
pub async fn run(command: StoreCommand) -> Result<Exit, CliError> {
    match command {
        StoreCommand::Verify { home, json } => {
            let store = Store::open(existing(&home)?).map_err(CliError::no)?;
            let found = store.verify().map_err(CliError::no)?;
            let value = json!({"version": found.version, "keys": found.keys, "column_rows": found.column_rows});
            print(json, &value, format_args!("version {} is sound: {} keys in the trees, {} rows in the columns", found.version, found.keys, found.column_rows));
            Ok(Exit::Done)
        }
        StoreCommand::Dump { home, out, json } => {
            let backend = existing(&home)?;
            let failed = |e: std::io::Error| CliError::usage(format!("`{}`: {e}", out.display()));
            let mut file = BufWriter::new(File::create_new(&out).map_err(failed)?);
            let mut rows = 0u64;
            for area in Area::all() {
                rows += dump(backend.as_ref(), area, &mut file, &failed)?;
            }
            file.flush().map_err(failed)?;
            print(json, &json!({"rows": rows, "file": out.display().to_string()}), format_args!("{rows} rows written to {}", out.display()));
            Ok(Exit::Done)
        }
    }
}

/// The database, which must be there: looking must not make one.
fn existing(home: &Path) -> Result<Arc<dyn Backend>, CliError> {
    let database = Home::new(home).database();
    if !database.is_dir() {
        return Err(CliError::usage(format!("no database at `{}`", database.display())).hint("give the --home of a node that has run"));
    }
    open(&database)
}

/// Opens a database, or makes one.
///
/// # Errors
/// Temporary while another process has it open; the verdict is no for broken data; else usage.
pub(super) fn open(database: &Path) -> Result<Arc<dyn Backend>, CliError> {
    govhub_store_rocksdb::open(database).map_err(|e| match &e {
        StoreError::Locked { .. } => CliError::temporary(&e).hint("another govhub runs on this home; stop it first"),
        StoreError::Corrupt { .. } => CliError::no(&e),
        _ => CliError::usage(&e),
    })
}

fn dump(backend: &dyn Backend, area: Area, out: &mut impl Write, failed: &dyn Fn(std::io::Error) -> CliError) -> Result<u64, CliError> {
    let (mut rows, mut from) = (0, Vec::new());
    loop {
        let page = backend.page(area, &from, ROWS_PER_PAGE).map_err(CliError::no)?;
        let Some((last, _)) = page.last() else { return Ok(rows) };
        // The least key after the last one.
        from = [last.as_slice(), &[0]].concat();
        for (key, value) in &page {
            let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
            let parts = [area.name().as_bytes(), &length(key), &length(value), key, value];
            parts.iter().try_for_each(|part| out.write_all(part)).map_err(failed)?;
        }
        rows += page.len() as u64;
    }
}
