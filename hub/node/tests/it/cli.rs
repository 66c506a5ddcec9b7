//! The program itself, as a user runs it: homes, checks, a node as a process, keys of every kind, exit codes.

use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use govhub_governance::proto::{MsgPropose, SetTiming};
use govhub_node::cli::client::Rpc;
use govhub_node::cli::Exit;
use govhub_node::keys::NamedKey;
use ibc_proto::google::protobuf::Any;
use prost::Message;
use serde_json::Value;

use crate::world::PATIENCE;

fn govhub(args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_govhub"));
    command.args(args).env_remove("GOVHUB_KEY_PASSWORD").env_remove("GOVHUB_KEY_PASSWORD_FILE");
    command.output().expect("the program runs")
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("it exits by itself")
}

fn error(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn port() -> u16 {
    std::net::TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a free port").port()
}

struct Home {
    path: String,
    url: String,
    _directory: tempfile::TempDir,
}

fn init(extra: &[&str]) -> (Home, Value) {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("home").display().to_string();
    let (rpc, p2p) = (format!("127.0.0.1:{}", port()), format!("/ip4/127.0.0.1/tcp/{}", port()));
    let mut args = vec!["init", "--home", &path, "--chain-id", "hub-1", "--profile", "hub", "--network", "dev", "--listen", &rpc, "--p2p", &p2p, "--idle-block-ms", "100", "--json"];
    args.extend(extra);
    let output = govhub(&args);
    assert_eq!(code(&output), 0, "{}", error(&output));
    let made = serde_json::from_slice(&output.stdout).expect("JSON");
    (Home { path, url: format!("http://{rpc}"), _directory: directory }, made)
}

/// A node as a process; killed if the test fails before it stops.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Already stopped in a test that passes.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(home: &Home) -> Running {
    let child = Command::new(env!("CARGO_BIN_EXE_govhub")).args(["start", "--home", &home.path]).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let running = Running(child.expect("started"));
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let status = govhub(&["status", "--node", &home.url, "--json"]);
        if code(&status) == 0 {
            let status: Value = serde_json::from_slice(&status.stdout).expect("JSON");
            if status["height"].as_u64() >= Some(2) {
                assert_eq!(status["trust"], "BFT quorum, n=1, f=0, single operator, no fault tolerance");
                assert_eq!(status["network"], "dev");
                assert_eq!(status["chain_id"], "hub-1");
                return running;
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no block within {PATIENCE:?}");
}

fn terminate(mut running: Running) -> i32 {
    let id = running.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().expect("kill runs").success());
    let begun = Instant::now();
    loop {
        if let Some(status) = running.0.try_wait().expect("waited") {
            return status.code().expect("it exits by itself");
        }
        assert!(begun.elapsed() < PATIENCE, "the node does not stop");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_home_is_made_checked_and_never_overwritten() {
    let (home, made) = init(&[]);
    assert_eq!(made["accounts"].as_array().map(Vec::len), Some(4));
    assert_eq!(code(&govhub(&["config", "check", "--home", &home.path])), 0);
    let again = govhub(&["init", "--home", &home.path, "--chain-id", "hub-1", "--profile", "hub", "--network", "dev"]);
    assert_eq!(code(&again), 2);
    assert!(error(&again).contains("never overwritten"), "{}", error(&again));
    let listed = govhub(&["keys", "list", "--home", &home.path, "--json"]);
    let listed: Vec<Value> = serde_json::from_slice(&listed.stdout).expect("JSON");
    assert_eq!(listed.iter().map(|k| k["name"].as_str().unwrap_or_default()).collect::<Vec<_>>(), ["gov-1", "gov-2", "gov-3", "relayer"]);
    assert_eq!(code(&govhub(&["keys", "add", "extra", "--kind", "sm2", "--home", &home.path])), 0);
    assert_eq!(code(&govhub(&["keys", "add", "extra", "--home", &home.path])), 2, "a key is never overwritten");
    assert_eq!(code(&govhub(&["keys", "show", "nobody", "--home", &home.path])), 2);
}

#[test]
fn config_check_names_a_misspelt_setting() {
    let (home, _) = init(&[]);
    let path = Path::new(&home.path).join("config/config.toml");
    let text = std::fs::read_to_string(&path).expect("text").replace("idle_block_ms", "idle_blok_ms");
    std::fs::write(&path, text).expect("written");
    let output = govhub(&["config", "check", "--home", &home.path]);
    assert_eq!(code(&output), 2);
    assert!(error(&output).contains("idle_blok_ms"), "{}", error(&output));
}

#[test]
fn a_second_node_on_a_home_is_told_that_one_runs_and_words_of_errors_are_ours() {
    let (home, _) = init(&[]);
    let running = start(&home);
    let second = govhub(&["start", "--home", &home.path]);
    assert_eq!(code(&second), 4);
    assert!(error(&second).contains("another govhub runs on this home"), "{}", error(&second));
    assert_eq!(code(&govhub(&["store", "verify", "--home", &home.path])), 4);
    let shown = govhub(&["status", "--node", &home.url]);
    assert!(String::from_utf8_lossy(&shown.stdout).contains("DEV NETWORK"));
    assert_eq!(terminate(running), 0);
    let verified = govhub(&["store", "verify", "--home", &home.path, "--json"]);
    assert_eq!(code(&verified), 0, "{}", error(&verified));
    let verified: Value = serde_json::from_slice(&verified.stdout).expect("JSON");
    assert!(verified["version"].as_u64() >= Some(2) && verified["keys"].as_u64() >= Some(10), "{verified}");
    let dump = format!("{}/rows", home.path);
    assert_eq!(code(&govhub(&["store", "dump", "--home", &home.path, "--out", &dump])), 0);
    let rows = std::fs::read(&dump).expect("written");
    assert!(rows.windows(10).any(|bytes| bytes == b"governance"), "the top tree names its substores");
    assert_eq!(code(&govhub(&["store", "dump", "--home", &home.path, "--out", &dump])), 2, "a file is never overwritten");
    let nobody = govhub(&["status", "--node", &home.url]);
    assert_eq!(code(&nobody), 4);
    assert!(!error(&nobody).contains("Location:") && !error(&nobody).contains(".rs:"), "no trace of a library: {}", error(&nobody));
    assert!(error(&nobody).contains("hint:"));
}

#[test]
fn a_production_home_without_a_password_is_refused_and_leaves_nothing() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("home");
    let args = ["init", "--home", path.to_str().expect("text"), "--chain-id", "hub-1", "--profile", "hub", "--network", "prod"];
    let output = govhub(&args);
    assert_eq!(code(&output), 2);
    assert!(error(&output).contains("GOVHUB_KEY_PASSWORD"), "{}", error(&output));
    assert!(!path.exists());
    let sealed = Command::new(env!("CARGO_BIN_EXE_govhub")).args(args).env("GOVHUB_KEY_PASSWORD", "correct horse battery").output().expect("runs");
    assert_eq!(code(&sealed), 0, "{}", error(&sealed));
    let key = std::fs::read_to_string(path.join("config/validator_key.json")).expect("text");
    assert!(key.contains("sealed") && !key.contains("\"secret\""));
}

#[test]
fn a_department_chain_needs_its_code_and_region() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("home").display().to_string();
    let args = ["init", "--home", &path, "--chain-id", "gz-1", "--profile", "department", "--network", "dev"];
    assert_eq!(code(&govhub(&args)), 2);
    let with = |code: &'static str| govhub(&[&args[..], &["--department", code, "--region", "110000", "--department-name", "北京"]].concat());
    assert_eq!(code(&with("11110000000021135N")), 2, "a wrong check character");
    let output = with("11110000000021135M");
    assert_eq!(code(&output), 0, "{}", error(&output));
    let keys = govhub(&["keys", "list", "--home", &path]);
    assert!(String::from_utf8_lossy(&keys.stdout).contains("department"));
}

#[test]
fn a_node_that_is_not_there_is_temporary() {
    let output = govhub(&["status", "--node", &format!("http://127.0.0.1:{}", port())]);
    assert_eq!(code(&output), 4);
    assert_eq!(code(&govhub(&["status", "--node", "not a url"])), 2);
    assert_eq!(code(&govhub(&["no-such-noun"])), 2);
}

#[test]
fn every_kind_of_key_sends_a_transaction_and_the_node_stops_on_sigterm_and_goes_on_after() {
    let kinds = ["ed25519", "secp256k1", "p256", "sm2"];
    let accounts: Vec<String> = kinds.iter().map(|kind| format!("g-{kind}:governance::{kind}")).collect();
    let extra: Vec<&str> = accounts.iter().flat_map(|account| ["--account", account.as_str()]).collect();
    let (home, _) = init(&extra);
    let running = start(&home);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let rpc = Rpc::new(&home.url).expect("a URL");
    let propose = |key: &NamedKey, signer: String, title: &str| {
        let action = Any { type_url: "/govhub.governance.v1.SetTiming".into(), value: SetTiming { min_delay_s: 1, expiry_s: 86_400 }.encode_to_vec() };
        let message = MsgPropose { signer, title: title.into(), actions: vec![action], delay_s: 1 };
        let message = Any { type_url: "/govhub.governance.v1.MsgPropose".into(), value: message.encode_to_vec() };
        runtime.block_on(rpc.post_tx(vec![message], key))
    };
    for kind in kinds {
        let key = NamedKey::load(Path::new(&home.path), &format!("g-{kind}")).expect("a key");
        let outcome = propose(&key, key.address().to_string(), kind).expect("included");
        assert_eq!(outcome.code, 0, "{kind}: {}", outcome.log);
        let (_, sequence) = runtime.block_on(rpc.account(&key.address().to_string())).expect("an account");
        assert_eq!(sequence, 1, "{kind}");
    }
    let relayer = NamedKey::load(Path::new(&home.path), "relayer").expect("a key");
    let refused = propose(&relayer, relayer.address().to_string(), "not a member").expect_err("refused");
    assert_eq!(refused.exit, Exit::No, "{refused}");
    let proven = runtime.block_on(rpc.prove("governance", b"nothing")).expect("an absence");
    assert!(proven.value.is_empty() && proven.ops.len() == 2);
    assert_eq!(terminate(running), 0);
    let running = start(&home);
    let key = NamedKey::load(Path::new(&home.path), "g-sm2").expect("a key");
    let (_, sequence) = runtime.block_on(rpc.account(&key.address().to_string())).expect("an account");
    assert_eq!(sequence, 1, "the state is still there");
    assert_eq!(terminate(running), 0);
}
