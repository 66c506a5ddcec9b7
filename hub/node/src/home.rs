//! Where things lie under a home.

use std::path::{Path, PathBuf};

/// A node's directory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home(PathBuf);

impl Home {
    /// The home at `path`.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Configuration directory.
    pub fn config_dir(&self) -> PathBuf {
        self.0.join("config")
    }

    /// How the node runs.
    pub fn config(&self) -> PathBuf {
        self.config_dir().join("config.toml")
    }

    /// Genesis document.
    pub fn genesis(&self) -> PathBuf {
        self.config_dir().join("genesis.json")
    }

    /// libp2p identity.
    pub fn node_key(&self) -> PathBuf {
        self.config_dir().join("node_key.json")
    }

    /// Consensus key.
    pub fn validator_key(&self) -> PathBuf {
        self.config_dir().join("validator_key.json")
    }

    /// Named keys of operators.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// State, blocks, logs of consensus.
    pub fn data(&self) -> PathBuf {
        self.0.join("data")
    }

    /// The state's database.
    pub fn database(&self) -> PathBuf {
        self.data().join("state")
    }

    /// The consensus engine's write-ahead log.
    pub fn wal(&self) -> PathBuf {
        self.data().join("wal").join("consensus.wal")
    }
}
