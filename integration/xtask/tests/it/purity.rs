//! The line between what is pure and what waits.

use xtask::purity::{breaches, scan};

#[test]
fn below_the_line_nothing_reads_a_clock_a_disk_a_socket_or_a_random_source() {
    let found = breaches().expect("sources can be read");
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_breach_is_found_and_a_comment_or_a_test_is_none() {
    let breach = "use std::collections::HashMap;\nfn now() -> SystemTime { SystemTime::now() }\n";
    assert_eq!(scan(breach).iter().map(|(line, what, _)| (*line, *what)).collect::<Vec<_>>(), [(1, "HashMap"), (2, "SystemTime")]);
    assert!(scan("// no HashMap here\nfn f() {} // SystemTime\n#[cfg(test)]\nmod tests { use std::fs; }\n").is_empty());
}
