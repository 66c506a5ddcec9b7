//! `cargo xtask edges`: the crates depend on each other as `edges.toml` says, and in no other way.
//!
//! Two rules. Direct edges are read from `cargo metadata` (normal and build dependencies, optional ones included). What a crate
//! must *never* reach is read from `cargo tree`, which resolves features, because `govhub-ibc` reaches the store only with `handlers`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use anyhow::{ensure, Context, Result};
use serde::Deserialize;

/// `edges.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Edges {
    /// Crate to the crates of ours that it may name.
    pub allowed: BTreeMap<String, BTreeSet<String>>,
    /// Crate to the crates of ours that it must not reach.
    pub never: BTreeMap<String, BTreeSet<String>>,
}

/// One dependency between crates of ours as a manifest states it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// The crate whose manifest it is.
    pub from: String,
    /// The crate it names.
    pub to: String,
    /// True for `[dev-dependencies]`.
    pub dev: bool,
}

/// Prints every wrong edge; exit code 1 if there is one.
///
/// # Errors
/// `edges.toml` or cargo's answer cannot be read.
pub fn run() -> Result<u8> {
    let edges = read()?;
    let members = members()?;
    let mut wrong = wrong_edges(&edges, &members, &declared()?);
    // A crate may be named here before it is there.
    for (from, targets) in edges.never.iter().filter(|(from, _)| members.contains(*from)) {
        wrong.extend(wrong_reach(from, targets, &reached(from)?));
    }
    for line in &wrong {
        println!("{line}");
    }
    Ok(u8::from(!wrong.is_empty()))
}

/// The allowed edges.
///
/// # Errors
/// The file is absent or not in the form of [`Edges`].
pub fn read() -> Result<Edges> {
    let path = crate::root().join("integration/xtask/edges.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    toml::from_str(&text).with_context(|| format!("reading {}", path.display()))
}

/// Edges that `edges` does not allow, and members it does not know, one sentence each.
pub fn wrong_edges(edges: &Edges, members: &BTreeSet<String>, declared: &[Edge]) -> Vec<String> {
    let mut wrong = Vec::new();
    for member in members.iter().filter(|m| !edges.allowed.contains_key(*m)) {
        wrong.push(format!("`{member}` is not in edges.toml; give it a line under [allowed]"));
    }
    for Edge { from, to, dev } in declared {
        let allowed = edges.allowed.get(from).is_some_and(|set| set.contains(to));
        let forbidden = edges.never.get(from).is_some_and(|set| set.contains(to));
        if forbidden || (!dev && !allowed) {
            wrong.push(format!("`{from}` depends on `{to}`, which edges.toml does not allow; a new edge needs an ADR"));
        }
    }
    wrong
}

/// Crates in `reached` that `from` must never reach, one sentence each.
pub fn wrong_reach(from: &str, never: &BTreeSet<String>, reached: &BTreeSet<String>) -> Vec<String> {
    never.intersection(reached).map(|to| format!("`{from}` reaches `{to}`, which it must never; see `cargo tree -p {from} -i {to}`")).collect()
}

/// Names of the workspace's crates.
///
/// # Errors
/// Cargo fails or answers in another form.
pub fn members() -> Result<BTreeSet<String>> {
    Ok(metadata()?.packages.into_iter().map(|p| p.name).collect())
}

/// Every edge between crates of ours that a manifest states.
///
/// # Errors
/// Cargo fails or answers in another form.
pub fn declared() -> Result<Vec<Edge>> {
    let packages = metadata()?.packages;
    let edge = |from: &str, d: &Dependency| Edge { from: from.to_owned(), to: d.name.clone(), dev: d.kind.as_deref() == Some("dev") };
    Ok(packages.iter().flat_map(|p| p.dependencies.iter().filter(|d| d.path.is_some()).map(|d| edge(&p.name, d))).collect())
}

/// Names of all packages that `from` links or builds with, at any distance, with the features it asks for.
///
/// # Errors
/// Cargo fails.
pub fn reached(from: &str) -> Result<BTreeSet<String>> {
    let text = cargo(&["tree", "--package", from, "--edges", "normal,build", "--prefix", "none", "--format", "{p}"])?;
    Ok(text.lines().filter_map(|line| line.split_whitespace().next()).filter(|name| *name != from).map(str::to_owned).collect())
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    name: String,
    kind: Option<String>,
    path: Option<String>,
}

fn metadata() -> Result<Metadata> {
    serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])?).context("reading cargo metadata")
}

fn cargo(args: &[&str]) -> Result<String> {
    let out = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args(args)
        .current_dir(crate::root())
        .output()
        .with_context(|| format!("starting cargo {}", args.join(" ")))?;
    ensure!(out.status.success(), "cargo {}: {}", args.join(" "), String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).context("cargo's output is UTF-8")
}
