//! `govrelay start`.

use std::collections::BTreeMap;
use std::sync::Arc;

use govrelay_cometbft::{Chain, Signer};
use govrelay_core::{ChainName, Planner};
use tokio::signal::unix::{signal, SignalKind};
use tokio::sync::{mpsc, watch};

use super::{signing_key, Failed, HomeArgs};
use crate::api::{self, Shared};
use crate::config::Config;
use crate::engine::{Command, Engine, Linked, MESSAGES_MAX};
use crate::home::Home;
use crate::journal::Journal;
use crate::scan;

/// Runs until SIGTERM or SIGINT. What is under way then is in the journal, and goes on at the next start.
pub async fn run(args: &HomeArgs) -> Result<(), Failed> {
    let filter = tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into());
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();
    let home = Home::open(&args.home).map_err(Failed::usage)?;
    let config = Config::load(home.path()).map_err(Failed::usage)?;
    let chains = link(&config)?;
    let lock = home.lock().map_err(Failed::usage)?;
    let _held = lock.ok_or_else(|| Failed::No(format!("another govrelay holds `{}`", home.path().display())))?;
    let (journal, state) = Journal::open(&home.journal()).map_err(|e| Failed::Usage(e.to_string()))?;
    let planner = Planner::restore(config.planner.clone(), state);

    let (outbox, inbox) = mpsc::channel(MESSAGES_MAX);
    let mut scanners = Vec::new();
    for linked in chains.values() {
        scanners.push(Arc::clone(&linked.chain));
    }
    let mut engine = Engine::new(planner, journal, chains, outbox.clone());
    for lane in &config.lanes {
        let command = Command::AddLane(lane.lane(), lane.from_a, lane.from_b);
        engine.command(command).map_err(Failed::usage)?;
    }

    let token = home.write_token().map_err(Failed::usage)?;
    let listener = tokio::net::TcpListener::bind(config.api.listen).await;
    let listener = listener.map_err(|e| Failed::Usage(format!("api.listen = `{}`: {e}", config.api.listen)))?;
    let address = listener.local_addr().map_err(|e| Failed::Defect(e.to_string()))?;
    let shared = Shared { engine: outbox.clone(), token: token.into(), config: Arc::new(config) };
    let server = tokio::spawn(async move { axum::serve(listener, api::router(shared)).await });
    for chain in scanners {
        tokio::spawn(scan::run(chain, outbox.clone()));
    }
    home.write_api(address).map_err(Failed::usage)?;
    tracing::info!(home = %home.path().display(), api = %address, "relaying");

    let (stopper, stop) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate()).map_err(|e| Failed::Defect(e.to_string()))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|e| Failed::Defect(e.to_string()))?;
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        let _ = stopper.send(true); // The engine may have stopped by itself.
    });
    let done = engine.run(inbox, stop).await;
    server.abort();
    done.map_err(|e| Failed::Defect(format!("{e:#}")))?;
    tracing::info!("stopped; the queue is on disk");
    Ok(())
}

fn link(config: &Config) -> Result<BTreeMap<ChainName, Linked>, Failed> {
    let mut linked = BTreeMap::new();
    for (name, chain) in &config.chains {
        let key = signing_key(&chain.key)?;
        let chain = Chain::new(name.clone(), chain.clone()).map_err(|e| Failed::Usage(e.to_string()))?;
        linked.insert(name.clone(), Linked { chain: Arc::new(chain), signer: Arc::new(Signer::new(key)) });
    }
    Ok(linked)
}
