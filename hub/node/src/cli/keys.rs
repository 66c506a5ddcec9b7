//! `govhub keys`: the named keys of a home.

use std::path::PathBuf;

use clap::Subcommand;
use govhub_types::key::KeyKind;
use serde_json::json;

use super::{print, CliError, Exit};
use crate::genesis::Genesis;
use crate::home::Home;
use crate::keys::{self, Sealing};

/// Keys of a home.
#[derive(Debug, Subcommand)]
pub enum Keys {
    /// Make a key
    Add {
        /// Its name
        name: String,
        /// ed25519, secp256k1, p256 or sm2
        #[arg(long, default_value = "secp256k1", value_parser = key_kind)]
        kind: KeyKind,
        /// The home
        #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
        home: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// List names, kinds and addresses
    List {
        /// The home
        #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
        home: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
    /// Show one key's address and public key
    Show {
        /// Its name
        name: String,
        /// The home
        #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
        home: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Reads the name of a kind of key.
///
/// # Errors
/// What was expected.
pub fn key_kind(text: &str) -> Result<KeyKind, String> {
    KeyKind::from_name(text).ok_or_else(|| "expected ed25519, secp256k1, p256 or sm2".to_owned())
}

/// Runs one of them.
pub async fn run(keys: Keys) -> Result<Exit, CliError> {
    match keys {
        Keys::Add { name, kind, home, json } => add(&name, kind, home, json),
        Keys::List { home, json } => {
            let entries = keys::list(&home).map_err(CliError::usage)?;
            let lines: Vec<String> = entries.iter().map(line).collect();
            print(json, &json!(entries), lines.join("\n"));
            Ok(Exit::Done)
        }
        Keys::Show { name, home, json } => {
            let entries = keys::list(&home).map_err(CliError::usage)?;
            let found = entries.into_iter().find(|entry| entry.name == name);
            let entry = found.ok_or_else(|| CliError::usage(format!("no key `{name}` in `{}`", home.join("keys").display())))?;
            print(json, &json!(entry), line(&entry));
            Ok(Exit::Done)
        }
    }
}

fn line(entry: &keys::KeyEntry) -> String {
    let sealed = if entry.sealed { "sealed" } else { "unsealed" };
    format!("{:<16} {:<10} {} {sealed}", entry.name, entry.kind, entry.address)
}

fn add(name: &str, kind: KeyKind, home: PathBuf, json: bool) -> Result<Exit, CliError> {
    let home = Home::new(home);
    // The network decides whether a secret may lie open; without a genesis it may not.
    let dev = Genesis::read(&home.genesis()).is_ok_and(|genesis| genesis.dev);
    let sealing = if dev { Sealing::Optional } else { Sealing::Required };
    let password = keys::password_from_env().map_err(CliError::usage)?;
    let path = keys::path(home.path(), name).map_err(CliError::usage)?;
    std::fs::create_dir_all(home.keys()).map_err(|e| CliError::usage(format!("`{}`: {e}", home.keys().display())))?;
    let key = keys::generate(kind);
    keys::write(&path, &key, password.as_ref(), sealing).map_err(CliError::usage)?;
    let address = key.public_key().address().to_string();
    let value = json!({"name": name, "kind": kind.name(), "address": address, "path": path.display().to_string(), "sealed": password.is_some()});
    print(json, &value, format_args!("{name} {} {address}", kind.name()));
    Ok(Exit::Done)
}
