//! The vendor's own SDK for Java as a second opinion on hashes and paths of recorded networks.
//!
//! Its receipt hash (3.6.0) is another than that of the recorded nodes, so receipts are not asked. It writes 0x before every address where
//! nodes hash `to` as it was sent, so of transactions those that were sent with 0x are asked.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use govhub_lc_fisco_bcos::{native, Suite};
use govhub_testkit::skip;
use govhub_vectors::Folder;
use serde_json::{json, Value};

/// Folder of the SDK with all it needs, fetched once; why not, if it cannot be had.
fn sdk() -> Result<PathBuf, String> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fisco-sdk-3.6.0");
    if folder.join("fisco-bcos-java-sdk-3.6.0.jar").is_file() {
        return Ok(folder);
    }
    let pom = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/pom.xml");
    let fetched = Command::new("mvn")
        .args(["-q", "-B", "-f"])
        .arg(pom)
        .arg("dependency:copy-dependencies")
        .arg(format!("-DoutputDirectory={}", folder.display()))
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("no Maven: {error}"))?;
    if fetched.status.success() { Ok(folder) } else { Err("the SDK cannot be fetched".into()) }
}

/// The SDK's answers, one for each question.
fn answers(sdk: &Path, questions: &[Value]) -> Result<Vec<String>, String> {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/java/SdkOpinion.java");
    let mut java = Command::new("java")
        .arg("-cp")
        .arg(format!("{}/*", sdk.display()))
        .arg(program)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("no Java: {error}"))?;
    let lines: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut input = java.stdin.take().expect("piped");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = java.wait_with_output().map_err(|error| error.to_string())?;
    writer.join().expect("does not panic").map_err(|error| error.to_string())?;
    let text = String::from_utf8(output.stdout).map_err(|error| error.to_string())?;
    Ok(text.lines().map(str::to_owned).collect())
}

/// A transaction with its nonce as the SDK wants it: the hexadecimal of its text, as nodes of 3.12 print it.
fn with_nonce_in_hexadecimal(transaction: &Value) -> Value {
    let mut transaction = transaction.clone();
    if let Some(text) = transaction.get("nonce_text").and_then(Value::as_str).map(str::to_owned) {
        transaction["nonce"] = hex::encode(text).into();
    } else if let Some(nonce) = transaction["nonce"].as_str().map(str::to_owned) {
        transaction["nonce"] = hex::encode(nonce).into();
    }
    transaction
}

#[test]
fn the_vendors_sdk_gives_the_same_hashes_and_paths_for_recorded_blocks() {
    const NAME: &str = "the_vendors_sdk_gives_the_same_hashes_and_paths_for_recorded_blocks";
    let root = Folder::beside_repository();
    let Ok(folder) = Folder::open(&root) else { skip!(NAME, "no vectors at `{}`", root.display()) };
    let sdk = match sdk() {
        Ok(sdk) => sdk,
        Err(why) => skip!(NAME, "{why}"),
    };
    let mut questions = Vec::new();
    let mut ours = Vec::new();
    for (network, suite, name) in [("k1_v3124", Suite::Keccak, "keccak"), ("sm_v320", Suite::Sm, "sm")] {
        let blocks = folder.json(&format!("fisco/live/{network}/blocks.json.gz")).expect("recorded blocks");
        for block in blocks.as_array().expect("a list").iter().skip(1) {
            let header = native::header(&block["header"]).expect("a header");
            ours.push(hex::encode(native::header_hash(suite, &header).expect("fields")));
            questions.push(json!({"kind": "header", "suite": name, "value": block["header"]}));
            for entry in block["txs"].as_array().expect("a list").iter().filter(|entry| entry.get("web3_raw").is_none_or(Value::is_null)) {
                let (transaction, receipt) = (&entry["tx"], &entry["receipt"]);
                if transaction["version"] == 0 && transaction["to"].as_str().is_some_and(|to| to.starts_with("0x")) {
                    let read = native::transaction(transaction).expect("a transaction");
                    ours.push(hex::encode(native::transaction_hash(suite, &read).expect("fields")));
                    questions.push(json!({"kind": "transaction", "suite": name, "value": with_nonce_in_hexadecimal(transaction)}));
                }
                for (leaf, proof, root) in [(&transaction["hash"], &transaction["txProof"], "txsRoot"), (&receipt["hash"], &receipt["txReceiptProof"], "receiptsRoot")] {
                    ours.push("true".into());
                    questions.push(json!({"kind": "path", "suite": name, "value": 0, "root": block["header"][root], "leaf": leaf, "proof": proof}));
                }
            }
        }
    }
    let theirs = match answers(&sdk, &questions) {
        Ok(theirs) => theirs,
        Err(why) => skip!(NAME, "{why}"),
    };
    assert_eq!(theirs.len(), ours.len(), "an answer for each question");
    for ((question, theirs), ours) in questions.iter().zip(&theirs).zip(&ours) {
        assert_eq!(theirs.trim_start_matches("0x"), ours, "{question}");
    }
    assert!(ours.len() > 500, "{} questions", ours.len());
    println!("{} answers of the SDK agree", ours.len());
}
