//! Totals of a test run.

use xtask::runner::{summary, Tally};

const OUTPUT: &str = "running 4 tests
test a::one ... ok
test a::two ... ignored, needs a printer
test a::three ... FAILED
test a::four - should panic ... ok
test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.00s
running 1 test
test b::five ... ok
test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s";

fn tally(text: &str) -> Tally {
    let mut tally = Tally::default();
    for line in text.lines() {
        tally.line(line);
    }
    tally
}

#[test]
fn results_of_all_binaries_are_added_up() {
    let tally = tally(OUTPUT);
    assert_eq!((tally.passed, tally.failed), (3, 1));
    assert_eq!(tally.failures, ["a::three"]);
    assert_eq!(tally.ignored["a::two"], "needs a printer");
}

#[test]
fn a_recorded_skip_is_not_a_pass() {
    let tally = tally("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured");
    let end = summary(&tally, "b::five\tno Go here\nb::five\tno Go here\n", "- `b::five`: needs Go", true);
    assert_eq!(end.lines, ["2 passed, 0 failed, 1 skipped", "skipped: b::five: no Go here"]);
    assert!(end.good);
}

#[test]
fn a_skip_that_status_does_not_name_fails_the_run() {
    let tally = tally("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured");
    let end = summary(&tally, "b::five\tno Go here\n", "- `b::fiver`: another", true);
    assert!(!end.good);
    assert!(end.lines.iter().any(|l| l.starts_with("not in docs/STATUS.md: `b::five`")), "{:?}", end.lines);
}

#[test]
fn a_failed_test_fails_the_run_and_is_named() {
    let end = summary(&tally(OUTPUT), "", "`a::two`", false);
    assert!(!end.good);
    assert_eq!(end.lines[..2], ["3 passed, 1 failed, 1 skipped", "failed: a::three"]);
}

#[test]
fn a_test_program_that_crashed_counts_as_a_failure() {
    let end = summary(&tally("test result: ok. 3 passed; 0 failed; 0 ignored"), "", "", false);
    assert_eq!(end.lines[0], "3 passed, 1 failed, 0 skipped");
    assert!(!end.good);
}
