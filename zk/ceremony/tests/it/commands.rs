//! The commands, with real files and the membership circuit.

use std::path::{Path, PathBuf};
use std::process::Command as Process;
use std::time::Duration;

use ark_bn254::Bn254;
use clap::Parser;
use rand::rngs::OsRng;
use sha2::{Digest, Sha256};
use zk_ceremony::cli::{self, run, Exit};
use zk_ceremony::phase1::PowersOfTau;
use zk_ceremony::phase2::Ceremony;
use zk_ceremony::progress::unwatched;
use zk_circuits::claim::Claim;
use zk_circuits::membership_v1::{group_leaf, Circuit, Statement, Witness, DEPTH};
use zk_circuits::prover::{proof_bytes, Prover};
use zk_circuits::Field;
use zk_gadgets::merkle::Tree;
use zk_gadgets::nullifier::{holder_commitment, nullifier};
use zk_gadgets::poseidon::Poseidon;
use zk_verify::{verify, DevelopmentKeys, KeyError, Pinned, Proof, VerifyingKey};

use crate::world::stored;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    ceremony: cli::Ceremony,
}

/// A folder in which commands run.
struct Room(tempfile::TempDir);

impl Room {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary folder"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn bytes(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).expect("written before")
    }

    /// Runs a line in which `@name` stands for a file of this folder; status, output and errors.
    fn run(&self, line: &str) -> (Exit, String, String) {
        let words = line.split_whitespace().map(|word| match word.strip_prefix('@') {
            Some(name) => self.path(name).to_string_lossy().into_owned(),
            None => word.to_owned(),
        });
        let line = Line::try_parse_from(std::iter::once("zk-ceremony".to_owned()).chain(words)).expect("a line that parses");
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let exit = run(line.ceremony, &mut OsRng, &mut out, &mut err);
        let text = |bytes| String::from_utf8(bytes).expect("text");
        (exit, text(out), text(err))
    }

    fn does(&self, line: &str) -> String {
        let (exit, out, err) = self.run(line);
        assert_eq!(exit, Exit::Done, "{line}: {err}");
        out
    }

    fn fails(&self, line: &str) -> (Exit, String) {
        let (exit, _, err) = self.run(line);
        let message = err.lines().last().unwrap_or_default().to_owned();
        assert!(exit != Exit::Done && message.starts_with("error: "), "{line}: {err}");
        (exit, message)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<_> =
            std::fs::read_dir(self.0.path()).expect("our folder").flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        names.sort_unstable();
        names
    }
}

#[test]
#[ignore = "minutes of arithmetic: cargo test -p zk-ceremony --test it -- --ignored"]
fn a_whole_ceremony_by_commands_ends_in_keys_that_prove_and_verify() {
    let room = Room::new();
    room.does("init --power 13 --out @0.ptau");
    room.does("contribute @0.ptau --name Guangzhou --out @1.ptau");
    std::fs::write(room.path("dice"), b"6 2 5 5 1 3").expect("our folder");
    let announced = room.does("contribute @1.ptau --name Shenzhen --entropy @dice --out @2.ptau");
    assert!(announced.contains("announce this hash"));
    room.does("contribute @2.ptau --name closing --beacon 0badcafe --out @3.ptau");
    assert!(room.does("verify --phase1 @3.ptau").contains("2 Shenzhen"));

    room.does("init --circuit membership_v1 --phase1 @3.ptau --out @0.phase2");
    room.does("contribute @0.phase2 --name Guangzhou --out @1.phase2");
    room.does("contribute @1.phase2 --name Shenzhen --out @2.phase2");
    let verdict = room.does("verify --phase1 @3.ptau @0.phase2 @1.phase2 @2.phase2");
    let for_machines: serde_json::Value = serde_json::from_str(&room.does("verify --phase1 @3.ptau @2.phase2 --json")).expect("JSON");
    assert_eq!(for_machines["complete"], false);
    assert_eq!(for_machines["phase2"][1]["name"], "Shenzhen");
    assert!(verdict.contains(for_machines["phase2"][1]["transcript"].as_str().expect("a hash")), "both say the same");
    assert!(verdict.contains("ceremony of `membership_v1`: good") && verdict.contains("not complete: no beacon"), "{verdict}");
    assert_eq!(room.fails("finalize @2.phase2 --phase1 @3.ptau --out @early").0, Exit::No);

    let out = room.does("finalize @2.phase2 --phase1 @3.ptau --beacon 0102030405 --out @keys");
    let file = room.bytes("keys/membership_v1.vk");
    let hash: [u8; 32] = Sha256::digest(&file).into();
    assert!(out.contains(&hex::encode(hash)), "{out}");
    assert!(file.len() <= 2_048);
    assert!(room.does("verify --phase1 @3.ptau @2.phase2 @keys/membership_v1.phase2").contains("complete: keys can be made"));
    let transcript: serde_json::Value = serde_json::from_slice(&room.bytes("keys/membership_v1.transcript.json")).expect("JSON");
    assert_eq!(transcript["phase2"].as_array().map(Vec::len), Some(3));

    let pinned = Pinned { circuit: "membership_v1", hash: &hash, inputs: 1 };
    let key = VerifyingKey::<Bn254>::decode(&file, &pinned, DevelopmentKeys::Refuse).expect("a key of a ceremony");
    let prover = Prover::open(&room.bytes("keys/membership_v1.pk"), Claim::MembershipV1, &key).expect("the circuit's");
    let (inputs, proof) = member_speaks(&prover);
    assert_eq!(verify(&key, &inputs, &proof), Ok(()));

    spoiled_files_are_named(&room);
}

