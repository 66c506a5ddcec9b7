//! Bent requests to a running node: each gets an answer in JSON, and the node goes on.

use govhub_fuzz::mutate::{mutate, Random};
use govhub_fuzz::{run, Target, CASES};
use govhub_node::genesis::Genesis;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::world::{start, World};

/// Requests over one connection; each is a round trip, so fewer than the cases of a decoder.
const REQUESTS: u64 = 5_000;

/// A connection that stays open.
struct Connection(TcpStream);

impl Connection {
    async fn open(world: &World) -> Self {
        Self(TcpStream::connect(world.node.rpc_addr()).await.expect("connected"))
    }

    /// Posts `body`; the answer's status and body.
    async fn post(&mut self, body: &[u8]) -> (u16, Vec<u8>) {
        let head = format!("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {}\r\n\r\n", body.len());
        self.0.write_all(&[head.as_bytes(), body].concat()).await.expect("sent");
        let mut answer = Vec::new();
        let mut chunk = [0; 8 << 10];
        loop {
            let read = self.0.read(&mut chunk).await.expect("the node lives");
            assert!(read > 0, "the node closed the connection");
            answer.extend_from_slice(&chunk[..read]);
            let Some(end) = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n") else { continue };
            let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
            let length: usize = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.trim().parse().ok()).expect("a length");
            if answer.len() == end + 4 + length {
                let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status");
                return (status, answer.split_off(end + 4));
            }
        }
    }
}

fn requests() -> Vec<Vec<u8>> {
    let call = |method: &str, params: &str| format!(r#"{{"jsonrpc":"2.0","id":1,"method":"{method}","params":{params}}}"#).into_bytes();
    vec![
        call("status", "{}"),
        call("block", r#"{"height":"1"}"#),
        call("block_results", r#"["1"]"#),
        call("commit", r#"{"height":"1"}"#),
        call("validators", r#"{"height":"1","page":"1","per_page":"30"}"#),
        call("blockchain", r#"{"minHeight":"1","maxHeight":"2"}"#),
        call("abci_query", r#"{"path":"store/evidence/key","data":"6162","height":"1","prove":true}"#),
        call("tx", r#"{"hash":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","prove":true}"#),
        call("broadcast_tx_sync", r#"{"tx":"czA6YT0x"}"#),
        call("check_tx", r#"{"tx":"czA6YT0x"}"#),
        call("header_by_hash", r#"{"hash":"00"}"#),
        call("consensus_params", "{}"),
        br#"[{"jsonrpc":"2.0","id":1,"method":"health"},{"jsonrpc":"2.0","id":2,"method":"genesis"}]"#.to_vec(),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bent_requests_get_an_answer_in_json_and_the_node_goes_on() {
    let world = start(200).await;
    world.reach(2).await;
    let mut connection = Connection::open(&world).await;
    let seeds = requests();
    let mut answered = 0;
    for case in 0..REQUESTS {
        let mut random = Random::new(case);
        let (seed, other) = (random.below(seeds.len()), random.below(seeds.len()));
        let body = mutate(&mut random, &seeds[seed], &seeds[other]);
        let (status, answer) = connection.post(&body).await;
        assert_eq!(status, 200, "case {case}: {}", String::from_utf8_lossy(&body));
        let answer: serde_json::Value = serde_json::from_slice(&answer).expect("JSON");
        answered += u64::from(answer.get("result").is_some());
    }
    println!("RPC requests: {REQUESTS} cases, {answered} with a result");
    assert!(answered > 0 && answered < REQUESTS);
    let height = world.post("s1:z=1").await;
    assert!(height >= 2, "the node still makes blocks");
    world.node.stop().await.expect("stopped");
}

#[test]
fn bent_genesis_documents_are_refused_or_read() {
    let folder = tempfile::tempdir().expect("a directory");
    let text = std::fs::read(crate::world::make_home(folder.path()).genesis()).expect("genesis");
    let target = Target {
        name: "genesis document",
        seeds: vec![text],
        run: |bytes| serde_json::from_slice(bytes).is_ok_and(|document| Genesis::parse(document).is_ok()),
    };
    let covered = run(&target, CASES);
    println!("genesis document: {} cases, {} accepted", covered.cases, covered.accepted);
    assert!(covered.accepted > 0 && covered.accepted < covered.cases);
}
