//! The prover as WebAssembly, in Node.js: built by a second compiler where one is at hand.
//!
//! `GOVHUB_WASM_RUSTC` names a compiler that has the target or its sources (with `GOVHUB_WASM_LINKER`); without it, the target has to be
//! installed beside the toolchain (`rustup target add wasm32-unknown-unknown`).

use std::path::{Path, PathBuf};
use std::process::Command;

use ark_bn254::Bn254;
use ark_serialize::CanonicalSerialize;
use ark_std::rand::{rngs::StdRng, SeedableRng};
use govhub_testkit::skip;
use sha2::{Digest, Sha256};
use zk_circuits::claim::Claim;
use zk_circuits::licence_query_v1::world::World;
use zk_circuits::{Embedded, Field};
use zk_gadgets::poseidon::Poseidon;
use zk_verify::{verify, DevelopmentKeys, KeyFile, KeyKind, Origin, Pinned, Proof, VerifyingKey};

const TARGET: &str = "wasm32-unknown-unknown";

/// The command that builds for the target here, or why there is none.
fn cargo() -> Result<Command, String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["build", "--release", "--target", TARGET, "-p", "zk-circuits", "--example", "browser", "--features", "testing"]);
    if let Some(rustc) = std::env::var_os("GOVHUB_WASM_RUSTC") {
        // A compiler of another version than ours brings its own library as sources.
        cargo.env("RUSTC", rustc).env("RUSTC_BOOTSTRAP", "1").args(["-Zbuild-std=std,panic_abort"]);
        if let Some(linker) = std::env::var_os("GOVHUB_WASM_LINKER") {
            cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker);
        }
        return Ok(cargo);
    }
    let found = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output().map_err(|e| e.to_string())?;
    let folder = PathBuf::from(String::from_utf8_lossy(&found.stdout).trim().to_owned());
    if folder.is_dir() {
        Ok(cargo)
    } else {
        Err(format!("no compiler for {TARGET}: neither the target beside the toolchain nor GOVHUB_WASM_RUSTC"))
    }
}

#[test]
fn a_proof_made_in_webassembly_verifies() {
    let mut cargo = match cargo() {
        Ok(cargo) => cargo,
        Err(reason) => skip!("a_proof_made_in_webassembly_verifies", "{reason}"),
    };
    if Command::new("node").arg("--version").output().is_err() {
        skip!("a_proof_made_in_webassembly_verifies", "Node.js is not installed");
    }
    let room = Path::new(env!("CARGO_TARGET_TMPDIR")).join("wasm");
    assert!(cargo.env("CARGO_TARGET_DIR", &room).status().expect("cargo runs this test").success(), "the prover builds for {TARGET}");
    let wasm = room.join(TARGET).join("release/examples/browser.wasm");

    // Keys whose secrets are in this line: good for tests alone.
    let keys = ark_groth16::Groth16::<Bn254>::generate_random_parameters_with_reduction(Claim::LicenceQueryV1, &mut StdRng::seed_from_u64(1));
    let keys = keys.expect("sets up");
    let compressed = |write: &dyn Fn(&mut Vec<u8>)| {
        let mut bytes = Vec::new();
        write(&mut bytes);
        bytes
    };
    let key = room.join("key");
    std::fs::write(&key, compressed(&|bytes| keys.serialize_compressed(bytes).expect("memory"))).expect("the target folder is ours");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/browser/measure.mjs");
    let output = Command::new("node").arg(script).args([&wasm, &key]).output().expect("Node.js was there a moment ago");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    println!("in Node.js: {result}");

    let poseidon = Poseidon::<Field>::new();
    let statement = World::<Embedded>::new(&poseidon, 5).statement.clone();
    let key = compressed(&|bytes| keys.vk.serialize_compressed(bytes).expect("memory"));
    let circuit = Claim::LicenceQueryV1.id();
    let file = KeyFile { kind: KeyKind::Verifying, origin: Origin::Development, circuit: circuit.into(), fingerprint: [0; 32], key }.encode();
    let pinned = Pinned { circuit, hash: &Sha256::digest(&file).into(), inputs: 1 };
    let key = VerifyingKey::<Bn254>::decode(&file, &pinned, DevelopmentKeys::Accept).expect("sound");
    let hex = result["proof"].as_str().expect("a proof");
    let bytes: Vec<u8> = (0..hex.len()).step_by(2).map(|i| u8::from_str_radix(&hex[i..i + 2], 16).expect("hexadecimal")).collect();
    assert_eq!(verify(&key, &[statement.digest(&poseidon)], &Proof::decode(&bytes).expect("canonical")), Ok(()));
    assert!(result["proofs_ms"].as_array().is_some_and(|times| times.iter().all(|ms| ms.as_f64().is_some_and(|ms| ms < 60_000.0))));
}
