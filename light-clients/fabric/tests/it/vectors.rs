//! Every stored file of this family gives its stated verdicts.

use govhub_testkit::skip;
use govhub_vectors::{families, run, Folder};

#[test]
fn fabric_vectors_give_their_stated_verdicts() {
    let root = Folder::beside_repository();
    if !root.join("MANIFEST.json").exists() {
        skip!("fabric_vectors_give_their_stated_verdicts", "the stored vectors are not beside the repository");
    }
    let folder = Folder::open(&root).expect("a readable manifest");
    let family: Vec<_> = families().into_iter().filter(|family| family.name == "fabric").collect();
    let reports = run(&folder, &family).expect("every file is read");
    assert!(reports.len() >= 20, "{} files", reports.len());
    let mut bad = Vec::new();
    for report in &reports {
        for (case, good) in &report.cases {
            if !good {
                bad.push(format!("{}: {}: expected {}, found {}", report.entry.file, case.name, case.expected, case.verdict));
            }
        }
        assert!(report.good() || !bad.is_empty(), "{} has no cases", report.entry.file);
    }
    assert!(bad.is_empty(), "{}", bad.join("\n"));
}
