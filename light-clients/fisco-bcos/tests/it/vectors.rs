//! Every stored file of this family comes to its stated verdict.

use govhub_testkit::skip;
use govhub_vectors::{families, run, Folder};

#[test]
fn every_fisco_file_comes_to_its_stated_verdict() {
    let root = Folder::beside_repository();
    if !root.join("MANIFEST.json").is_file() {
        skip!("every_fisco_file_comes_to_its_stated_verdict", "no vectors at `{}`", root.display());
    }
    let families: Vec<_> = families().into_iter().filter(|family| family.name == "fisco-bcos").collect();
    let reports = run(&Folder::open(&root).expect("a manifest"), &families).expect("files of a known shape");
    let mut bad = Vec::new();
    let (mut accepted, mut refused) = (0, 0);
    for report in &reports {
        if !report.good() && report.cases.is_empty() {
            bad.push(format!("{}: no case", report.entry.file));
        }
        for (case, good) in &report.cases {
            if !good {
                bad.push(format!("{}: {}: expected {}, found {}", report.entry.file, case.name, case.expected, case.verdict));
            }
            match case.verdict {
                govhub_vectors::Verdict::Refused { .. } => refused += 1,
                _ => accepted += 1,
            }
        }
    }
    println!("{} files, {accepted} accepted, {refused} refused", reports.len());
    assert!(bad.is_empty(), "{}", bad.join("\n"));
    assert!(accepted > 0 && refused > 0, "{accepted} accepted, {refused} refused");
}
