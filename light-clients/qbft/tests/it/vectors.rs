//! Every file of this family under the stored vectors gives its stated verdict.

use govhub_vectors::{families, run, Folder, Verdict};

#[test]
fn every_stored_vector_of_qbft_and_ibft_gives_its_stated_verdict() {
    let folder = Folder::beside_repository();
    if !folder.is_dir() {
        govhub_testkit::skip!("every_stored_vector_of_qbft_and_ibft_gives_its_stated_verdict", "no vectors at {}: set GOVHUB_VECTORS", folder.display());
    }
    let folder = Folder::open(&folder).expect("a folder of vectors with its manifest");
    let families: Vec<_> = families().into_iter().filter(|family| family.name == "qbft").collect();
    let reports = run(&folder, &families).expect("readable files of the stated shapes");
    assert_eq!(reports.len(), folder.entries().iter().filter(|entry| entry.family == "qbft").count());
    let (mut accepted, mut refused) = (0, 0);
    for report in &reports {
        assert!(!report.cases.is_empty(), "{} has cases", report.entry.file);
        for (case, good) in &report.cases {
            assert!(good, "{}, {}: expected {}, found {}", report.entry.file, case.name, case.expected, case.verdict);
            match case.verdict {
                Verdict::Refused { .. } => refused += 1,
                _ => accepted += 1,
            }
        }
    }
    println!("{} files: {accepted} cases accepted, {refused} refused", reports.len());
    assert!(accepted > 500 && refused > 99, "{accepted} accepted, {refused} refused");
}
