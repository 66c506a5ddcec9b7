//! `govrelay` of one department: its configuration, and what it tells about packets.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde_json::Value;

use crate::checker::{Claim, Object};
use crate::daemon::Daemon;
use crate::programs::{run, Programs};
use crate::report::{Hop, Verified};
use crate::world::{text, Node};

/// A relayer between the hub and one department.
pub struct Relayer {
    /// Home folder.
    pub home: PathBuf,
    /// The process.
    pub daemon: Daemon,
    programs: Programs,
}

/// What a relayer connects.
pub struct Ends<'a> {
    /// The hub, its client of the department, and the file of the key that acts there.
    pub hub: (&'a Node, &'a str, PathBuf),
    /// The department, its client of the hub, and the key file.
    pub department: (&'a Node, &'a str, PathBuf),
}

impl Relayer {
    /// Writes the configuration and starts the daemon.
    ///
    /// # Errors
    /// The folder cannot be written, `govrelay config check` refuses the configuration, or the daemon does not start.
    pub async fn start(programs: &Programs, out: &Path, ends: &Ends<'_>) -> Result<Self> {
        let name = format!("govrelay-{}", ends.department.0.name);
        let home = out.join(&name);
        std::fs::create_dir_all(&home).with_context(|| format!("making {}", home.display()))?;
        std::fs::write(home.join("config.toml"), config(ends)?).with_context(|| format!("writing to {}", home.display()))?;
        run(&programs.govrelay, &["config", "check", "--home", text(&home)?]).await?.done()?;
        let daemon = Daemon::start(&name, &programs.govrelay, &["start", "--home", text(&home)?], out)?;
        Ok(Self { home, daemon, programs: programs.clone() })
    }

    /// The way of one packet as this relayer saw it; waits until it is settled.
    ///
    /// # Errors
    /// The relayer does not know the packet, or it is not settled in ten seconds.
    pub async fn way(&self, lane: &Lane<'_>, sequence: u64) -> Result<Vec<Hop>> {
        let number = sequence.to_string();
        let mut last = Value::Null;
        for _ in 0..100 {
            let args = ["packet", "show", lane.source_chain, lane.source_client, &number, "--home", text(&self.home)?, "--json"];
            last = run(&self.programs.govrelay, &args).await?.json;
            if last["steps"].as_array().is_some_and(|steps| steps.iter().any(|s| s["what"] == "acknowledged" || s["what"] == "timed-out")) {
                return hops(&last, lane, sequence);
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("packet {}/{sequence} is not settled: {last}", lane.source_client)
    }
}

/// One direction between two chains.
#[derive(Clone, Copy, Debug)]
pub struct Lane<'a> {
    /// Chain id of the sender.
    pub source_chain: &'a str,
    /// Name of the sender in the drawing.
    pub source_name: &'a str,
    /// The sender's client of the receiver.
    pub source_client: &'a str,
    /// Chain id of the receiver.
    pub destination_chain: &'a str,
    /// Name of the receiver in the drawing.
    pub destination_name: &'a str,
    /// The receiver's client of the sender.
    pub destination_client: &'a str,
}

/// The configuration; what is not named keeps its default.
fn config(ends: &Ends<'_>) -> Result<String> {
    let chain = |(node, _, key): &(&Node, &str, PathBuf)| -> Result<String> {
        let key = std::fs::canonicalize(key).with_context(|| format!("the key {}", key.display()))?;
        Ok(format!(
            "[chains.{}]\nchain_id = \"{}\"\nendpoints = [\"{}\"]\nkey = \"{}\"\npoll_ms = 100\n\n",
            node.name,
            node.chain_id,
            node.rpc,
            text(&key)?
        ))
    };
    let end = |(node, client, _): &(&Node, &str, PathBuf)| format!("{{ chain = \"{}\", client = \"{client}\" }}", node.name);
    let lane = format!("[[lanes]]\nname = \"{}\"\na = {}\nb = {}\n", ends.department.0.name, end(&ends.hub), end(&ends.department));
    Ok(chain(&ends.hub)? + &chain(&ends.department)? + &lane)
}

/// `packet show`'s steps as hops.
fn hops(packet: &Value, lane: &Lane<'_>, sequence: u64) -> Result<Vec<Hop>> {
    let steps = packet["steps"].as_array().context("a packet with steps")?;
    let mut hops = Vec::new();
    for step in steps {
        let what = step["what"].as_str().context("a step with `what`")?;
        if matches!(what, "attempt-failed" | "released") {
            continue;
        }
        let at_destination = matches!(what, "received" | "ack-written" | "absence-written");
        let (chain, from, by) = match at_destination {
            true => (lane.destination_name, lane.source_chain, lane.destination_chain),
            false => (lane.source_name, lane.destination_chain, lane.source_chain),
        };
        let mut verified = Vec::new();
        for entry in step["verified"].as_array().into_iter().flatten() {
            verified.push(claim(entry, lane, sequence, from, by)?);
        }
        hops.push(Hop {
            step: String::new(),
            chain: chain.to_owned(),
            what: format!("{what} {}/{sequence}", lane.source_client),
            ms: step["at_ms"].as_u64().context("a step with `at_ms`")?,
            height: step["height"].as_u64().unwrap_or(0),
            verified,
        });
    }
    Ok(hops)
}

/// One entry of the relayer in the checker's words.
fn claim(entry: &Value, lane: &Lane<'_>, sequence: u64, source: &str, by: &str) -> Result<Verified> {
    let field = |name: &str| entry[name].as_str().with_context(|| format!("an entry with `{name}`: {entry}"));
    let what = field("what")?;
    let (sender, receiver) = (lane.source_client.to_owned(), lane.destination_client.to_owned());
    let object = match what {
        "header" => Object::Header,
        text if text.contains("commitment") => Object::Packet { client: sender, sequence },
        text if text.contains("acknowledgement") => Object::Acknowledgement { client: receiver, sequence },
        text if text.contains("absence") => Object::NoReceipt { client: receiver, sequence },
        other => bail!("an entry that the checker has no word for: `{other}`"),
    };
    // A header has a size, but no proof: its signatures are verified, which the checker does again.
    let proof_bytes = if object == Object::Header { 0 } else { entry["proof_bytes"].as_u64().context("an entry with `proof_bytes`")? };
    let height = field("height")?;
    Ok(Verified {
        what: Claim { object, source: source.into(), by: by.into() }.to_string(),
        client_id: field("client_id")?.to_owned(),
        height: height.rsplit_once('-').map_or(height, |(_, h)| h).parse().with_context(|| format!("the height `{height}`"))?,
        block_hash: field("block_hash")?.to_owned(),
        proof_bytes,
    })
}
