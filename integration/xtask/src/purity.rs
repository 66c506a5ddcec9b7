//! Below the line nothing reads a clock, a disk, a socket or a random source, and no result depends on the order of a hash map.
//!
//! A source scan, not a proof: it reads what a crate itself says in `src/`, up to its tests. What it names is what one reaches for first.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// Folders of crates below the line (docs/ARCHITECTURE.md, "The line").
const PURE: [&str; 11] = [
    "hub/types", "hub/x509", "hub/store", "hub/ibc", "hub/modules", "hub/app", "light-clients", "sharing", "relayers/core", "zk/gadgets", "zk/verify",
];

/// What must not be named there, with the reason.
const BANNED: [(&str, &str); 12] = [
    ("HashMap", "its order differs from run to run: BTreeMap"),
    ("HashSet", "its order differs from run to run: BTreeSet"),
    ("SystemTime", "time is an argument"),
    ("Instant::", "time is an argument"),
    ("thread_rng", "randomness is an argument"),
    ("OsRng", "randomness is an argument"),
    ("std::fs", "files are read at the edge"),
    ("std::net", "sockets are opened at the edge"),
    ("std::thread", "threads are started at the edge"),
    ("tokio::", "waiting is done at the edge"),
    ("f64", "floats differ between machines: integers"),
    ("_bytes_mod_order", "bytes are decoded canonically, never reduced"),
];

/// Where a banned name is right.
const EXCEPTIONS: [(&str, &str); 1] = [
    // A signature's challenge is a field element that is reduced by the group's order: that is its definition, not a decoding.
    ("zk/gadgets/src/schnorr.rs", "_bytes_mod_order"),
];

/// Every breach as `file:line: what: why`.
///
/// # Errors
/// A source file cannot be read.
pub fn breaches() -> Result<Vec<String>> {
    let root = crate::root();
    let mut found = Vec::new();
    for folder in PURE.iter().map(|folder| root.join(folder)).filter(|folder| folder.is_dir()) {
        for file in sources(&folder)? {
            let text = std::fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let shown = file.strip_prefix(&root).unwrap_or(&file).display().to_string();
            let allowed = |what: &str| EXCEPTIONS.iter().any(|(folder, name)| shown.starts_with(folder) && what == *name);
            found.extend(scan(&text).into_iter().filter(|(_, what, _)| !allowed(what)).map(|(line, what, why)| format!("{shown}:{line}: `{what}`: {why}")));
        }
    }
    Ok(found)
}

/// Line, banned name and reason of each breach in one source text; comments, and everything from the first test module on, do not count.
pub fn scan(text: &str) -> Vec<(usize, &'static str, &'static str)> {
    let code = text.lines().enumerate().take_while(|(_, line)| !line.trim_start().starts_with("#[cfg(test)]") && !line.contains("feature = \"testing\""));
    let mut found = Vec::new();
    for (index, line) in code {
        let line = line.split("//").next().unwrap_or_default();
        found.extend(BANNED.iter().filter(|(what, _)| line.contains(what)).map(|(what, why)| (index + 1, *what, *why)));
    }
    found
}

/// Rust files of the library parts: not tests, not benches, not examples, not generated code, not what is for tests only.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry.with_context(|| format!("reading {}", folder.display()))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let skipped = ["tests", "tests.rs", "benches", "examples", "proto", "testing", "testing.rs", "testdata", "mem.rs"];
        if skipped.contains(&name.as_str()) {
            continue;
        }
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if name.ends_with(".rs") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
