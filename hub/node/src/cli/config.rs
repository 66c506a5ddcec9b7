//! `govhub config check`: everything that `start` would refuse, before it starts.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{print, CliError, Exit};
use crate::genesis::Genesis;
use crate::home::Home;
use crate::keys::{self, Sealing};

/// Configuration of a home.
#[derive(Debug, Subcommand)]
pub enum Config {
    /// Check configuration, genesis and keys of a home
    Check {
        /// The home
        #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
        home: PathBuf,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}

/// Checks.
pub async fn run(config: Config) -> Result<Exit, CliError> {
    let Config::Check { home, json } = config;
    let home = Home::new(home);
    let config = crate::config::Config::read(&home.config()).map_err(CliError::usage)?;
    let genesis = Genesis::read(&home.genesis()).map_err(CliError::usage)?;
    crate::application::Application::genesis(&crate::hub::Hub, &genesis.bytes()).map_err(|e| CliError::usage(format!("genesis: {e}")))?;
    let sealing = if genesis.dev { Sealing::Optional } else { Sealing::Required };
    let password = keys::password_from_env().map_err(CliError::usage)?;
    for path in [home.validator_key(), home.node_key()] {
        keys::read(&path, password.as_ref(), sealing).map_err(CliError::usage)?;
    }
    let network = if genesis.dev { "dev" } else { "prod" };
    let value = json!({"ok": true, "chain_id": genesis.chain_id.as_str(), "network": network, "rpc": config.rpc.listen.to_string()});
    print(json, &value, format_args!("ok: {} ({network} network), RPC on {}", genesis.chain_id, config.rpc.listen));
    Ok(Exit::Done)
}
