//! Zero knowledge in figures: prover, verifier, keys, ceremony, and the provers of others beside ours in the same run.
//!
//! `cargo bench -p zk-ceremony --features parallel` prints the rows of `README.md` beside it. Each figure is the median of [`RUNS`] runs with
//! the smallest and the largest beside it. Provers run in processes of their own, so that threads and memory are counted apart; processor
//! time, not wall time, is compared where a single thread is asked for.

mod others;

use std::process::{Command, Stdio};
use std::time::Instant;

use ark_bn254::{Bn254, Fr, G1Projective};
use ark_ec::pairing::{Pairing, PairingOutput};
use ark_ec::{CurveGroup, VariableBaseMSM};
use ark_ff::UniformRand;
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use zk_ceremony::keys::development;
use zk_ceremony::phase1::PowersOfTau;
use zk_ceremony::phase2::Start;
use zk_ceremony::progress::unwatched;
use zk_ceremony::Beacon;
use zk_circuits::claim::Claim;
use zk_circuits::licence_query_v1::world::World;
use zk_circuits::prover::{proof_bytes, Prover};
use zk_circuits::{Embedded, Field};
use zk_gadgets::poseidon::Poseidon;
use zk_verify::{verify, verify_batch, DevelopmentKeys, Origin, Pinned, Proof, VerifyingKey};

/// Runs of each figure.
pub const RUNS: usize = 9;
/// Proofs of a batch.
const BATCH: usize = 64;
/// Marks the row that the provers of others are compared with.
const PROCESSOR: &str = "1 thread(s), processor";
/// Says which part a child process runs.
const PART: &str = "GOVHUB_BENCH_PART";

fn main() {
    match std::env::var(PART).as_deref() {
        Ok("prove") => prove(),
        Ok("verify") => verify_and_floor(),
        Ok("ceremony") => ceremony(),
        _ => all(),
    }
}

/// Every part, one after the other.
fn all() {
    println!("| what | figure | spread |");
    println!("|---|---|---|");
    let one = child("prove", "1");
    child("prove", "2");
    child("verify", "1");
    child("ceremony", "2");
    let ours = one.lines().find(|line| line.contains(PROCESSOR)).and_then(|line| line.split('|').nth(2)?.trim().strip_suffix(" ms")?.parse().ok());
    others::compare(ours.expect("the part prints that row"));
}

/// Runs a part in a process of its own, prints its rows and gives them.
fn child(part: &str, threads: &str) -> String {
    let this = std::env::current_exe().expect("a running program has a path");
    let output = Command::new(this).env(PART, part).env("RAYON_NUM_THREADS", threads).stderr(Stdio::inherit()).output().expect("our own program");
    assert!(output.status.success(), "{part} on {threads} threads");
    let rows = String::from_utf8(output.stdout).expect("rows");
    print!("{rows}");
    rows
}

/// The middle, the least and the most of several figures.
pub struct Spread {
    /// Half are below.
    pub median: f64,
    /// The least.
    pub least: f64,
    /// The most.
    pub most: f64,
}

impl Spread {
    /// Of at least one figure.
    pub fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        Self { median: figures[figures.len() / 2], least: figures[0], most: figures[figures.len() - 1] }
    }
}

/// Prints a row with seconds as milliseconds.
pub fn row(what: &str, seconds: &Spread) {
    println!("| {what} | {:.2} ms | {:.2} to {:.2} |", 1e3 * seconds.median, 1e3 * seconds.least, 1e3 * seconds.most);
}

/// Seconds of `RUNS` runs, after one that is not counted.
fn time<T>(mut run: impl FnMut() -> T) -> Spread {
    std::hint::black_box(run());
    Spread::of(
        (0..RUNS)
            .map(|_| {
                let started = Instant::now();
                std::hint::black_box(run());
                started.elapsed().as_secs_f64()
            })
            .collect(),
    )
}

/// Processor seconds of this process so far, user and system.
pub fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 = after_name.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / 100.0
}

