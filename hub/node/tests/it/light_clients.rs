//! `govhub light-client`: families, trust files and files of a real chain, by the program itself.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{json, Value};

/// Headers of a FISCO BCOS 3.12.4 network of two to four sealers, in the form of its own RPC (`light-clients/fisco-bcos/testdata/SOURCE.md`).
const RECORDED: &str = include_str!("../../../../light-clients/fisco-bcos/testdata/k1_v3124_blocks_45_to_48.json");
/// A time within the trusting period of those blocks.
const THEN: &str = "1796000000";

fn govhub(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_govhub")).arg("light-client").args(args).output().expect("the program runs")
}

fn ended(output: &Output, code: i32) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert_eq!(output.status.code(), Some(code), "{out}\n{err}");
    format!("{out}{err}")
}

struct Files {
    anchor: String,
    later: String,
    trust: String,
    _directory: tempfile::TempDir,
}

fn written(directory: &Path, name: &str, value: &Value) -> String {
    let path = directory.join(name);
    std::fs::write(&path, value.to_string()).expect("written");
    path.display().to_string()
}

/// The first recorded block with the signatures of all nodes that were asked, and the blocks after it.
fn files() -> Files {
    let directory = tempfile::tempdir().expect("a directory");
    let all: Vec<Value> = serde_json::from_str(RECORDED).expect("a list");
    let (first, later): (Vec<Value>, Vec<Value>) = all.iter().cloned().partition(|header| header["number"] == all[0]["number"]);
    let mut anchor = first[0].clone();
    anchor["signatureList"] = first.iter().flat_map(|copy| copy["signatureList"].as_array().expect("a list").clone()).collect();
    Files {
        anchor: written(directory.path(), "anchor.json", &anchor),
        later: written(directory.path(), "later.json", &json!(later)),
        trust: directory.path().join("chain.trust").display().to_string(),
        _directory: directory,
    }
}

fn new(files: &Files, sets: &[&str]) -> Output {
    let mut args = vec!["new", "--kind", "gov-fisco", "--from", &files.anchor, "--out", &files.trust];
    args.extend(sets.iter().flat_map(|set| ["--set", set]));
    govhub(&args)
}

fn found(files: &Files) -> Output {
    new(files, &["chain_id=chain0", "group_id=group0", &format!("genesis_hash={}", "11".repeat(32))])
}

#[test]
fn every_family_says_whom_one_trusts_how_long_and_what_it_cannot_prove() {
    let text = ended(&govhub(&["list"]), 0);
    for family in ["07-tendermint", "06-solomachine", "gov-attestor", "gov-qbft", "gov-chainmaker", "gov-fisco", "gov-fabric"] {
        assert!(text.lines().any(|line| line == family), "{family} in\n{text}");
    }
    assert!(text.contains("one key: n = 1, f = 0, no fault tolerance"));
    let listed: Vec<Value> = serde_json::from_str(&ended(&govhub(&["list", "--json"]), 0)).expect("JSON");
    assert_eq!(listed.len(), 7);
    assert!(listed.iter().all(|one| ["follows", "class", "trusts", "lasts"].iter().all(|name| !one[name].as_str().expect("text").is_empty())));
}

#[test]
fn a_real_chains_files_verify_under_its_trust_file_and_bent_ones_do_not() {
    let files = files();
    let shown = ended(&found(&files), 0);
    assert!(shown.contains("chain_id") && shown.contains("written to"), "{shown}");
    let check = |file: &str| govhub(&["check", "--trust", &files.trust, "--at", THEN, "--json", file]);
    let verified: Value = serde_json::from_str(&ended(&check(&files.later), 0)).expect("JSON");
    assert_eq!(verified["verdict"], "verified");
    let items = verified["files"][0]["items"].as_array().expect("items");
    assert_eq!(items.len(), 3, "three blocks");
    assert!(items.iter().all(|item| item["checks"].as_array().is_some_and(|checks| checks.iter().all(|check| check["outcome"] == "pass") && !checks.is_empty())));

    let mut bent: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(&files.later).expect("read")).expect("JSON");
    bent.iter_mut().for_each(|header| header["stateRoot"] = json!(format!("0x{}", "77".repeat(32))));
    std::fs::write(&files.later, json!(bent).to_string()).expect("written");
    let refused: Value = serde_json::from_str(&ended(&check(&files.later), 1)).expect("JSON");
    let first = &refused["files"][0]["items"][0];
    assert_eq!((&refused["verdict"], &first["verdict"]), (&json!("refused"), &json!("REFUSED")));
    assert!(first["checks"].as_array().expect("checks").iter().any(|check| check["outcome"] == "fail" && check["name"] == first["reason"]["code"]));
}

#[test]
fn without_a_trust_file_nothing_is_trusted() {
    let files = files();
    let text = ended(&govhub(&["check", "--kind", "gov-fisco", &files.later]), 3);
    assert!(text.contains("self-consistent, NOT trusted"), "{text}");
    ended(&govhub(&["check", &files.later]), 2);
}

#[test]
fn trust_that_has_expired_verifies_nothing() {
    let files = files();
    ended(&found(&files), 0);
    let text = ended(&govhub(&["check", "--trust", &files.trust, "--at", "1900000000", &files.later]), 1);
    assert!(text.contains("client-expired"), "{text}");
}

#[test]
fn a_missing_an_unknown_and_a_malformed_parameter_are_named_and_nothing_is_written() {
    let files = files();
    assert!(ended(&new(&files, &["chain_id=chain0"]), 2).contains("option-missing"));
    assert!(ended(&new(&files, &["colour=red"]), 2).contains("option-unknown"));
    assert!(ended(&new(&files, &["chain_id"]), 2).contains("NAME=VALUE"));
    assert!(!Path::new(&files.trust).exists());
}

#[test]
fn a_file_of_another_kind_is_told_apart_from_a_refused_one() {
    let files = files();
    ended(&found(&files), 0);
    std::fs::write(&files.later, "{}").expect("written");
    ended(&govhub(&["check", "--trust", &files.trust, "--at", THEN, &files.later]), 2);
    ended(&govhub(&["check", "--trust", "/nowhere", &files.later]), 2);
}
