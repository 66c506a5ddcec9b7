//! The families, and the run over a folder.

use anyhow::{Context, Result};

use crate::{Case, Entry, Expect, Folder};

/// How one chain family reads its vectors.
#[derive(Clone, Copy)]
pub struct Family {
    /// Name in the manifest.
    pub name: &'static str,
    /// Cases of a file that has any; files without a verdict ([`Expect::Data`]) are not asked.
    pub cases: fn(&Folder, &Entry) -> Result<Vec<Case>>,
    /// The files' words for one of our codes; none if they have no word for it.
    pub words: fn(&str) -> &'static [&'static str],
}

/// Every family that has a file here.
pub fn families() -> Vec<Family> {
    vec![
        crate::cometbft::FAMILY, crate::qbft::FAMILY, crate::chainmaker::FAMILY, crate::fisco::FAMILY, crate::fabric::FAMILY,
    ]
}

/// What a file's cases came to.
#[derive(Clone, Debug)]
pub struct Report {
    /// The manifest's line.
    pub entry: Entry,
    /// The cases with whether each came out as expected; none for files without a verdict.
    pub cases: Vec<(Case, bool)>,
}

impl Report {
    /// Whether every case came out as expected, and a file that states verdicts has cases.
    pub fn good(&self) -> bool {
        (self.entry.expect == Expect::Data || !self.cases.is_empty()) && self.cases.iter().all(|(_, good)| *good)
    }
}

/// Runs every file of `folder` that belongs to one of `families`, in the manifest's order.
///
/// # Errors
/// A file that cannot be read or is not of the shape that its family writes.
pub fn run(folder: &Folder, families: &[Family]) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for entry in folder.entries() {
        let Some(family) = families.iter().find(|family| family.name == entry.family) else { continue };
        let cases = match entry.expect {
            Expect::Data => Vec::new(),
            _ => (family.cases)(folder, entry).with_context(|| format!("running `{}`", entry.file))?,
        };
        let judged = cases.into_iter().map(|case| { let good = case.good(&family.words); (case, good) }).collect();
        reports.push(Report { entry: entry.clone(), cases: judged });
    }
    Ok(reports)
}
