//! The stage: three chains, two relayers, licences; set up by votes and by loading a file.

use std::path::Path;

use anyhow::{ensure, Context, Result};
use serde_json::Value;

use crate::hand::{key_of, Hand};
use crate::programs::{run, Programs, Ran};
use crate::relayer::{Ends, Lane, Relayer};
use crate::report::{Chain, Hop, Verified};
use crate::sample::{bad_path, Sample, LICENCES_NEEDED};
use crate::setup::{self, govern, Parties, DEPARTMENT_CLIENT, HUB_CLIENTS, PURPOSE};
use crate::story::{Outcome, Story};
use crate::world::{text, Node, Plan};

/// The department that asks.
const SHENZHEN: &str = "11440300MB2C00021C";
/// Region of Guangzhou's licences.
const GUANGZHOU_REGION: &str = "440100";
/// Accounts on the hub that relay: name and algorithm. The keys that `init` makes are
/// secp256k1, so that every algorithm signs something here.
const RELAYERS: [(&str, &str); 3] = [("relayer-guangzhou", "p256"), ("relayer-shenzhen", "sm2"), ("relayer-by-hand", "ed25519")];

/// Bad rows of the user's file that are told; the report of `govhub licence load` has them all.
const BAD_ROWS_TOLD: usize = 20;

/// What becomes of leg two while we look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LegTwo {
    /// It is answered, if the hub sent it at all.
    Settles,
    /// The issuer is silent.
    StaysOpen,
}

/// Everything that runs, and what came by that must not be found anywhere.
pub struct Stage {
    /// The hub.
    pub hub: Node,
    /// The department that holds the licences.
    pub guangzhou: Node,
    /// The department that asks.
    pub shenzhen: Node,
    /// Relayers of Guangzhou and Shenzhen, once governance has made the clients.
    pub relayers: Option<[Relayer; 2]>,
    /// The licences.
    pub sample: Sample,
    programs: Programs,
    out: std::path::PathBuf,
    secrets: Vec<String>,
}

impl Stage {
    /// Starts the three chains.
    ///
    /// # Errors
    /// A program is missing or a chain does not start.
    pub async fn set(out: &Path, sample: Sample) -> Result<Self> {
        let programs = Programs::beside_us()?;
        let plan = |name, department: Option<&str>, region| -> Result<Plan> {
            let chain_id = if name == "hub" { "govhub-1".into() } else { format!("{name}-1") };
            Ok(Plan { name, chain_id: chain_id.parse()?, department: department.map(str::parse).transpose()?, region })
        };
        let (hub, guangzhou, shenzhen) = tokio::try_join!(
            Node::start(&programs, out, plan("hub", None, "440000")?),
            Node::start(&programs, out, plan("guangzhou", Some(sample.issuer.as_str()), "440100")?),
            Node::start(&programs, out, plan("shenzhen", Some(SHENZHEN), "440300")?),
        )?;
        let mut stage = Self { hub, guangzhou, shenzhen, relayers: None, sample, programs, out: out.to_owned(), secrets: Vec::new() };
        tokio::try_join!(stage.hub.ready(), stage.guangzhou.ready(), stage.shenzhen.ready())?;
        for (name, kind) in RELAYERS {
            let args = ["keys", "add", name, "--kind", kind, "--home", text(&stage.hub.home)?];
            run(&stage.programs.govhub, &args).await?.done()?;
        }
        Ok(stage)
    }

    /// For the report.
    pub fn chains(&self) -> Vec<Chain> {
        [&self.hub, &self.guangzhou, &self.shenzhen].map(Node::chain).into()
    }

    /// An account on the hub that relays without `govrelay`.
    ///
    /// # Errors
    /// Its key cannot be read.
    pub fn hand(&self) -> Result<Hand> {
        Hand::of_home(&self.hub.home, RELAYERS[2].0, &self.hub.rpc, self.hub.chain_id.clone())
    }

    /// The relayers of Guangzhou and Shenzhen.
    ///
    /// # Errors
    /// They are not started, because governance did not make the clients.
    pub fn relayers(&self) -> Result<&[Relayer; 2]> {
        self.relayers.as_ref().context("no relayer runs: an earlier step failed")
    }