/// The most memory that this process ever held, in megabytes.
fn peak_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kilobytes| kilobytes.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// Development keys as files, made once for all parts.
fn key_files() -> (Vec<u8>, Vec<u8>) {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("bench-keys");
    let paths = ["licence_query_v1.pk", "licence_query_v1.vk"].map(|name| folder.join(name));
    if !paths.iter().all(|path| path.exists()) {
        std::fs::create_dir_all(&folder).expect("the target folder is ours");
        let keys = development(Claim::LicenceQueryV1, b"bench").expect("synthesises");
        for (path, key) in paths.iter().zip([keys.proving, keys.verifying]) {
            std::fs::write(path, key.encode()).expect("the target folder is ours");
        }
    }
    let [proving, verifying] = paths.map(|path| std::fs::read(path).expect("written above"));
    (proving, verifying)
}

fn loaded() -> (Prover, VerifyingKey<Bn254>) {
    let (proving, verifying) = key_files();
    let pinned = Pinned { circuit: Claim::LicenceQueryV1.id(), hash: &Sha256::digest(&verifying).into(), inputs: 1 };
    let key = VerifyingKey::decode(&verifying, &pinned, DevelopmentKeys::Accept).expect("a development key");
    (Prover::open(&proving, Claim::LicenceQueryV1, &key).expect("the circuit's"), key)
}

fn prove() {
    let threads = std::env::var("RAYON_NUM_THREADS").unwrap_or_default();
    let (proving, verifying) = key_files();
    if threads == "1" {
        println!("| proving key, compressed | {:.2} MB | |", proving.len() as f64 / 1e6);
        println!("| verification key, with its header | {} bytes | |", verifying.len());
    }
    drop((proving, verifying));
    let started = Instant::now();
    let (prover, key) = loaded();
    println!("| keys loaded, {threads} thread(s) | {:.0} ms | |", 1e3 * started.elapsed().as_secs_f64());
    let (poseidon, mut rng) = (Poseidon::<Field>::new(), ChaCha20Rng::seed_from_u64(1));
    let world = World::<Embedded>::new(&poseidon, 5);
    let mut cpu = Vec::new();
    let wall = time(|| {
        let before = cpu_seconds();
        let proof = prover.prove(world.circuit(&poseidon), &mut rng).expect("an honest holder");
        cpu.push(cpu_seconds() - before);
        proof
    });
    row(&format!("prove licence_query_v1, {threads} thread(s), wall"), &wall);
    let goal = if threads == "1" { 0.9 } else { 0.5 };
    println!("| that / the goal of {goal} s | {:.2} | |", wall.median / goal);
    row(&format!("prove licence_query_v1, {threads} thread(s), processor"), &Spread::of(cpu.split_off(1)));
    println!("| peak memory of that process | {:.0} MB | |", peak_megabytes());
    let proof = Proof::decode(&proof_bytes(&prover.prove(world.circuit(&poseidon), &mut rng).expect("honest"))).expect("canonical");
    assert_eq!(verify(&key, &[world.statement.digest(&poseidon)], &proof), Ok(()));
}

/// Verification beside its floor: what no verifier can leave out, timed in the same process.
fn verify_and_floor() {
    let (prover, key) = loaded();
    let (poseidon, mut rng) = (Poseidon::<Field>::new(), ChaCha20Rng::seed_from_u64(2));
    // Eight different statements, each proved once; the batch repeats them, which saves the verifier nothing.
    let distinct: Vec<(Vec<Fr>, Vec<u8>)> = (0..8)
        .map(|seed| {
            let world = World::<Embedded>::new(&poseidon, seed);
            let proof = prover.prove(world.circuit(&poseidon), &mut rng).expect("an honest holder");
            (vec![world.statement.digest(&poseidon)], proof_bytes(&proof))
        })
        .collect();
    let items: Vec<&(Vec<Fr>, Vec<u8>)> = (0..BATCH).map(|i| &distinct[i % distinct.len()]).collect();

    let (inputs, bytes) = items[0];
    let single = time(|| verify(&key, inputs, &Proof::decode(bytes).expect("canonical")));
    let single_floor = time(|| floor(&key, &items[..1], 1));
    let batch = time(|| {
        let decoded: Vec<_> = items.iter().map(|(inputs, bytes)| (inputs.clone(), Proof::decode(bytes).expect("canonical"))).collect();
        let verdicts = verify_batch(&key, &decoded);
        assert!(verdicts.iter().all(Result::is_ok));
    });
    let batch_floor = time(|| floor(&key, &items, BATCH));
    let per_proof = |spread: &Spread| Spread { median: spread.median / BATCH as f64, least: spread.least / BATCH as f64, most: spread.most / BATCH as f64 };
    row("verify one proof, decoding included", &single);
    row("floor of one", &single_floor);
    println!("| verify one / floor | {:.2} | |", single.median / single_floor.median);
    row("verify a batch of 64, a proof", &per_proof(&batch));
    row("floor of the batch, a proof", &per_proof(&batch_floor));
    println!("| verify a batch / floor | {:.2} | |", batch.median / batch_floor.median);
    let mut spoiled: Vec<_> = items.iter().map(|(inputs, bytes)| (inputs.clone(), Proof::decode(bytes).expect("canonical"))).collect();
    spoiled[40].0[0] += Fr::from(1u64);
    row("verify a batch of 64 with one bad proof, whole", &time(|| verify_batch(&key, &spoiled)));
}

