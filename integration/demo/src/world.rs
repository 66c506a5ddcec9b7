//! Three chains and two relayers as processes of their own, in homes under one folder.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use govhub_types::{ChainId, DepartmentId};
use serde_json::Value;

use crate::daemon::{Daemon, Running, PROCESSES};
use crate::hand::Source;
use crate::programs::{run, run_telling, Programs, Ran};
use crate::report::Chain;

/// File that marks a folder as ours, so that nobody else's folder is ever replaced.
const MARK: &str = ".govhub-demo";
/// How long a chain may take to its first block.
const START_LIMIT: Duration = Duration::from_secs(20);

/// A chain: one node, one validator.
pub struct Node {
    /// `hub`, `guangzhou`, `shenzhen`.
    pub name: &'static str,
    /// Its id.
    pub chain_id: ChainId,
    /// Home folder.
    pub home: PathBuf,
    /// URL of its RPC.
    pub rpc: String,
    /// The department whose chain it is.
    pub department: Option<DepartmentId>,
    /// The process.
    pub daemon: Daemon,
    programs: Programs,
}

/// Who asks: a department by its program, its node and its home.
#[derive(Clone, Debug)]
pub struct Asker {
    /// The program.
    pub govhub: PathBuf,
    /// URL of the node's RPC.
    pub rpc: String,
    /// Home with the department's key.
    pub home: PathBuf,
}

/// What a chain is made from.
pub struct Plan {
    /// As [`Node::name`].
    pub name: &'static str,
    /// As [`Node::chain_id`].
    pub chain_id: ChainId,
    /// As [`Node::department`].
    pub department: Option<DepartmentId>,
    /// Six digits (GB/T 2260).
    pub region: &'static str,
}

/// Makes `out` empty and ours.
///
/// # Errors
/// It exists and is no folder of an earlier demo, or chains of an earlier demo still run in it.
pub async fn prepare(out: &Path) -> Result<()> {
    if out.exists() {
        let empty = std::fs::read_dir(out).with_context(|| format!("reading {}", out.display()))?.next().is_none();
        ensure!(empty || out.join(MARK).is_file(), "`{}` exists and is not the folder of an earlier demo\nhint: --out DIR", out.display());
        stop_kept(out).await?;
        std::fs::remove_dir_all(out).with_context(|| format!("removing {}", out.display()))?;
    }
    for folder in ["logs", PROCESSES] {
        std::fs::create_dir_all(out.join(folder)).with_context(|| format!("making {}", out.display()))?;
    }
    std::fs::write(out.join(MARK), "made by govhub-demo; replaced by the next one\n").with_context(|| format!("writing to {}", out.display()))
}

/// Ends what still runs of a demo in `out`; names of what was ended.
///
/// # Errors
/// A note cannot be read, or a process does not end.
pub async fn stop_kept(out: &Path) -> Result<Vec<String>> {
    let folder = out.join(PROCESSES);
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut ended = Vec::new();
    for entry in std::fs::read_dir(&folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        let process: Running = serde_json::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
        if process.stop().await? {
            ended.push(process.name);
        }
        std::fs::remove_file(&path).with_context(|| format!("removing {}", path.display()))?;
    }
    ended.sort();
    Ok(ended)
}

impl Node {
    /// Makes the home and starts the node; returns once its RPC answers with a first block.
    ///
    /// # Errors
    /// `govhub` refuses, or the node does not come up.
    pub async fn start(programs: &Programs, out: &Path, plan: Plan) -> Result<Self> {
        let home = out.join(plan.name);
        let (rpc, p2p) = (free_port()?, free_port()?);
        let home_text = text(&home)?;
        let mut args: Vec<String> = ["init", "--home", home_text, "--chain-id", plan.chain_id.as_str(), "--network", "dev", "--region", plan.region, "--idle-block-ms", "500"]
            .map(str::to_owned)
            .into();
        args.extend(["--listen".into(), format!("127.0.0.1:{rpc}"), "--p2p".into(), format!("/ip4/127.0.0.1/tcp/{p2p}")]);
        match &plan.department {
            Some(department) => args.extend(["--profile", "department", "--department", department.as_str()].map(str::to_owned)),
            None => args.extend(["--profile", "hub"].map(str::to_owned)),
        }
        run(&programs.govhub, &args).await?.done().with_context(|| format!("making {}", plan.name))?;

        let daemon = Daemon::start(plan.name, &programs.govhub, &["start", "--home", home_text], out)?;
        Ok(Self {
            name: plan.name,
            chain_id: plan.chain_id,
            rpc: format!("http://127.0.0.1:{rpc}"),
            department: plan.department,
            daemon,
            programs: programs.clone(),
            home,
        })
    }

    /// Waits for the first blocks.
    ///
    /// # Errors
    /// The process ends, or there is no second block within [`START_LIMIT`].
    pub async fn ready(&mut self) -> Result<()> {
        let source = self.source()?;
        let end = tokio::time::Instant::now() + START_LIMIT;
        while tokio::time::Instant::now() < end {
            self.daemon.alive()?;
            if source.latest().await.is_ok_and(|height| height >= 2) {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("{} has no second block after {} s; see its log", self.name, START_LIMIT.as_secs())
    }

    /// The chain as a source of headers and proofs.
    ///
    /// # Errors
    /// Never for an address that we made.
    pub fn source(&self) -> Result<Source> {
        Source::new(&self.rpc, &self.chain_id)
    }

    /// Runs a command that only reads: `govhub <args> --node <rpc> --json`.
    ///
    /// # Errors
    /// As [`run`].
    pub async fn read(&self, args: &[&str]) -> Result<Value> {
        let mut all = args.to_vec();
        all.extend(["--node", &self.rpc, "--json"]);
        run(&self.programs.govhub, &all).await?.done()
    }

    /// Runs a command that posts in the name of a key of this home: `govhub <args> --node <rpc> --home <home> --from <key> --json`.
    ///
    /// # Errors
    /// As [`run`].
    pub async fn post(&self, key: &str, args: &[&str]) -> Result<Ran> {
        self.post_telling(key, args, "").await
    }

    /// As [`Self::post`], with what is private on the command's standard input.
    ///
    /// # Errors
    /// As [`run`].
    pub async fn post_telling(&self, key: &str, args: &[&str], private: &str) -> Result<Ran> {
        let mut all = args.to_vec();
        all.extend(["--node", &self.rpc, "--home", text(&self.home)?, "--from", key, "--json"]);
        run_telling(&self.programs.govhub, &all, private).await
    }

    /// What is needed to ask in the name of this department.
    pub fn asker(&self) -> Asker {
        Asker { govhub: self.programs.govhub.clone(), rpc: self.rpc.clone(), home: self.home.clone() }
    }

    /// For the report.
    pub fn chain(&self) -> Chain {
        let home = std::fs::canonicalize(&self.home).unwrap_or_else(|_| self.home.clone());
        Chain { name: self.name.into(), chain_id: self.chain_id.to_string(), rpc: self.rpc.clone(), home: home.display().to_string() }
    }
}

/// A port that was free a moment ago.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    Ok(listener.local_addr().context("looking for a free port")?.port())
}

/// A path as text.
///
/// # Errors
/// It is not UTF-8.
pub fn text(path: &Path) -> Result<&str> {
    path.to_str().with_context(|| format!("`{}` is not UTF-8\nhint: --out DIR", path.display()))
}
