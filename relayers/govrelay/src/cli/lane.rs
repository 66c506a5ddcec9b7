//! `govrelay lane list|add|pause|resume`.

use clap::{Args, Subcommand};
use govhub_types::ClientId;
use govrelay_core::{ChainName, End, LaneName};

use super::client::Relayer;
use super::print::print;
use super::{Failed, HomeArgs};
use crate::config::{Config, LaneConfig};
use crate::view::{self, LaneView};

/// Lane commands.
#[derive(Debug, Subcommand)]
pub enum Lane {
    /// Show all lanes
    List(HomeArgs),
    /// Add a lane to the running relayer
    Add(Add),
    /// Send nothing more on a lane; its clients are kept alive
    Pause(Named),
    /// Go on sending
    Resume(Named),
}

/// A lane by name.
#[derive(Debug, Args)]
pub struct Named {
    /// Lane
    pub lane: LaneName,
    #[command(flatten)]
    home: HomeArgs,
}

/// A new lane.
#[derive(Debug, Args)]
pub struct Add {
    /// Name of the lane
    pub lane: LaneName,
    /// One end, `CHAIN/CLIENT`, e.g. `hub/07-tendermint-0`
    #[arg(value_parser = end)]
    pub a: End,
    /// The other end
    #[arg(value_parser = end)]
    pub b: End,
    /// First height on the first chain in which packets are looked for
    #[arg(long, default_value_t = 1)]
    pub from_a: u64,
    /// The same on the second chain
    #[arg(long, default_value_t = 1)]
    pub from_b: u64,
    #[command(flatten)]
    home: HomeArgs,
}

fn end(text: &str) -> Result<End, String> {
    let (chain, client) = text.split_once('/').ok_or_else(|| format!("`{text}`: expected CHAIN/CLIENT"))?;
    let chain: ChainName = chain.parse().map_err(|e| format!("{e}"))?;
    let client: ClientId = client.parse().map_err(|e| format!("{e}"))?;
    Ok(End { chain, client })
}

/// Runs a lane command.
pub async fn run(lane: Lane) -> Result<(), Failed> {
    match lane {
        Lane::List(args) => {
            let lanes = Relayer::find(&args)?.read("/v1/lanes", |planner| Some(view::lanes(planner))).await?;
            print(args.json, &lanes, |lanes| text(lanes))
        }
        Lane::Add(add) => {
            let lane = LaneConfig { name: add.lane, a: add.a, b: add.b, from_a: add.from_a, from_b: add.from_b };
            Config::load(&add.home.home).and_then(|config| config.check_lane(&lane.lane())).map_err(Failed::usage)?;
            let body = serde_json::to_string(&lane).map_err(|e| Failed::Defect(e.to_string()))?;
            Relayer::find(&add.home)?.post("/v1/lanes", &body).await?;
            done(&add.home, &format!("lane {} added", lane.name))
        }
        Lane::Pause(named) => set(&named, "pause").await,
        Lane::Resume(named) => set(&named, "resume").await,
    }
}

async fn set(named: &Named, verb: &str) -> Result<(), Failed> {
    Relayer::find(&named.home)?.post(&format!("/v1/lanes/{}/{verb}", named.lane), "").await?;
    done(&named.home, &format!("lane {} {verb}d", named.lane))
}

/// Says that a command is done.
pub fn done(home: &HomeArgs, words: &str) -> Result<(), Failed> {
    print(home.json, &serde_json::json!({ "done": true }), |_| words.to_owned())
}

fn text(lanes: &[LaneView]) -> String {
    if lanes.is_empty() {
        return "no lanes".into();
    }
    let line = |view: &LaneView| {
        let lane = &view.lane;
        let state = if lane.paused { "paused" } else { "running" };
        format!(
            "{}  {}/{} <-> {}/{}  {state}  {} open, {} quarantined",
            lane.name, lane.a.chain, lane.a.client, lane.b.chain, lane.b.client, view.open, view.quarantined
        )
    };
    lanes.iter().map(line).collect::<Vec<_>>().join("\n")
}