/// A member of a group of one says something.
fn member_speaks(prover: &Prover) -> (Vec<Field>, Proof<Bn254>) {
    let poseidon = &Poseidon::<Field>::new();
    let (secret, scope) = (Field::from(7u64), Field::from(8u64));
    let mut group = Tree::new(poseidon, DEPTH);
    group.set(poseidon, 5, group_leaf(poseidon, holder_commitment(poseidon, secret))).expect("inside");
    let statement = &Statement { group_root: group.root(), scope, nullifier: nullifier(poseidon, secret, scope), signal: Field::from(9u64) };
    let witness = &Witness { secret, path: group.path(5).expect("inside") };
    let proof = prover.prove(Circuit { poseidon, statement, witness }, &mut OsRng).expect("a member");
    (vec![statement.digest(poseidon)], Proof::decode(&proof_bytes(&proof)).expect("canonical"))
}

/// Continues the whole ceremony: what is wrong is said with its file and its place.
fn spoiled_files_are_named(room: &Room) {
    let (first, second) = (Ceremony::decode(&room.bytes("1.phase2")), Ceremony::decode(&room.bytes("2.phase2")));
    let (first, second) = (first.expect("good"), second.expect("good"));
    // A third party contributes to the first's file and passes it off as following the second's.
    let stray = first.contribute("stray\u{1b}[31m", &mut OsRng, &mut unwatched);
    std::fs::write(room.path("stray.phase2"), stray.encode()).expect("our folder");
    let (exit, message) = room.fails("verify --phase1 @3.ptau @2.phase2 @stray.phase2");
    assert!(exit == Exit::No && message.contains("stray.phase2") && message.contains("not exactly one contribution more"), "{message}");
    let shown = room.does("verify --phase1 @3.ptau @stray.phase2");
    assert!(shown.contains("stray") && !shown.contains('\u{1b}'), "a name cannot write to the terminal");
    // Nor where its contribution is bad: it states other points than stand there.
    let (mut bent, stated) = (stray.encode(), stray.contributions()[1].points);
    let place = bent.windows(32).position(|bytes| bytes == stated).expect("it is stated");
    bent[place] ^= 1;
    bent.truncate(bent.len() - 32);
    bent.extend(Sha256::digest(bent.clone()));
    std::fs::write(room.path("bent.phase2"), bent).expect("our folder");
    let (exit, message) = room.fails("verify --phase1 @3.ptau @bent.phase2");
    assert!(exit == Exit::No && message.contains("contribution 2 (`stray") && !message.contains('\u{1b}'), "{message}");
    // Other powers than those it began with.
    let other = room.does("contribute @0.ptau --name other --out @other.ptau");
    assert!(other.contains("other.ptau"));
    let (exit, message) = room.fails("verify --phase1 @other.ptau @2.phase2");
    assert!(exit == Exit::No && message.contains("another phase 1"), "{message}");
    // A damaged copy.
    let mut bytes = second.encode();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(room.path("damaged.phase2"), &bytes).expect("our folder");
    assert_eq!(room.fails("verify --phase1 @3.ptau @damaged.phase2").0, Exit::Usage);
    assert_eq!(room.fails("contribute @damaged.phase2 --name x --out @x.phase2").0, Exit::Usage);
}

#[test]
fn public_powers_are_taken_by_their_published_hash_alone() {
    let room = Room::new();
    let bytes = std::fs::read(stored("powers.ptau")).expect("our own test data");
    std::fs::write(room.path("public.ptau"), &bytes).expect("our folder");
    let hash = hex::encode(<blake2::Blake2b512 as blake2::Digest>::digest(&bytes));
    room.does(&format!("verify --phase1 @public.ptau --blake2b {hash}"));
    let (exit, message) = room.fails(&format!("verify --phase1 @public.ptau --blake2b {}", "0".repeat(128)));
    assert!(exit == Exit::No && message.contains("another file"), "{message}");
    std::fs::write(room.path("foreign.ptau"), b"zkey and more").expect("our folder");
    let (exit, message) = room.fails("verify --phase1 @foreign.ptau");
    assert!(exit == Exit::Usage && message.contains("does not begin with `ptau`"), "{message}");
    std::fs::write(room.path("short.ptau"), &bytes[..bytes.len() / 2]).expect("our folder");
    assert!(room.fails("verify --phase1 @short.ptau").1.contains("ends early"));
    // Good powers, too small for the circuit.
    assert!(room.fails("init --circuit membership_v1 --phase1 @public.ptau --out @x.phase2").1.contains("needs powers of 2^13, these are of 2^3"));
    assert!(room.fails("verify --phase1 @nowhere.ptau").1.contains("nowhere.ptau"));
}