    /// From Shenzhen to the hub.
    pub fn leg_one(&self) -> Lane<'_> {
        Lane {
            source_chain: self.shenzhen.chain_id.as_str(),
            source_name: "shenzhen",
            source_client: DEPARTMENT_CLIENT,
            destination_chain: self.hub.chain_id.as_str(),
            destination_name: "hub",
            destination_client: HUB_CLIENTS[1],
        }
    }

    /// From the hub to Guangzhou.
    pub fn leg_two(&self) -> Lane<'_> {
        Lane {
            source_chain: self.hub.chain_id.as_str(),
            source_name: "hub",
            source_client: HUB_CLIENTS[0],
            destination_chain: self.guangzhou.chain_id.as_str(),
            destination_name: "guangzhou",
            destination_client: DEPARTMENT_CLIENT,
        }
    }

    /// The way of a question: leg one, and leg two if the hub sent one. Milliseconds from the first hop.
    ///
    /// # Errors
    /// A relayer does not know the packet, or it does not settle.
    pub async fn way(&self, sequence: u64, leg_two: LegTwo) -> Result<(Vec<Hop>, Vec<Verified>)> {
        let [guangzhou, shenzhen] = self.relayers()?;
        let mut hops = shenzhen.way(&self.leg_one(), sequence).await?;
        if let (LegTwo::Settles, Some(sequence)) = (leg_two, self.forwarded(&hops).await?) {
            // All of leg two lies between the hub's receipt of leg one and what it does next.
            let behind = hops.iter().position(|hop| hop.chain == "hub" && hop.what.starts_with("received")).map_or(hops.len(), |at| at + 1);
            hops.splice(behind..behind, guangzhou.way(&self.leg_two(), sequence).await?);
        }
        in_order(&mut hops);
        let verified = hops.iter().flat_map(|hop| hop.verified.clone()).collect();
        Ok((hops, verified))
    }

    /// Sequence of leg two, if the hub sent one in the block in which it received leg one.
    async fn forwarded(&self, leg_one: &[Hop]) -> Result<Option<u64>> {
        let received = leg_one.iter().find(|hop| hop.chain == "hub" && hop.what.starts_with("received")).context("leg one was received by the hub")?;
        // An error here is "no packet was sent": the hub refused by itself.
        Ok(self.hub.source()?.sent_in(received.height, HUB_CLIENTS[0]).await.ok().map(|packet| packet.sequence))
    }

    /// Has Guangzhou make a one-time code for Shenzhen; the text of the QR that the holder shows.
    ///
    /// # Errors
    /// The register does not know the licence.
    pub async fn code(&mut self, licence_id: &str) -> Result<String> {
        let made = self.guangzhou.post_telling("department", &["licence", "code", "-", "--audience", SHENZHEN, "--purpose", PURPOSE], licence_id).await?.done()?;
        let qr = made["qr"].as_str().with_context(|| format!("a code with its QR text: {made}"))?.to_owned();
        self.secrets.extend(secrets_of(&qr)?);
        Ok(qr)
    }

    /// Salts, blinds and QR texts that came by, one a line, for the canary scan.
    pub fn secrets(&self) -> String {
        self.secrets.iter().map(|secret| format!("{secret}\n")).collect()
    }

    /// Ends everything.
    ///
    /// # Errors
    /// A process cannot be ended.
    pub async fn stop(mut self) -> Result<()> {
        for relayer in self.relayers.iter_mut().flatten() {
            relayer.daemon.stop().await?;
        }
        for node in [&mut self.hub, &mut self.guangzhou, &mut self.shenzhen] {
            ensure!(node.daemon.stop().await?, "{} did not end by itself when asked to; see its log", node.name);
        }
        Ok(())
    }

    /// Leaves everything running.
    ///
    /// # Errors
    /// Something has ended.
    pub fn keep(self) -> Result<()> {
        let nodes = [self.hub, self.guangzhou, self.shenzhen].into_iter().map(|node| node.daemon);
        self.relayers.into_iter().flatten().map(|relayer| relayer.daemon).chain(nodes).try_for_each(crate::daemon::Daemon::keep)
    }
}

/// Salt, blind and the text itself of a holder's code, as the canary scan takes them.
fn secrets_of(qr: &str) -> Result<Vec<String>> {
    let code = govhub_packets::HolderCode::from_qr(qr).context("a QR text that the register itself made")?;
    Ok(vec![qr.to_owned(), format!("hex:{}", hex::encode(code.salt)), format!("hex:{}", hex::encode(code.blind))])
}

