//! `govhub start`: run the node of a home.

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use govhub_consensus::engine::EngineError;
use govhub_consensus::HostError;
use tokio::signal::unix::{signal, SignalKind};

use super::{CliError, Exit};
use crate::config::Config;
use crate::home::Home;
use crate::node::Node;
use crate::{hub, log};

/// Run the node of a home.
#[derive(Debug, Args)]
pub struct Start {
    /// The home
    #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
    home: PathBuf,
}

/// Runs until SIGTERM or SIGINT, or until consensus fails.
pub async fn run(start: Start) -> Result<Exit, CliError> {
    let home = Home::new(start.home);
    let config = Config::read(&home.config()).map_err(CliError::usage)?;
    log::start(&config.log).map_err(CliError::usage)?;
    let stopped = |kind| signal(kind).map_err(|e| CliError::defect(format!("cannot listen for signals: {e}")));
    let (mut term, mut int) = (stopped(SignalKind::terminate())?, stopped(SignalKind::interrupt())?);
    std::fs::create_dir_all(home.data()).map_err(|e| CliError::usage(format!("`{}`: {e}", home.data().display())))?;
    let backend = super::store::open(&home.database())?;
    let mut node = Node::start(&home, config, Arc::new(hub::Hub), backend).await.map_err(|e| CliError::usage(format!("{e:#}")))?;
    tracing::info!("govhub {} runs; RPC on http://{}", crate::VERSION, node.rpc_addr());
    tokio::select! {
        failed = node.failed() => return Err(stopped_by_itself(failed.err())),
        _ = term.recv() => tracing::info!("SIGTERM: stopping"),
        _ = int.recv() => tracing::info!("SIGINT: stopping"),
    }
    node.stop().await.map_err(|e| CliError::defect(format!("{e:#}")))?;
    tracing::info!("stopped");
    Ok(Exit::Done)
}

fn stopped_by_itself(error: Option<EngineError>) -> CliError {
    match error {
        Some(EngineError::Host(HostError::World(why))) => CliError::temporary(why).hint("nothing is lost; see to it, then start again"),
        Some(error) => CliError::defect(error),
        None => CliError::defect("consensus stopped"),
    }
}
