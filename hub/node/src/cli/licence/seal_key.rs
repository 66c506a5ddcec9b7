//! The key of the sealed store: 32 bytes in hexadecimal, from a file or the environment.
//!
//! `--seal-key FILE`, else `GOVHUB_SEAL_KEY_FILE`, else `GOVHUB_SEAL_KEY`, else `<home>/keys/seal.key`, which is drawn at first use with mode 0600.

use std::fs;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Args;
use rand::RngCore;
use zeroize::Zeroizing;

use super::sealed;
use crate::cli::CliError;

/// Longest key file that is read.
const FILE_BYTES_MAX: u64 = 1_024;

/// Where the sealed store's key is.
#[derive(Clone, Debug, Args)]
pub struct SealArgs {
    /// File with the sealed store's key, 64 hexadecimal digits [default: <home>/keys/seal.key, drawn at first use]
    #[arg(long, value_name = "FILE", env = "GOVHUB_SEAL_KEY_FILE")]
    pub seal_key: Option<PathBuf>,
}

/// The key for the store of `home`.
///
/// # Errors
/// Usage: a file that cannot be read, that others may read, or that holds no key.
pub fn load(home: &Path, args: &SealArgs) -> Result<Zeroizing<[u8; 32]>, CliError> {
    if let Some(path) = &args.seal_key {
        return read(path);
    }
    if let Ok(text) = std::env::var("GOVHUB_SEAL_KEY") {
        return parse(&Zeroizing::new(text)).ok_or_else(|| CliError::usage("GOVHUB_SEAL_KEY is not 64 hexadecimal digits"));
    }
    let path = home.join("keys/seal.key");
    if !path.exists() {
        draw(home, &path)?;
    }
    read(&path)
}

/// Draws a key, but never beside a store that was made with another one.
fn draw(home: &Path, path: &Path) -> Result<(), CliError> {
    if super::book::path(home).exists() {
        let message = format!("there is a sealed store but no key: `{}` is absent", path.display());
        return Err(CliError::usage(message).hint("give the key that the store was made with: --seal-key FILE"));
    }
    let mut key = Zeroizing::new([0u8; 32]);
    rand::rngs::OsRng.fill_bytes(key.as_mut());
    let text = Zeroizing::new(hex::encode(key.as_ref()));
    let write = || -> std::io::Result<()> {
        let mut file = sealed::open_private(path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(|e| CliError::usage(format!("cannot write `{}`: {e}", path.display())))?;
    eprintln!("note: drew the sealed store's key: {}; keep a copy elsewhere, without it the store cannot be read", path.display());
    Ok(())
}

fn read(path: &Path) -> Result<Zeroizing<[u8; 32]>, CliError> {
    let failed = |why: String| CliError::usage(format!("key of the sealed store `{}`: {why}", path.display()));
    let file = fs::File::open(path).map_err(|e| failed(e.to_string()))?;
    let mode = file.metadata().map_err(|e| failed(e.to_string()))?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return Err(failed(format!("others may read it (mode {mode:o})")).hint(format!("chmod 600 {}", path.display())));
    }
    let mut text = Zeroizing::new(String::new());
    file.take(FILE_BYTES_MAX).read_to_string(&mut text).map_err(|e| failed(e.to_string()))?;
    parse(&text).ok_or_else(|| failed("is not 64 hexadecimal digits".into()))
}

fn parse(text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut key = Zeroizing::new([0u8; 32]);
    hex::decode_to_slice(text.trim(), key.as_mut()).ok()?;
    Some(key)
}
