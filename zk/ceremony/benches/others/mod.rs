//! The provers of others: snarkjs on the circom twin of the same statement, gnark on as many constraints. One thread each, the median of
//! processor time. What is not at hand is left out and said so.

use std::path::{Path, PathBuf};
use std::process::Command;

use ark_std::rand::SeedableRng;
use govhub_testkit::npm;
use rand_chacha::ChaCha20Rng;
use serde_json::Value;
use zk_ceremony::phase1::PowersOfTau;
use zk_ceremony::progress::unwatched;
use zk_ceremony::Beacon;

use crate::{row, Spread, RUNS};

/// Constraints of licence_query_v1, as its fingerprint pins them.
const CONSTRAINTS: usize = 15_786;

/// Prints a row for each prover that is at hand, and its ratio to `ours`, in milliseconds of one thread.
pub fn compare(ours: f64) {
    for (name, result) in [("snarkjs", snarkjs()), ("gnark", gnark())] {
        match result {
            Ok(theirs) => println!("| {name} / ours, our witness included | {:.2} | {:.2} to {:.2} |", 1e3 * theirs.median / ours, 1e3 * theirs.least / ours, 1e3 * theirs.most / ours),
            Err(reason) => println!("| {name} | left out: {reason} | |"),
        }
    }
}

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join(name)
}

fn sources(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("benches").join(name)
}

/// Compiles the twin, sets it up over powers of our own, and times its prover.
fn snarkjs() -> Result<Spread, String> {
    let room = npm::install(&sources("snarkjs"), &folder("bench-snarkjs"))?;
    for file in ["licence_query_v1.circom", "input.mjs", "prove.mjs"] {
        std::fs::copy(sources("snarkjs").join(file), room.join(file)).map_err(|e| e.to_string())?;
    }
    if !room.join("twin.vk.json").exists() {
        set_up(&room)?;
    }
    let info = run(&room, &["node_modules/snarkjs/build/cli.cjs", "r1cs", "info", "licence_query_v1.r1cs"])?;
    let constraints = info.lines().find_map(|line| line.split("# of Constraints:").nth(1)).unwrap_or("?").trim().to_owned();
    let result: Value = serde_json::from_str(&run(&room, &["prove.mjs", &RUNS.to_string()])?).map_err(|e| e.to_string())?;
    if result["good"] != Value::Bool(true) {
        return Err("its proof does not verify".into());
    }
    let spread = figures(&result["cpu_s"])?;
    row(&format!("snarkjs 0.7.6 on the circom twin ({constraints} constraints), 1 thread, processor, without the witness"), &spread);
    println!("| snarkjs: the witness, WebAssembly | {:.0} ms | |", 1e3 * result["witness_s"].as_f64().unwrap_or_default());
    Ok(spread)
}

fn set_up(room: &Path) -> Result<(), String> {
    const SNARKJS: &str = "node_modules/snarkjs/build/cli.cjs";
    run(room, &["node_modules/circom2/cli.js", "--r1cs", "--wasm", "--O2", "-l", "node_modules", "licence_query_v1.circom", "-o", "."])?;
    std::fs::rename(room.join("licence_query_v1_js"), room.join("twin_js")).map_err(|e| e.to_string())?;
    std::fs::rename(room.join("twin_js/licence_query_v1.wasm"), room.join("twin_js/twin.wasm")).map_err(|e| e.to_string())?;
    run(room, &["input.mjs"])?;
    let mut rng = ChaCha20Rng::seed_from_u64(5);
    let contributed = PowersOfTau::new(15).contribute("bench", &mut rng, &mut unwatched).expect("whole");
    let beacon = Beacon::new(vec![2; 32], 10).expect("in bounds");
    let powers = contributed.close("beacon", beacon, &mut unwatched).expect("whole");
    std::fs::write(room.join("powers.ptau"), powers.encode()).map_err(|e| e.to_string())?;
    run(room, &[SNARKJS, "powersoftau", "prepare", "phase2", "powers.ptau", "prepared.ptau"])?;
    run(room, &[SNARKJS, "groth16", "setup", "licence_query_v1.r1cs", "prepared.ptau", "start.zkey"])?;
    run(room, &[SNARKJS, "zkey", "contribute", "start.zkey", "twin.zkey", "--name=bench", "-e=bench"])?;
    run(room, &[SNARKJS, "zkey", "export", "verificationkey", "twin.zkey", "twin.vk.json"])?;
    Ok(())
}

/// Runs a script of Node.js in `room` and gives its output.
fn run(room: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("node").args(arguments).current_dir(room).output().map_err(|e| e.to_string())?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(text)
    } else {
        Err(format!("{}: {}", arguments.join(" "), text.lines().last().unwrap_or_default()))
    }
}

fn gnark() -> Result<Spread, String> {
    let program = folder("bench-gnark");
    let built = Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(sources("gnark")).output().map_err(|_| "Go is not installed")?;
    if !built.status.success() {
        return Err(String::from_utf8_lossy(&built.stderr).lines().last().unwrap_or_default().to_owned());
    }
    let output = Command::new(program).args([CONSTRAINTS.to_string(), RUNS.to_string()]).env("GOMAXPROCS", "1").output().map_err(|e| e.to_string())?;
    let result: Value = serde_json::from_slice(&output.stdout).map_err(|e| e.to_string())?;
    let spread = figures(&result["cpu_s"])?;
    row(&format!("gnark 0.14 on a chain of MiMC ({} constraints), 1 thread, processor", result["constraints"]), &spread);
    Ok(spread)
}

fn figures(list: &Value) -> Result<Spread, String> {
    let figures: Vec<f64> = list.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
    if figures.is_empty() {
        return Err("it gave no figures".into());
    }
    Ok(Spread::of(figures))
}
