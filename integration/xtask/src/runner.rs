//! `cargo xtask test`: the whole test suite, with honest totals.
//!
//! Builds first (cargo shows its progress), then runs `cargo test --workspace`, adds up what libtest reports and what
//! [`govhub_testkit::skip!`] recorded, and ends with `N passed, N failed, N skipped` alone on a line and the list of skips. A
//! skipped test is not a passed one; a skip without a line in `docs/STATUS.md` fails the run.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use anyhow::{ensure, Context, Result};

/// What libtest reported, added up over all test binaries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tests that libtest counts as passed (run-time skips among them).
    pub passed: u64,
    /// Tests that failed.
    pub failed: u64,
    /// `#[ignore]`d tests: name to reason.
    pub ignored: BTreeMap<String, String>,
    /// Names of failed tests.
    pub failures: Vec<String>,
}

impl Tally {
    /// Takes in one line of libtest's output; true if the line is worth showing.
    pub fn line(&mut self, line: &str) -> bool {
        if let Some(rest) = line.strip_prefix("test result: ") {
            self.passed += count(rest, "passed");
            self.failed += count(rest, "failed");
            return true;
        }
        let Some((name, verdict)) = line.strip_prefix("test ").and_then(|rest| rest.rsplit_once(" ... ")) else {
            return !line.trim().is_empty() && !line.starts_with("running ");
        };
        if let Some(reason) = verdict.strip_prefix("ignored") {
            self.ignored.insert(name.to_owned(), reason.trim_start_matches([',', ' ']).to_owned());
        }
        if verdict.starts_with("FAILED") {
            self.failures.push(name.to_owned());
        }
        verdict.starts_with("FAILED")
    }
}

/// The number before `word` in `5 passed; 0 failed; ..`.
fn count(text: &str, word: &str) -> u64 {
    text.split([';', '.']).filter_map(|part| part.trim().strip_suffix(word)?.trim().parse().ok()).next().unwrap_or(0)
}

/// The end of a run.
#[derive(Debug, PartialEq, Eq)]
pub struct Summary {
    /// Lines to print, the totals alone on the first.
    pub lines: Vec<String>,
    /// True iff nothing failed and every skip is known.
    pub good: bool,
}

/// Adds up. `skips` are lines `name<TAB>reason`, `status` is the text of docs/STATUS.md, `cargo_ok` cargo's own verdict.
pub fn summary(tally: &Tally, skips: &str, status: &str, cargo_ok: bool) -> Summary {
    let recorded: BTreeMap<&str, &str> = skips.lines().filter_map(|line| line.split_once('\t')).collect();
    let passed = tally.passed.saturating_sub(recorded.len() as u64);
    // A test binary that crashed or did not build reports nothing: cargo's verdict counts it.
    let failed = tally.failed.max(u64::from(!cargo_ok));
    let mut all: BTreeMap<&str, &str> = tally.ignored.iter().map(|(name, why)| (name.as_str(), why.as_str())).collect();
    all.extend(&recorded);

    let mut lines = vec![format!("{passed} passed, {failed} failed, {} skipped", all.len())];
    lines.extend(tally.failures.iter().map(|name| format!("failed: {name}")));
    lines.extend(all.iter().map(|(name, reason)| format!("skipped: {name}: {reason}")));
    let unknown: Vec<&&str> = all.keys().filter(|name| !status.contains(&format!("`{name}`"))).collect();
    lines.extend(unknown.iter().map(|name| format!("not in docs/STATUS.md: `{name}`; a skip needs a line there that says what is missing")));
    Summary { good: failed == 0 && unknown.is_empty(), lines }
}

/// Builds and runs everything; `args` go to `cargo test` (for example `-p govhub-types`), without any it is the whole workspace.
///
/// # Errors
/// Cargo cannot be started, or a file of ours cannot be read.
pub fn run(args: &[&str]) -> Result<u8> {
    let root = crate::root();
    let scope: Vec<&str> = if args.is_empty() { vec!["--workspace"] } else { args.to_vec() };
    let started = Instant::now();
    eprintln!("== building the programs and the tests (first time: long; cargo shows how far it is)");
    if !cargo(&root).arg("build").args(&scope).args(["--bins", "--tests"]).status().context("starting cargo build")?.success() {
        println!("0 passed, 1 failed, 0 skipped");
        println!("failed: the build");
        return Ok(1);
    }
    eprintln!("== built in {} s; running the tests", started.elapsed().as_secs());

    let skips = std::env::temp_dir().join(format!("govhub-skips-{}", std::process::id()));
    std::fs::write(&skips, "").with_context(|| format!("writing {}", skips.display()))?;
    let (tally, status) = test(&root, &scope, &skips)?;
    let recorded = std::fs::read_to_string(&skips).with_context(|| format!("reading {}", skips.display()))?;
    std::fs::remove_file(&skips).context("removing the file of skips")?;
    let known = std::fs::read_to_string(root.join("docs/STATUS.md")).context("reading docs/STATUS.md")?;

    let end = summary(&tally, &recorded, &known, status.success());
    eprintln!("== {} s in all", started.elapsed().as_secs());
    for line in &end.lines {
        println!("{line}");
    }
    Ok(u8::from(!end.good))
}

/// `cargo test`, its output shown without the lines of passed tests, and added up.
fn test(root: &Path, scope: &[&str], skips: &Path) -> Result<(Tally, ExitStatus)> {
    let mut child = cargo(root)
        .arg("test")
        .args(scope)
        .arg("--no-fail-fast")
        .env(govhub_testkit::skip::SKIPS_ENV, skips)
        .stdout(Stdio::piped())
        .spawn()
        .context("starting cargo test")?;
    let stdout = child.stdout.take().context("cargo's output is piped")?;
    let mut tally = Tally::default();
    for line in BufReader::new(stdout).split(b'\n') {
        let line = String::from_utf8_lossy(&line.context("reading cargo's output")?).into_owned();
        if tally.line(&line) {
            eprintln!("{line}");
        }
    }
    let status = child.wait().context("waiting for cargo test")?;
    ensure!(status.code().is_some(), "cargo test was ended by a signal");
    Ok((tally, status))
}

fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).stdin(Stdio::null());
    command
}