#[test]
fn no_file_is_replaced_and_wrong_lines_do_nothing() {
    let room = Room::new();
    room.does("init --power 2 --out @0.ptau");
    let before = room.bytes("0.ptau");
    for line in ["init --power 3 --out @0.ptau", "contribute @0.ptau --name x --out @0.ptau"] {
        let (exit, message) = room.fails(line);
        assert!(exit == Exit::Usage && message.contains("never replaced"), "{message}");
    }
    assert_eq!(room.bytes("0.ptau"), before);
    assert!(room.fails("contribute @0.ptau --name x --beacon xyz --out @1.ptau").1.contains("not hexadecimal"));
    assert!(room.fails("contribute @0.ptau --name x --entropy /dev/zero --out @1.ptau").1.contains("more than 1048576 bytes"));
    assert!(room.fails("contribute @0.ptau --name x --beacon 00 --iterations 9 --out @1.ptau").1.contains("2^9"));
    assert!(room.fails("develop --circuit nothing_v1 --out @keys").1.contains("licence_query_v1, membership_v1"));
    assert_eq!(room.fails("verify --phase1 @0.ptau").1.contains("nobody contributed"), true);
    assert_eq!(room.names(), ["0.ptau"]);
    for line in ["init --out x", "init --power 2 --circuit membership_v1 --out x", "init --circuit membership_v1 --out x", "init --power 21 --out x"] {
        assert!(Line::try_parse_from(std::iter::once("zk-ceremony").chain(line.split(' '))).is_err(), "{line}");
    }
}

#[test]
fn development_keys_are_equal_for_equal_seeds_marked_and_refused_elsewhere() {
    let room = Room::new();
    room.does("develop --circuit membership_v1 --out @one");
    room.does("develop --circuit membership_v1 --seed development --out @two");
    room.does("develop --circuit membership_v1 --seed other --out @three");
    let [one, two, three] = ["one", "two", "three"].map(|folder| room.bytes(&format!("{folder}/membership_v1.vk")));
    assert!(one == two && one != three);
    assert!(room.bytes("one/membership_v1.pk").starts_with(b"INSECURE-DEV-KEY"));
    let pinned = Pinned { circuit: "membership_v1", hash: &Sha256::digest(&one).into(), inputs: 1 };
    let decode = |development| VerifyingKey::<Bn254>::decode(&one, &pinned, development);
    assert_eq!(decode(DevelopmentKeys::Refuse).err(), Some(KeyError::Development));
    let key = decode(DevelopmentKeys::Accept).expect("a development network");
    let prover = Prover::open(&room.bytes("one/membership_v1.pk"), Claim::MembershipV1, &key).expect("the circuit's");
    let (inputs, proof) = member_speaks(&prover);
    assert_eq!(verify(&key, &inputs, &proof), Ok(()));
}

#[test]
fn a_killed_contribution_leaves_nothing_half_written_and_can_be_done_again() {
    let room = Room::new();
    let before = PowersOfTau::new(9).encode();
    std::fs::write(room.path("0.ptau"), &before).expect("our folder");
    let out = room.path("1.ptau");
    let arguments = |out: &Path| {
        let mut process = Process::new(env!("CARGO_BIN_EXE_zk-ceremony"));
        process.arg("contribute").arg(room.path("0.ptau")).args(["--name", "killed"]).arg("--out").arg(out);
        process.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        process
    };
    let mut killed = 0;
    for wait_ms in [0, 5, 20, 60, 120, 250, 400] {
        let mut child = arguments(&out).spawn().expect("our own program");
        std::thread::sleep(Duration::from_millis(wait_ms));
        child.kill().expect("our own child");
        killed += u32::from(!child.wait().expect("our own child").success());
        // Under the name there is a whole good file or none.
        if out.exists() {
            PowersOfTau::decode(&std::fs::read(&out).expect("readable")).expect("whole").verify(&mut unwatched).expect("good");
            std::fs::remove_file(&out).expect("our folder");
        }
    }
    assert!(killed > 0, "some were killed before they were done");
    // As if killed in the middle of writing: what is left there does not hinder the next.
    std::fs::write(room.path("1.ptau.part"), &before[..100]).expect("our folder");
    assert!(arguments(&out).status().expect("our own program").success());
    assert_eq!(room.names(), ["0.ptau", "1.ptau"]);
    assert_eq!(room.bytes("0.ptau"), before, "what was contributed to is untouched");
    PowersOfTau::decode(&room.bytes("1.ptau")).expect("whole").verify(&mut unwatched).expect("good");
}