/// Governance, relayers, licences.
pub async fn found(stage: &mut Stage, story: &mut Story) {
    story.step("governance of three chains votes: light clients both ways, departments, rules", "9 votes", votes(stage)).await;
    story.step("one relayer per department", "both check their configuration and run", relayers(stage)).await;
    if stage.sample.ours {
        story.step("Guangzhou loads licences from a CSV file", "1000 loaded, 0 bad", load(stage)).await;
        let bad = "2 loaded, bad: line 3 licence_id, line 4 not_after, line 6 licence_id, line 7 status";
        story.step("bad rows are named, the good ones load", bad, load_bad(stage)).await;
    } else {
        story.step("Guangzhou loads your licences; bad rows are named", "enough licences for the demo", load_yours(stage)).await;
    }
}

async fn votes(stage: &mut Stage) -> Result<Outcome> {
    let relayers = RELAYERS.iter().map(|(name, _)| Ok(key_of(&stage.hub.home, name)?.public_key())).collect::<Result<_>>()?;
    let parties = Parties {
        hub: &stage.hub,
        guangzhou: &stage.guangzhou,
        shenzhen: &stage.shenzhen,
        relayers,
        licence_types: stage.sample.types.iter().map(ToString::to_string).collect(),
    };
    Ok(Outcome::said(format!("{} votes", govern(&parties).await?)))
}

async fn relayers(stage: &mut Stage) -> Result<Outcome> {
    let key = |node: &Node, name: &str| node.home.join("keys").join(format!("{name}.json"));
    let ends = |department, index: usize| Ends {
        hub: (&stage.hub, setup::HUB_CLIENTS[index], key(&stage.hub, RELAYERS[index].0)),
        department: (department, DEPARTMENT_CLIENT, key(department, "relayer")),
    };
    let guangzhou = Relayer::start(&stage.programs, &stage.out, &ends(&stage.guangzhou, 0)).await?;
    let shenzhen = Relayer::start(&stage.programs, &stage.out, &ends(&stage.shenzhen, 1)).await?;
    stage.relayers = Some([guangzhou, shenzhen]);
    Ok(Outcome::said("both check their configuration and run"))
}

async fn load(stage: &mut Stage) -> Result<Outcome> {
    let ran = load_file(stage, &stage.sample.path.clone()).await?;
    Ok(Outcome::said(format!("{} loaded, {} bad", count(&ran.json, "loaded")?, count(&ran.json, "bad")?)))
}

/// The user's file: bad rows are told, with line, column and reason, and not asked about.
async fn load_yours(stage: &mut Stage) -> Result<Outcome> {
    let ran = load_file(stage, &stage.sample.path.clone()).await?;
    let bad = bad_rows(&ran.json)?;
    eprintln!("{} loaded, {} bad", count(&ran.json, "loaded")?, count(&ran.json, "bad")?);
    for row in bad.iter().take(BAD_ROWS_TOLD) {
        eprintln!("   line {} {}: {}", row["line"], row["column"].as_str().unwrap_or("?"), row["reason"].as_str().unwrap_or("?"));
    }
    stage.sample.without(&bad.iter().filter_map(|row| row["line"].as_u64()).collect());
    let left = stage.sample.valid.len();
    Ok(Outcome::said(if left >= LICENCES_NEEDED { "enough licences for the demo".into() } else { format!("only {left} good licences, the demo asks about {LICENCES_NEEDED}") }))
}

async fn load_bad(stage: &mut Stage) -> Result<Outcome> {
    let ran = load_file(stage, &bad_path()).await?;
    ensure!(ran.code == 1, "bad rows give exit status 1, not {}", ran.code);
    let rows: Vec<String> = bad_rows(&ran.json)?.iter().map(|row| format!("line {} {}", row["line"], row["column"].as_str().unwrap_or("?"))).collect();
    Ok(Outcome::said(format!("{} loaded, bad: {}", count(&ran.json, "loaded")?, rows.join(", "))))
}

async fn load_file(stage: &Stage, file: &Path) -> Result<Ran> {
    stage.guangzhou.post("department", &["licence", "load", text(file)?, "--region", GUANGZHOU_REGION, "--reason", "import", "--legal-basis", setup::LEGAL_BASIS]).await?.verdict()
}

fn count(json: &Value, name: &str) -> Result<u64> {
    json[name].as_u64().with_context(|| format!("a count `{name}`: {json}"))
}

fn bad_rows(json: &Value) -> Result<&Vec<Value>> {
    json["bad_rows"].as_array().with_context(|| format!("a list `bad_rows`: {json}"))
}

/// Milliseconds from the first hop. Two relayers look at the chains at different moments: nothing is told as seen before its cause.
fn in_order(hops: &mut [Hop]) {
    let first = hops.first().map_or(0, |hop| hop.ms);
    let mut latest = first;
    for hop in hops {
        latest = latest.max(hop.ms);
        hop.ms = latest - first;
    }
}
