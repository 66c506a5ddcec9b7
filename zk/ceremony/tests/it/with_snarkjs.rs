//! The real snarkjs from npm judges what we write, and we judge what it writes. Skipped where npm is not at hand.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use ark_groth16::Groth16;
use ark_std::rand::SeedableRng;
use govhub_testkit::{npm, skip};
use rand_chacha::ChaCha20Rng;
use zk_ceremony::phase1::PowersOfTau;
use zk_ceremony::progress::unwatched;
use zk_ceremony::snarkjs::{inputs_to_json, proof_to_json, verification_key_to_json};

use crate::world::{keys, powers, Product};

/// Runs snarkjs in a folder of its own.
struct Snarkjs {
    program: PathBuf,
    folder: tempfile::TempDir,
}

impl Snarkjs {
    fn new() -> Result<Self, String> {
        static INSTALLED: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snarkjs");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR")).join("snarkjs");
        let installed = INSTALLED.get_or_init(|| npm::install(&manifest, &target)).clone()?;
        Ok(Self { program: installed.join("node_modules/snarkjs/build/cli.cjs"), folder: tempfile::tempdir().expect("a temporary folder") })
    }

    fn write(&self, name: &str, content: impl AsRef<[u8]>) {
        std::fs::write(self.folder.path().join(name), content).expect("a temporary folder");
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.folder.path().join(name)).expect("written before")
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new("node").arg(&self.program).args(arguments).current_dir(self.folder.path()).output().expect("Node.js was there a moment ago")
    }

    /// Runs what has to succeed.
    fn does(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    }

    /// Whether it accepts: exit status and its own word.
    fn accepts(&self, arguments: &[&str]) -> bool {
        let output = self.run(arguments);
        let text = String::from_utf8_lossy(&output.stdout).to_ascii_lowercase();
        let said = text.contains("ok!") && !text.contains("error");
        assert_eq!(said, output.status.success(), "status and text agree: {text}");
        said
    }
}

#[test]
fn snarkjs_verifies_our_proof_and_refuses_a_bent_one() {
    let snarkjs = match Snarkjs::new() {
        Ok(snarkjs) => snarkjs,
        Err(reason) => skip!("snarkjs_verifies_our_proof_and_refuses_a_bent_one", "{reason}"),
    };
    let (key, product) = (keys(), Product { left: 11, right: 13 });
    let proof = Groth16::<ark_bn254::Bn254>::create_random_proof_with_reduction(product, &key, &mut ChaCha20Rng::seed_from_u64(3)).expect("true");
    let mut inputs = product.inputs();
    snarkjs.write("key.json", verification_key_to_json(&key.vk).to_string());
    snarkjs.write("good.json", proof_to_json(&proof).to_string());
    snarkjs.write("inputs.json", inputs_to_json(&inputs).to_string());
    inputs[0] += ark_bn254::Fr::from(1u64);
    snarkjs.write("other_inputs.json", inputs_to_json(&inputs).to_string());
    let bent = ark_groth16::Proof { a: proof.c, c: proof.a, ..proof };
    snarkjs.write("bent.json", proof_to_json(&bent).to_string());
    assert!(snarkjs.accepts(&["groth16", "verify", "key.json", "inputs.json", "good.json"]));
    assert!(!snarkjs.accepts(&["groth16", "verify", "key.json", "other_inputs.json", "good.json"]));
    assert!(!snarkjs.accepts(&["groth16", "verify", "key.json", "inputs.json", "bent.json"]));
}

#[test]
fn snarkjs_verifies_our_powers_and_refuses_bent_ones() {
    let snarkjs = match Snarkjs::new() {
        Ok(snarkjs) => snarkjs,
        Err(reason) => skip!("snarkjs_verifies_our_powers_and_refuses_bent_ones", "{reason}"),
    };
    let bytes = powers().encode();
    snarkjs.write("ours.ptau", &bytes);
    assert!(snarkjs.accepts(&["powersoftau", "verify", "ours.ptau"]));
    // The last power of G1 becomes the one before it.
    let (mut bent, last) = (bytes, 12 + 12 + 44 + 12 + 30 * 64);
    bent.copy_within(last - 64..last, last);
    snarkjs.write("bent.ptau", &bent);
    assert!(!snarkjs.accepts(&["powersoftau", "verify", "bent.ptau"]));
    assert!(PowersOfTau::decode(&bent).expect("points all").verify(&mut unwatched).is_err());
}

#[test]
fn snarkjs_and_we_contribute_in_turn_to_the_same_powers() {
    let snarkjs = match Snarkjs::new() {
        Ok(snarkjs) => snarkjs,
        Err(reason) => skip!("snarkjs_and_we_contribute_in_turn_to_the_same_powers", "{reason}"),
    };
    snarkjs.write("0.ptau", powers().encode());
    snarkjs.does(&["powersoftau", "contribute", "0.ptau", "1.ptau", "--name=theirs", "-e=some words"]);
    let theirs = PowersOfTau::decode(&snarkjs.read("1.ptau")).expect("a .ptau file");
    assert_eq!(theirs.verify(&mut unwatched), Ok(()));
    let ours = theirs.contribute("ours", &mut ChaCha20Rng::seed_from_u64(4), &mut unwatched).expect("whole");
    snarkjs.write("2.ptau", ours.encode());
    snarkjs.does(&["powersoftau", "beacon", "2.ptau", "3.ptau", &"0a".repeat(32), "10", "-n=closing"]);
    assert!(snarkjs.accepts(&["powersoftau", "verify", "3.ptau"]));
    let closed = PowersOfTau::decode(&snarkjs.read("3.ptau")).expect("a .ptau file");
    assert_eq!(closed.verify(&mut unwatched), Ok(()));
    let names: Vec<_> = closed.contributions().iter().map(|contribution| contribution.name.as_str()).collect();
    assert_eq!(names, ["广州市", "Shenzhen", "beacon", "theirs", "ours", "closing"]);
    // Our beacon and theirs draw the same secrets: closing here what was closed there gives the same file.
    let beacon = zk_ceremony::Beacon::new(vec![10; 32], 10).expect("in bounds");
    assert_eq!(ours.close("closing", beacon, &mut unwatched).expect("whole").powers(), closed.powers());
}

#[test]
fn a_smaller_file_that_snarkjs_cut_from_larger_powers_is_good() {
    let snarkjs = match Snarkjs::new() {
        Ok(snarkjs) => snarkjs,
        Err(reason) => skip!("a_smaller_file_that_snarkjs_cut_from_larger_powers_is_good", "{reason}"),
    };
    snarkjs.write("ours.ptau", powers().encode());
    snarkjs.does(&["powersoftau", "prepare", "phase2", "ours.ptau", "prepared.ptau"]);
    assert!(snarkjs.accepts(&["powersoftau", "verify", "prepared.ptau"]));
    snarkjs.does(&["powersoftau", "truncate", "prepared.ptau"]);
    let cut = PowersOfTau::decode(&snarkjs.read("prepared_03.ptau")).expect("a .ptau file");
    assert_eq!(cut.power(), 3);
    assert_eq!(cut.verify(&mut unwatched), Ok(()));
    assert_eq!(cut.powers().tau_g1[..], powers().powers().tau_g1[..15]);
}