/// Decompression of the proofs, the Miller loops with their final exponentiation, and one product of several scalars.
fn floor(key: &VerifyingKey<Bn254>, items: &[&(Vec<Fr>, Vec<u8>)], scalars: usize) -> PairingOutput<Bn254> {
    let proofs: Vec<_> = items.iter().map(|(_, bytes)| Proof::<Bn254>::decode(bytes).expect("canonical")).collect();
    let points = key.points();
    let mut left: Vec<_> = proofs.iter().map(|proof| proof.points().a).collect();
    let mut right: Vec<_> = proofs.iter().map(|proof| proof.points().b.into()).collect();
    let cs: Vec<_> = proofs.iter().map(|proof| proof.points().c).collect();
    let product = if scalars == 1 {
        G1Projective::msm_unchecked(&points.gamma_abc_g1, &[Fr::from(1u64), items[0].0[0]])
    } else {
        // As long scalars as a batch needs: 128 bits.
        let mut rng = ChaCha20Rng::seed_from_u64(3);
        let weights: Vec<Fr> = (0..scalars).map(|_| Fr::from(u128::rand(&mut rng))).collect();
        G1Projective::msm_unchecked(&cs, &weights)
    };
    left.extend([product.into_affine(), cs[0]]);
    right.extend(prepared_of(key));
    Bn254::multi_pairing(left, right)
}

/// gamma and delta are the same for all proofs: prepared once, as the verifier does.
fn prepared_of(key: &VerifyingKey<Bn254>) -> [<Bn254 as Pairing>::G2Prepared; 2] {
    static PREPARED: std::sync::OnceLock<[<Bn254 as Pairing>::G2Prepared; 2]> = std::sync::OnceLock::new();
    PREPARED.get_or_init(|| [key.points().gamma_g2.into(), key.points().delta_g2.into()]).clone()
}

/// A whole ceremony of the licence circuit, once: minutes, not milliseconds, matter here.
fn ceremony() {
    let mut rng = ChaCha20Rng::seed_from_u64(4);
    let said = |what: &str, started: Instant| println!("| {what} | {:.1} s | |", started.elapsed().as_secs_f64());
    let shape = Claim::LicenceQueryV1.shape().expect("synthesises");
    let beacon = || Beacon::new(vec![1; 32], 10).expect("in bounds");

    let started = Instant::now();
    let first = PowersOfTau::new(14).contribute("one", &mut rng, &mut unwatched).expect("whole");
    said("phase 1 of 2^14: a contribution", started);
    let powers = first.close("beacon", beacon(), &mut unwatched).expect("whole");
    let bytes = powers.encode();
    let started = Instant::now();
    let read = PowersOfTau::decode(&bytes).expect("written above");
    said("phase 1 of 2^14: reading", started);
    let started = Instant::now();
    read.verify(&mut unwatched).expect("good");
    said("phase 1 of 2^14: verifying two contributions and the powers", started);

    let started = Instant::now();
    let start = Start::compute(Claim::LicenceQueryV1.id(), &shape, &powers, Origin::Ceremony, &mut unwatched).expect("large enough");
    said("licence_query_v1: specialising the powers", started);
    let begin = start.ceremony();
    let started = Instant::now();
    let one = begin.contribute("one", &mut rng, &mut unwatched);
    said("licence_query_v1: a contribution", started);
    println!("| licence_query_v1: a ceremony's file | {:.2} MB | |", one.encode().len() as f64 / 1e6);
    let closed = one.contribute("two", &mut rng, &mut unwatched).close("beacon", beacon(), &mut unwatched);
    let started = Instant::now();
    closed.verify(&start, &mut unwatched).expect("good");
    said("licence_query_v1: verifying three contributions, the start at hand", started);
}
