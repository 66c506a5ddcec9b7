//! Vectors that a running network and others made: the folder `../shared/vectors` beside the repository, or `GOVHUB_VECTORS`.

use govhub_vectors::{families, run, Expect, Folder};

#[test]
fn every_chainmaker_vector_gets_its_stated_verdict() {
    let root = Folder::beside_repository();
    if !root.join("MANIFEST.json").is_file() {
        govhub_testkit::skip!("every_chainmaker_vector_gets_its_stated_verdict", "no vectors at {}: set GOVHUB_VECTORS", root.display());
    }
    let folder = Folder::open(&root).expect("a manifest");
    let family: Vec<_> = families().into_iter().filter(|family| family.name == "chainmaker").collect();
    let reports = run(&folder, &family).expect("files of the shape that the family writes");
    let (mut cases, mut bad) = (0, Vec::new());
    for report in &reports {
        println!("{}: {} cases", report.entry.file, report.cases.len());
        cases += report.cases.len();
        let words = report.cases.iter().filter(|(_, good)| !good);
        bad.extend(words.map(|(case, _)| format!("{}: {}: expected {}, found {}", report.entry.file, case.name, case.expected, case.verdict)));
        if !report.good() && report.cases.is_empty() {
            bad.push(format!("{}: no cases", report.entry.file));
        }
    }
    assert!(bad.is_empty(), "{} of {cases} cases are not as stated:\n{}", bad.len(), bad.join("\n"));
    let verdicts = reports.iter().filter(|report| report.entry.expect != Expect::Data).count();
    assert_eq!(verdicts, 17, "files with a verdict");
    assert!(cases >= 813, "{cases} cases");
}
