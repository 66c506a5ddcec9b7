//! What the vendor's own Java SDK makes of the recorded blocks and keys, stored in `testdata`, and made again where Java and Maven are.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_chainmaker::native::{hashes, items, self_check};
use govhub_lc_chainmaker::node_id::node_id;
use govhub_lc_chainmaker::proto::chainmaker::v2 as chain;
use govhub_lc_core::CheckOutcome;
use govhub_vectors::Folder;
use govhub_x509::{public_key_from_pem, Certificate};
use prost::Message;

const STORED: &str = include_str!("../../testdata/chainmaker_sdk_java_2_3_2.txt");
const CHAINS: [&str; 6] = [
    "live/chain_tbft_p256.json", "live/chain_tbft_sm_small.json", "live/chain_tbft_pwk_p256.json", "live/chain_tbft_public_sm.json",
    "live/chain_raft_p256.json.gz", "live/chain_maxbft_p256.json.gz",
];
const KEYS: [&str; 4] = ["live/certs_tbft_p256.json", "live/certs_tbft_sm_small.json", "live/certs_tbft_pwk_p256.json", "live/certs_tbft_public_sm.json"];

fn folder() -> Option<Folder> {
    Folder::open(&Folder::beside_repository()).ok()
}

/// Questions as `golden/Golden.java` reads them: every block, one block of each chain with a bent signature, every node's key.
fn questions(folder: &Folder) -> Vec<String> {
    let mut lines = Vec::new();
    for name in CHAINS {
        let file = folder.json(&format!("chainmaker/{name}")).expect("a chain");
        let (chain_id, hash) = (file["chain_id"].as_str().expect("text"), file["hash"].as_str().expect("text"));
        let blocks: Vec<&str> = file["blocks"].as_array().expect("blocks").iter().map(|block| block["block_info_b64"].as_str().expect("text")).collect();
        lines.extend(blocks.iter().map(|block| format!("block {chain_id} {hash} {block}")));
        lines.push(format!("block {chain_id}-bent {hash} {}", STANDARD.encode(bent(&STANDARD.decode(blocks[1]).expect("base64")))));
    }
    for name in KEYS {
        let file = folder.json(&format!("chainmaker/{name}")).expect("keys");
        let files: BTreeMap<&str, &str> = file["files"].as_object().expect("files").iter().map(|(name, text)| (name.as_str(), text.as_str().expect("text"))).collect();
        for (name, _) in files.iter().filter(|(name, _)| name.ends_with(".nodeid")) {
            let stem = name.trim_end_matches(".nodeid");
            let key = files.get(format!("{stem}.tls.crt").as_str()).or_else(|| files.get(format!("{stem}.pem").as_str())).expect("the node's key");
            lines.push(format!("key {}/{stem} {}", file["chain_id"].as_str().expect("text"), STANDARD.encode(key)));
        }
    }
    lines
}

/// The block with its proposer's signature bent in its last byte.
fn bent(block: &[u8]) -> Vec<u8> {
    let mut info = chain::BlockInfo::decode(block).expect("a block");
    let inner = info.block.as_mut().expect("one");
    let mut header = chain::BlockHeader::decode(inner.header.as_slice()).expect("a header");
    *header.signature.last_mut().expect("signed") ^= 1;
    inner.header = header.encode_to_vec();
    info.encode_to_vec()
}

/// Our answer to a question.
fn answer(question: &str) -> String {
    let words: Vec<&str> = question.split(' ').collect();
    let bytes = STANDARD.decode(words.last().expect("words")).expect("base64");
    if words[0] == "key" {
        let certified = Certificate::from_pem(&bytes).map(|certificate| *certificate.public_key());
        return format!("key {} {}", words[1], node_id(&certified.or_else(|_| public_key_from_pem(&bytes)).expect("a key")));
    }
    let info = chain::BlockInfo::decode(bytes.as_slice()).expect("a block");
    let header = chain::BlockHeader::decode(info.block.as_ref().expect("one").header.as_slice()).expect("a header");
    let hashes = hashes(&info).expect("a block that reads");
    let joined = |hashes: &[[u8; 32]]| hashes.iter().map(|hash| hex(hash)).collect::<Vec<_>>().join(",");
    let checks = self_check(&items(&bytes).expect("a block")[0]).expect("a block");
    let proposer = match checks.iter().find(|check| check.name == "proposer").map(|check| check.outcome) {
        Some(CheckOutcome::Pass) => "valid",
        Some(CheckOutcome::Fail) => "invalid",
        _ => "none",
    };
    let (txs, rw_sets) = (joined(&hashes.transactions), joined(&hashes.write_sets));
    format!("block {} {} {} {proposer} {txs} {rw_sets}", words[1], header.block_height, hex(&hashes.block))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn recorded_blocks_and_keys_hash_as_the_vendors_java_sdk_says() {
    let Some(folder) = folder() else {
        govhub_testkit::skip!("recorded_blocks_and_keys_hash_as_the_vendors_java_sdk_says", "no vectors at {}", Folder::beside_repository().display());
    };
    let questions = questions(&folder);
    let stored: Vec<&str> = STORED.lines().collect();
    assert_eq!(questions.len(), stored.len());
    for (question, stored) in questions.iter().zip(&stored) {
        assert_eq!(answer(question), *stored);
    }
    assert_eq!(stored.iter().filter(|line| line.contains(" valid ")).count(), 263);
    assert_eq!(stored.iter().filter(|line| line.contains("-bent ") && line.contains(" invalid ")).count(), 6);
    let nodes: usize = KEYS.iter().map(|name| {
        let file = folder.json(&format!("chainmaker/{name}")).expect("keys");
        let recorded = file["files"].as_object().expect("files").iter().filter(|(name, _)| name.ends_with(".nodeid"));
        recorded.filter(|(_, id)| stored.iter().any(|line| line.ends_with(&format!(" {}", id.as_str().expect("text"))))).count()
    }).sum();
    assert_eq!(nodes, stored.iter().filter(|line| line.starts_with("key ")).count(), "the node ids are those that the networks used");
}

#[test]
fn the_vendors_java_sdk_still_writes_the_stored_hashes() {
    const NAME: &str = "the_vendors_java_sdk_still_writes_the_stored_hashes";
    let Some(folder) = folder() else {
        govhub_testkit::skip!(NAME, "no vectors at {}", Folder::beside_repository().display());
    };
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("golden");
    let class_path = std::env::temp_dir().join(format!("govhub-chainmaker-{}.classpath", std::process::id()));
    let resolved = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(golden.join("pom.xml"))
        .args(["dependency:build-classpath", &format!("-Dmdep.outputFile={}", class_path.display())])
        .output();
    if !resolved.is_ok_and(|output| output.status.success()) {
        govhub_testkit::skip!(NAME, "Maven, Java or the SDK's packages are not at hand");
    }
    let packages = std::fs::read_to_string(&class_path).expect("Maven wrote it");
    std::fs::remove_file(&class_path).expect("ours to remove");
    let mut java = Command::new("java")
        .args(["-cp", packages.trim()])
        .arg(golden.join("Golden.java"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Maven ran, so Java is here");
    let questions = questions(&folder).join("\n");
    let mut stdin = java.stdin.take().expect("piped");
    let feeder = std::thread::spawn(move || stdin.write_all(questions.as_bytes()));
    let output = java.wait_with_output().expect("it ends");
    feeder.join().expect("no panic").expect("it reads everything");
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), STORED.trim());
}
