//! The daemon with chains that do not answer: everything that needs no chain works, and is there after a kill.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use govhub_types::{KeyKind, SigningKey};
use serde_json::{json, Value};

const PROGRAM: &str = env!("CARGO_BIN_EXE_govrelay");

const CONFIG: &str = r#"
[chains.hub]
chain_id = "govhub-1"
endpoints = ["http://127.0.0.1:9"]
key = "key.json"
timeout_ms = 300

[chains.sz]
chain_id = "shenzhen-1"
endpoints = ["http://127.0.0.1:9"]
key = "key.json"
timeout_ms = 300

[[lanes]]
name = "sz"
a = { chain = "hub", client = "07-tendermint-0" }
b = { chain = "sz", client = "07-tendermint-0" }
"#;

fn home() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(home.path().join("config.toml"), CONFIG).expect("written");
    let key = SigningKey::from_seed(KeyKind::Ed25519, &[1; 32]);
    let file = json!({
        "kind": "ed25519", "public": hex::encode(key.public_key().as_bytes()), "address": key.public_key().address().to_string(),
        "secret": hex::encode(key.secret()),
    });
    let path = home.path().join("key.json");
    std::fs::write(&path, file.to_string()).expect("written");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).expect("set");
    home
}

fn run(home: &Path, args: &[&str]) -> Output {
    Command::new(PROGRAM).args(args).arg("--home").arg(home).output().expect("it runs")
}

fn status(output: &Output) -> i32 {
    output.status.code().expect("not killed")
}

fn json_of(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{e}: {}", String::from_utf8_lossy(&output.stderr)))
}

/// A running daemon, killed when dropped.
struct Daemon(Child);

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(home: &Path) -> Daemon {
    let child = Command::new(PROGRAM).args(["start", "--home"]).arg(home).stderr(Stdio::null()).spawn().expect("it starts");
    let daemon = Daemon(child);
    let begin = Instant::now();
    while status(&run(home, &["status"])) != 0 {
        assert!(begin.elapsed() < Duration::from_secs(20), "the daemon does not answer");
        std::thread::sleep(Duration::from_millis(50));
    }
    daemon
}

fn paused(home: &Path) -> bool {
    json_of(&run(home, &["lane", "list", "--json"]))[0]["paused"].as_bool().expect("a lane")
}

#[test]
fn a_pause_survives_kill_9_and_is_seen_at_rest_and_after_a_restart() {
    let home = home();
    let daemon = start(home.path());
    assert!(!paused(home.path()));
    assert_eq!(status(&run(home.path(), &["lane", "pause", "sz"])), 0);
    assert!(paused(home.path()));
    drop(daemon); // SIGKILL
    assert!(paused(home.path()), "read from the home while nothing runs");
    let _daemon = start(home.path());
    assert!(paused(home.path()));
    assert_eq!(status(&run(home.path(), &["lane", "resume", "sz"])), 0);
    assert!(!paused(home.path()));
}

#[test]
fn a_lane_added_at_run_time_survives_kill_9_and_a_taken_client_is_refused() {
    let home = home();
    let daemon = start(home.path());
    let add = |name: &str, a: &str, b: &str| status(&run(home.path(), &["lane", "add", name, a, b]));
    assert_eq!(add("two", "hub/07-tendermint-5", "sz/07-tendermint-5"), 0);
    assert_eq!(add("three", "hub/07-tendermint-0", "sz/07-tendermint-6"), 1, "the client stands in lane sz");
    assert_eq!(add("four", "hub/07-tendermint-7", "gz/07-tendermint-7"), 2, "no such chain");
    drop(daemon);
    let lanes = json_of(&run(home.path(), &["lane", "list", "--json"]));
    let names: Vec<&str> = lanes.as_array().expect("a list").iter().filter_map(|l| l["name"].as_str()).collect();
    assert_eq!(names, ["sz", "two"]);
}

#[test]
fn each_exit_status_says_what_it_should() {
    let home = home();
    assert_eq!(status(&run(home.path(), &["config", "check"])), 0);
    assert_eq!(status(&run(home.path(), &["config", "check", "--live"])), 1, "nobody answers");
    assert_eq!(status(&run(home.path(), &["status"])), 1, "not running");
    assert_eq!(status(&run(home.path(), &["lane", "pause", "sz"])), 4, "not running: temporary");
    assert_eq!(status(&run(home.path(), &["packet", "show", "sz/a/1"])), 1, "no such packet");
    assert_eq!(status(&run(home.path(), &["packet", "show", "nonsense"])), 2);
    assert_eq!(status(&run(home.path(), &["frobnicate"])), 2);
    assert_eq!(status(&run(Path::new("/nonexistent"), &["status"])), 2);
    std::fs::write(home.path().join("config.toml"), CONFIG.replace("timeout_ms", "timeout_mss")).expect("written");
    assert_eq!(status(&run(home.path(), &["config", "check"])), 2);
}

#[test]
fn a_second_daemon_on_the_same_home_is_refused() {
    let home = home();
    let _daemon = start(home.path());
    assert_eq!(status(&run(home.path(), &["start"])), 1);
}

#[test]
fn sigterm_ends_it_with_status_0() {
    let home = home();
    let mut daemon = start(home.path());
    let pid = daemon.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("it runs").success());
    assert_eq!(daemon.0.wait().expect("it ends").code(), Some(0));
}

#[test]
fn a_damaged_queue_is_named_and_not_used() {
    let home = home();
    drop(start(home.path()));
    let path = home.path().join("journal");
    let mut bytes = std::fs::read(&path).expect("written");
    bytes[3] ^= 1;
    std::fs::write(&path, bytes).expect("written");
    let output = run(home.path(), &["start"]);
    assert_eq!(status(&output), 2);
    assert!(String::from_utf8_lossy(&output.stderr).contains("damaged at byte 0"));
}

/// The status line of a raw request.
fn raw(home: &Path, request: &str) -> String {
    let api: Value = serde_json::from_slice(&std::fs::read(home.join("api.json")).expect("written")).expect("JSON");
    let mut stream = TcpStream::connect(api["address"].as_str().expect("an address")).expect("it listens");
    stream.write_all(request.as_bytes()).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer.lines().next().unwrap_or("").to_owned()
}

#[test]
fn changes_need_the_token_and_a_loopback_host_and_reads_need_no_token() {
    let home = home();
    let _daemon = start(home.path());
    let token = std::fs::read_to_string(home.path().join("api-token")).expect("written");
    let mode = std::fs::metadata(home.path().join("api-token")).expect("there").permissions().mode() & 0o777;
    assert_eq!(mode, 0o600);
    let ask = |method: &str, path: &str, host: &str, token: &str| {
        raw(home.path(), &format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {token}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"))
    };
    assert!(ask("GET", "/v1/lanes", "127.0.0.1", "").contains("200"));
    assert!(ask("GET", "/v1/lanes", "evil.example", "").contains("403"));
    assert!(ask("GET", "/metrics", "localhost:1", "").contains("200"));
    assert!(ask("POST", "/v1/lanes/sz/pause", "127.0.0.1", "wrong").contains("401"));
    assert!(!paused(home.path()));
    assert!(ask("POST", "/v1/lanes/sz/pause", "127.0.0.1", &token).contains("200"));
    assert!(paused(home.path()));
}
