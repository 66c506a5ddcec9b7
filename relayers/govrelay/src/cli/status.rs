//! `govrelay status`: is it really relaying?

use super::client::Relayer;
use super::print::{duration, print};
use super::{Failed, HomeArgs};
use crate::engine::now_ms;
use crate::view::{self, StatusView};

/// Prints health; exit status 1 if the relayer does not run.
pub async fn run(args: &HomeArgs) -> Result<(), Failed> {
    let relayer = Relayer::find(args)?;
    let status = relayer.read("/v1/status", |planner| Some(view::status(planner, false))).await?;
    print(args.json, &status, text)?;
    if relayer.is_running() {
        Ok(())
    } else {
        Err(Failed::No(format!("the relayer is not running; `govrelay start --home {}`", args.home.display())))
    }
}

fn text(status: &StatusView) -> String {
    let mut lines = vec![format!("govrelay {} {}", status.version, if status.running { format!("runs (pid {})", status.pid) } else { "does not run".into() })];
    for (name, chain) in &status.metrics.chains {
        let head = if chain.head == 0 { "no answer yet".to_owned() } else { format!("height {}", chain.head) };
        let dev = if chain.dev { " (DEV NETWORK)" } else { "" };
        lines.push(format!("chain {name}{dev}: {head}, read up to {}", chain.cursor));
    }
    for (name, lane) in &status.metrics.lanes {
        let paused = if lane.paused { ", PAUSED" } else { "" };
        let last = if lane.last_delivery_ms == 0 { "never".into() } else { format!("{} ago", duration(now_ms().saturating_sub(lane.last_delivery_ms))) };
        lines.push(format!(
            "lane {name}{paused}: {} open, {} quarantined, oldest undelivered {}, last proven delivery {last}",
            lane.open,
            lane.quarantined,
            duration(lane.oldest_undelivered_ms)
        ));
        for client in &lane.clients {
            let left = client.expires_in_ms.map_or_else(String::new, |ms| format!(", expires in {}", duration(ms)));
            let watch = if client.watch.is_empty() { String::new() } else { format!(", watch: {}", client.watch) };
            lines.push(format!("  client {} on {}: {} at {} [{}]{left}{watch}", client.client_id, client.chain, client.status, client.latest_height, client.trust));
        }
    }
    lines.join("\n")
}
