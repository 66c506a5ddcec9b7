//! The sample licences.

use std::collections::BTreeSet;

use xtask::csv::{bad, good, licence_id, ROWS};

#[test]
fn the_generator_reproduces_published_identifiers() {
    // references of GB/T 36904: one published real identifier, one synthetic.
    let published = licence_id("11100000000013338W011", "11110000000021135M", "20230329701", 3);
    assert_eq!(published, "1.2.156.3005.2.11100000000013338W011.11110000000021135M.20230329701.003.Y");
    let synthetic = licence_id("11100000000013338W011", "11440000007000000X", "GD2026000001", 1);
    assert!(synthetic.ends_with(".001.F"), "{synthetic}");
}

#[test]
fn the_checked_in_files_are_what_the_generator_writes() {
    let folder = xtask::root().join("configs/demo");
    assert_eq!(std::fs::read_to_string(folder.join("licences.csv")).expect("checked in"), good());
    assert_eq!(std::fs::read_to_string(folder.join("licences-bad.csv")).expect("checked in"), bad());
}

#[test]
fn every_licence_name_and_identity_number_is_unique() {
    let text = good();
    for column in 0..3 {
        let values: BTreeSet<&str> = text.lines().skip(1).filter_map(|line| line.split(',').nth(column)).collect();
        assert_eq!(values.len(), ROWS, "column {column}");
    }
}
