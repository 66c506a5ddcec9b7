//! The demo as a user starts it, with the real programs: every step as expected, nothing personal anywhere, nothing left running.

use std::path::Path;
use std::process::Command;

use govhub_demo::report::Report;
use govhub_demo::sample;
use govhub_testkit::canary::{scan, Secret};

/// Longest time that the demo may take once built.
const SECONDS_MAX: u64 = 60;

#[test]
fn the_demo_comes_out_as_expected_and_leaks_nothing() {
    let govhub = Path::new(env!("CARGO_BIN_EXE_govhub-demo")).with_file_name("govhub");
    if !govhub.exists() {
        govhub_testkit::skip!("the_demo_comes_out_as_expected_and_leaks_nothing", "the node's program `govhub` is not built");
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (out, json, secrets) = (folder.path().join("out"), folder.path().join("report.json"), folder.path().join("secrets"));
    let started = std::time::Instant::now();
    let ran = demo(&[&"--keep", &"--out", &out, &"--json", &json, &"--secrets", &secrets]);
    let seconds = started.elapsed().as_secs();
    let told = format!("{}\n{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));

    let report = std::fs::read_to_string(&json).ok().and_then(|text| serde_json::from_str::<Report>(&text).ok());
    // What was left running is ended whatever comes next.
    let stopped = demo(&[&"stop", &"--out", &out]);
    assert!(ran.status.success(), "{told}");
    assert!(stopped.status.success());
    assert!(seconds <= SECONDS_MAX, "{seconds} s, at most {SECONDS_MAX}");

    let report = report.expect("--json writes the report");
    assert_eq!(report.chains.len(), 3);
    for step in &report.steps {
        assert!(step.ok && step.outcome == step.expected, "{}: {}", step.name, step.outcome);
    }
    refusals_are_all_there(&report);
    every_hop_of_the_answer_is_verified(&report);
    std::fs::write(out.join("told.txt"), &told).expect("written");
    std::fs::copy(&json, out.join("report.json")).expect("copied");
    for home in ["hub", "guangzhou", "shenzhen"] {
        sound_and_dumped(&govhub, &out, home);
    }
    nothing_leaks(&out, &secrets);
    let left = std::fs::read_dir(out.join("processes")).expect("the folder of notes").count();
    assert_eq!(left, 0, "`stop` ended what `--keep` left");
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("precious");
    std::fs::write(&file, "not ours").expect("the folder is writable");
    let ran = demo(&[&"--out", &folder.path()]);
    assert!(!ran.status.success());
    assert!(String::from_utf8_lossy(&ran.stderr).contains("not the folder of an earlier demo"));
    assert!(file.exists());
}

fn demo(args: &[&dyn AsRef<std::ffi::OsStr>]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_govhub-demo")).args(args).output().expect("the demo starts")
}

/// The database hangs together, and its rows lie uncompressed beside the homes for the scan.
fn sound_and_dumped(govhub: &Path, out: &Path, home: &str) {
    let run = |args: &[&dyn AsRef<std::ffi::OsStr>]| {
        let ran = Command::new(govhub).args(args).output().expect("govhub starts");
        assert!(ran.status.success(), "{home}: {}", String::from_utf8_lossy(&ran.stderr));
    };
    let home_dir = out.join(home);
    run(&[&"store", &"verify", &"--home", &home_dir]);
    run(&[&"store", &"dump", &"--home", &home_dir, &"--out", &out.join(format!("{home}.dump"))]);
}

/// Every typed answer and every forgery that the product promises to show.
fn refusals_are_all_there(report: &Report) {
    let told: String = report.steps.iter().map(|step| format!("{}\n", step.outcome)).collect();
    let promised = [
        "valid: code PASS",
        "status FAIL by ISSUER",
        "UNKNOWN_LICENCE",
        "NOT_ALLOWED",
        "REQUEST_EXPIRED",
        "NoAnswer DEADLINE",
        "HEADER_INVALID; its twin: accepted",
        "forged packet: PROOF_INVALID",
        "tampered proof: PROOF_INVALID",
        "replay: REDUNDANT",
        "CODE_USED",
    ];
    for words in promised {
        assert!(told.contains(words), "`{words}` is shown; the outcomes were:\n{told}");
    }
}

/// Two legs there and two back: four headers and four proofs, none of them empty.
fn every_hop_of_the_answer_is_verified(report: &Report) {
    let answer = report.steps.iter().find(|step| step.outcome.starts_with("valid:")).expect("an answer");
    let headers = answer.verified.iter().filter(|entry| entry.what.starts_with("header")).count();
    let proofs = answer.verified.iter().filter(|entry| entry.proof_bytes > 0).count();
    assert!(headers >= 4 && proofs >= 4, "{:?}", answer.verified);
}

/// No name, identity number, licence id, salt or blind in any file of any home, in no log and no report.
fn nothing_leaks(out: &Path, secrets: &Path) {
    let text = std::fs::read_to_string(sample::path()).expect("the sample is checked in");
    let mut all: Vec<Secret> = Vec::new();
    for (row, line) in text.lines().enumerate().skip(1) {
        for (column, value) in ["licence_id", "holder_name", "holder_id"].iter().zip(line.split(',')) {
            all.push(Secret { label: format!("{column} of line {}", row + 1), bytes: value.into() });
        }
    }
    let came_by = std::fs::read_to_string(secrets).expect("--secrets writes what came by");
    for (index, line) in came_by.lines().enumerate() {
        let bytes = line.strip_prefix("hex:").map_or_else(|| line.as_bytes().to_vec(), |digits| hex::decode(digits).expect("hexadecimal"));
        all.push(Secret { label: format!("secret {}", index + 1), bytes });
    }
    assert!(all.len() > 3_000 + 10, "{} secrets", all.len());
    let report = scan(out, &all).expect("the folder can be scanned");
    assert!(report.files > 20 && report.bytes > 1_000_000, "homes and logs are there: {report:?}");
    assert!(report.leaks.is_empty(), "{:#?}", report.leaks);
}
