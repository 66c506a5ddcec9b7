//! `govhub light-client check`: blocks, headers and proofs from files, judged as a host would judge them.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;
use govhub_lc_core::native::Item;
use govhub_lc_core::CheckOutcome;
use govhub_lc_registry::native::{family, Follower, Judgement, Native, Outcome};
use govhub_lc_registry::FAMILIES;
use govhub_types::Time;
use serde_json::{json, Value};

use super::trust;
use crate::cli::{print, CliError, Exit};

/// Largest file in bytes: the fullest block of any family in its JSON form, several times.
const FILE_BYTES_MAX: u64 = 64 << 20;

/// Check files that a chain's own interface returned.
///
/// Files are judged in the order given: a header that is accepted is trusted by what follows. Without --trust a file can at best be
/// consistent in itself, which a forger's is too; the exit status is then 3.
#[derive(Debug, Args)]
pub struct Check {
    /// Trust file that the chain is judged by, as `light-client new` wrote it
    #[arg(long, value_name = "ROOT")]
    trust: Option<PathBuf>,
    /// Family of the files, where there is no trust file to say it
    #[arg(long, value_name = "FAMILY", value_parser = clap::builder::PossibleValuesParser::new(FAMILIES.iter().copied()), required_unless_present = "trust", conflicts_with = "trust")]
    kind: Option<String>,
    /// Judge as of this time, in Unix seconds, instead of now: for recorded blocks, whose trust has long expired
    #[arg(long, value_name = "SECONDS", requires = "trust")]
    at: Option<u64>,
    /// Blocks, headers and proofs in the chain's own form
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Judges the files and prints what they came to.
pub fn run(check: &Check) -> Result<Exit, CliError> {
    let mut judge = Judge::new(check)?;
    let mut files = Vec::new();
    for path in &check.files {
        let items = read(judge.native(), path)?;
        files.push((path.display().to_string(), items.iter().map(|item| judge.judge(item)).collect::<Vec<_>>()));
    }
    let all = || files.iter().flat_map(|(_, judgements)| judgements);
    let exit = match () {
        () if all().any(|one| matches!(one.outcome, Outcome::Refused(_) | Outcome::Misbehaviour(_))) => Exit::No,
        () if all().any(|one| one.outcome == Outcome::SelfConsistent) => Exit::NotTrusted,
        () => Exit::Done,
    };
    let verdict = match exit {
        Exit::Done => "verified",
        Exit::NotTrusted => "self-consistent, NOT trusted",
        _ => "refused",
    };
    let mut text: Vec<String> = files.iter().map(|(file, judgements)| words(file, judgements)).collect();
    text.push(format!("verdict: {verdict}\ntrust: {}", judge.trust()));
    let shown = json!({"verdict": verdict, "trust": judge.trust(), "files": files.iter().map(|(file, all)| value(file, all)).collect::<Vec<_>>()});
    print(check.json, &shown, text.join("\n"));
    Ok(exit)
}

/// Who judges: a client founded on a trust file, or nobody but the file itself.
enum Judge {
    Trusting(Box<Follower>, &'static Native),
    Alone(&'static Native),
}

impl Judge {
    fn new(check: &Check) -> Result<Self, CliError> {
        let Some(path) = &check.trust else {
            return Ok(Self::Alone(family(check.kind.as_deref().unwrap_or_default()).map_err(CliError::usage)?));
        };
        let (file, _) = trust::read(path)?;
        let now = check.at.map_or_else(now, Time::from_unix_s);
        let wrong = |reason| CliError::usage(format!("trust file `{}`: {reason}", path.display()));
        Ok(Self::Trusting(Box::new(Follower::found(&file, now).map_err(wrong)?), family(&file.family).map_err(wrong)?))
    }

    fn native(&self) -> &'static Native {
        match self {
            Self::Trusting(_, native) | Self::Alone(native) => native,
        }
    }

    fn judge(&mut self, item: &Item) -> Judgement {
        match self {
            Self::Trusting(follower, _) => follower.judge(item),
            Self::Alone(native) => native.judge_alone(item),
        }
    }

    fn trust(&self) -> String {
        match self {
            Self::Trusting(follower, _) => follower.client().trust_class().to_string(),
            Self::Alone(_) => "none: give a trust file with --trust".into(),
        }
    }
}

fn now() -> Time {
    Time::from_unix_ns(std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)) // until 2554
}

fn read(native: &Native, path: &Path) -> Result<Vec<Item>, CliError> {
    let wrong = |e: &dyn std::fmt::Display| CliError::usage(format!("`{}`: {e}", path.display()));
    let size = fs::metadata(path).map_err(|e| wrong(&e))?.len();
    if size > FILE_BYTES_MAX {
        return Err(wrong(&format!("{size} bytes, at most {FILE_BYTES_MAX}")));
    }
    let bytes = fs::read(path).map_err(|e| wrong(&e))?;
    let items = (native.items)(&bytes).map_err(|e| wrong(&e).hint(format!("expected a file as chains of `{}` return it", native.client_type)))?;
    // A file that holds nothing has verified nothing.
    if items.is_empty() {
        return Err(wrong(&"holds no block, header or proof"));
    }
    Ok(items)
}

fn outcome(outcome: &Outcome) -> (&'static str, Option<&govhub_lc_core::Reason>) {
    match outcome {
        Outcome::Verified => ("verified", None),
        Outcome::SelfConsistent => ("self-consistent, NOT trusted", None),
        Outcome::Refused(reason) => ("REFUSED", Some(reason)),
        Outcome::Misbehaviour(reason) => ("MISBEHAVIOUR", Some(reason)),
    }
}

fn said(outcome: CheckOutcome) -> &'static str {
    match outcome {
        CheckOutcome::Pass => "pass",
        CheckOutcome::Fail => "fail",
        CheckOutcome::NotCheckable => "not checkable",
    }
}

fn words(file: &str, judgements: &[Judgement]) -> String {
    let mut lines = vec![file.to_owned()];
    for one in judgements {
        let (verdict, reason) = outcome(&one.outcome);
        let why = reason.map(|reason| format!("  {reason}")).unwrap_or_default();
        lines.push(format!("  {}: {verdict}{why}", one.label));
        lines.extend(one.checks.iter().map(|check| format!("    {:<14} {}", said(check.outcome), check.name)));
    }
    lines.join("\n")
}

fn value(file: &str, judgements: &[Judgement]) -> Value {
    let item = |one: &Judgement| {
        let (verdict, reason) = outcome(&one.outcome);
        let checks: Vec<Value> = one.checks.iter().map(|check| json!({"name": check.name, "outcome": said(check.outcome)})).collect();
        json!({
            "item": one.label, "verdict": verdict, "checks": checks,
            "reason": reason.map(|reason| json!({"code": reason.code, "detail": reason.detail})),
        })
    };
    json!({"file": file, "items": judgements.iter().map(item).collect::<Vec<_>>()})
}
