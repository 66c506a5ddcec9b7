//! `govrelay packet list|show|release`.

use clap::{Args, Subcommand};
use govrelay_core::PacketKey;

use super::client::Relayer;
use super::lane::done;
use super::print::print;
use super::{Failed, HomeArgs};
use crate::config::Config;
use crate::view::{self, PacketFilter, PacketView};

/// Packet commands.
#[derive(Debug, Subcommand)]
pub enum Packet {
    /// Show packets: where they are, who has to act
    List(List),
    /// Show one packet with everything that happened to it
    Show(Show),
    /// Try a quarantined packet again
    Release(Release),
}

/// Which packets.
#[derive(Debug, Args)]
pub struct List {
    /// Only of this lane
    #[arg(long)]
    lane: Option<String>,
    /// Only `open`, `settled` or `quarantined`
    #[arg(long, value_parser = ["open", "settled", "quarantined"])]
    state: Option<String>,
    /// At most so many
    #[arg(long, default_value_t = 100)]
    limit: usize,
    #[command(flatten)]
    home: HomeArgs,
}

/// Which packet: `LANE/SIDE/SEQUENCE`, or sender's chain, client and sequence.
#[derive(Debug, Args)]
pub struct Show {
    /// `LANE/SIDE/SEQUENCE`, e.g. `shenzhen/a/7`, or `CHAIN CLIENT SEQUENCE` of the sender
    #[arg(num_args = 1..=3, required = true)]
    packet: Vec<String>,
    #[command(flatten)]
    home: HomeArgs,
}

/// Which packet.
#[derive(Debug, Args)]
pub struct Release {
    /// `LANE/SIDE/SEQUENCE`
    packet: PacketKey,
    #[command(flatten)]
    home: HomeArgs,
}

/// Runs a packet command.
pub async fn run(packet: Packet) -> Result<(), Failed> {
    match packet {
        Packet::List(args) => list(args).await,
        Packet::Show(args) => show(&args).await,
        Packet::Release(args) => {
            Relayer::find(&args.home)?.post(&format!("/v1/packets/{}/release", args.packet), "").await?;
            done(&args.home, &format!("packet {} released", args.packet))
        }
    }
}

async fn list(args: List) -> Result<(), Failed> {
    let filter = PacketFilter { lane: args.lane, state: args.state, limit: Some(args.limit) };
    let mut query = vec![format!("limit={}", args.limit)];
    if let Some(lane) = &filter.lane {
        let lane: govrelay_core::LaneName = lane.parse().map_err(|e| Failed::Usage(format!("{e}")))?;
        query.push(format!("lane={lane}"));
    }
    query.extend(filter.state.as_ref().map(|state| format!("state={state}")));
    let path = format!("/v1/packets?{}", query.join("&"));
    let packets = Relayer::find(&args.home)?.read(&path, |planner| Some(view::packets(planner, &filter))).await?;
    print(args.home.json, &packets, |packets| if packets.is_empty() { "no packets".into() } else { packets.iter().map(line).collect::<Vec<_>>().join("\n") })
}

async fn show(args: &Show) -> Result<(), Failed> {
    let relayer = Relayer::find(&args.home)?;
    let view = match args.packet.as_slice() {
        [key] => {
            let key: PacketKey = key.parse().map_err(|e| Failed::Usage(format!("{e}")))?;
            relayer.read(&format!("/v1/packets/{key}"), |planner| view::packet(planner, &key)).await?
        }
        [chain, client, sequence] => {
            let config = Config::load(&args.home.home).map_err(Failed::usage)?;
            let chain = config.chain_named(chain).ok_or_else(|| Failed::Usage(format!("no chain `{chain}` in the configuration")))?;
            let client: govhub_types::ClientId = client.parse().map_err(|e| Failed::Usage(format!("{e}")))?;
            let sequence: u64 = sequence.parse().map_err(|_| Failed::Usage(format!("`{sequence}` is no sequence")))?;
            let path = format!("/v1/packets/sent/{chain}/{client}/{sequence}");
            let at_rest = |planner: &govrelay_core::Planner| view::packet(planner, &view::key_of(planner, chain.as_str(), client.as_str(), sequence)?);
            relayer.read(&path, at_rest).await?
        }
        _ => return Err(Failed::Usage("give LANE/SIDE/SEQUENCE, or CHAIN CLIENT SEQUENCE".into())),
    };
    print(args.home.json, &view, detail)
}

fn line(packet: &PacketView) -> String {
    let e = &packet.explanation;
    format!("{}  {} -> {}  {}  [{}] {}", packet.key, packet.source_chain, packet.dest_chain, e.stage, e.owner, e.next)
}

fn detail(packet: &PacketView) -> String {
    let mut lines = vec![
        line(packet),
        format!("  sequence {} of {} on {}, to {} on {}", packet.sequence, packet.source_client, packet.source_chain, packet.dest_client, packet.dest_chain),
        format!("  times out at {} (Unix seconds of `{}`)", packet.timeout_s, packet.dest_chain),
    ];
    for step in &packet.steps {
        let block = if step.height == 0 { String::new() } else { format!(" block {}", step.height) };
        let tx = step.tx_hash.as_ref().map_or_else(String::new, |hash| format!(" tx {}", hash.get(..12).unwrap_or(hash)));
        let detail = if step.detail.is_empty() { String::new() } else { format!(": {}", step.detail) };
        lines.push(format!("  +{:>6} ms  {:<15} on {}{block}{tx}{detail}", step.ms, step.what, step.chain));
        for v in &step.verified {
            lines.push(format!("               verified {} by {} at {} ({} bytes)", v.what, v.client_id, v.height, v.proof_bytes));
        }
    }
    lines.join("\n")
}
