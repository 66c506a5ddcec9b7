//! The home folder: who holds it, where its parts are.
//!
//! ```text
//! config.toml     the operator's
//! journal         the durable queue
//! lock            held by the running daemon
//! api.json        address of the running daemon's API
//! api-token       what a command must show to change anything; readable by the owner only
//! ```

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::net::SocketAddr;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{bail, Context, Result};
use rand::RngCore;
use serde::{Deserialize, Serialize};

/// What the running daemon tells the commands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiFile {
    /// Address of the API.
    pub address: SocketAddr,
    /// Process id.
    pub pid: u32,
}

/// A home folder.
#[derive(Clone, Debug)]
pub struct Home(PathBuf);

impl Home {
    /// The folder at `path`, which must exist.
    ///
    /// # Errors
    /// If it does not.
    pub fn open(path: &Path) -> Result<Self> {
        if !path.is_dir() {
            bail!("no folder `{}`: make it and write its `config.toml` (see configs/)", path.display());
        }
        Ok(Self(path.to_owned()))
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The journal's path.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// Takes the lock for as long as the file is kept; none if a daemon holds it.
    ///
    /// # Errors
    /// File system.
    pub fn lock(&self) -> Result<Option<File>> {
        let path = self.0.join("lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).with_context(|| format!("`{}`", path.display()))?;
        match file.try_lock() {
            Ok(()) => Ok(Some(file)),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking `{}`", path.display())),
        }
    }

    /// Writes the API's address.
    ///
    /// # Errors
    /// File system.
    pub fn write_api(&self, address: SocketAddr) -> Result<()> {
        let text = serde_json::to_string(&ApiFile { address, pid: std::process::id() }).expect("plain fields are JSON");
        let (temporary, path) = (self.0.join("api.json.new"), self.0.join("api.json"));
        std::fs::write(&temporary, text).and_then(|()| std::fs::rename(&temporary, &path)).with_context(|| format!("`{}`", path.display()))
    }

    /// The API's address as the last daemon wrote it.
    pub fn read_api(&self) -> Option<ApiFile> {
        serde_json::from_slice(&std::fs::read(self.0.join("api.json")).ok()?).ok()
    }

    /// A fresh token for this run, in a file that only the owner reads.
    ///
    /// # Errors
    /// File system.
    pub fn write_token(&self) -> Result<String> {
        let mut bytes = [0u8; 32];
        rand::rngs::OsRng.fill_bytes(&mut bytes);
        let (token, path) = (hex::encode(bytes), self.0.join("api-token"));
        let temporary = self.0.join("api-token.new");
        let _ = std::fs::remove_file(&temporary); // Left over from a run that was killed.
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&temporary).with_context(|| format!("`{}`", path.display()))?;
        file.write_all(token.as_bytes())?;
        std::fs::rename(&temporary, &path).with_context(|| format!("`{}`", path.display()))?;
        Ok(token)
    }

    /// The token of the running daemon.
    pub fn read_token(&self) -> Option<String> {
        std::fs::read_to_string(self.0.join("api-token")).ok()
    }
}
