//! Decoders of outside bytes, fed with mutated input.
//!
//! Start at [`targets::all`]: one list names every decoder with valid inputs to start from. [`mutate`] bends these with their structure
//! in view; `tests/it` runs each target [`CASES`] times. A coverage-guided fuzzer calls the same functions.

pub mod der;
pub mod mutate;
pub mod targets;

use mutate::{mutate, Random};

/// Cases per target in a normal test run: at most a few seconds each, and every mutation more than a thousand times.
pub const CASES: u64 = 20_000;

/// Cases of one target in a normal test run: decoders that compute on curves for every point that they read get fewer.
pub fn cases(target: &Target) -> u64 {
    const ON_CURVES: [&str; 7] = ["proof and input", "key file", "key points", "powers of tau", "ceremony", "ceremony under its checksum", "snarkjs JSON"];
    if ON_CURVES.contains(&target.name) { CASES / 40 } else { CASES }
}

/// One decoder.
pub struct Target {
    /// Name in reports.
    pub name: &'static str,
    /// Valid inputs: each must be accepted by `run`.
    pub seeds: Vec<Vec<u8>>,
    /// Feeds bytes to the decoder; true if it accepted them. Panics if an accepted input breaks the decoder's promise.
    pub run: fn(&[u8]) -> bool,
}

/// What a run of a target covered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covered {
    /// Cases run.
    pub cases: u64,
    /// Of these, accepted by the decoder.
    pub accepted: u64,
}

/// Runs `cases` mutations of the seeds; the input of case `n` depends on the target's name and `n` alone.
///
/// # Panics
/// If the decoder does, after printing the case and its input.
pub fn run(target: &Target, cases: u64) -> Covered {
    let name_hash = target.name.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mut covered = Covered { cases: 0, accepted: 0 };
    for case in 0..cases {
        let mut random = Random::new(name_hash ^ case.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        let seed = &target.seeds[random.below(target.seeds.len())];
        let other = &target.seeds[random.below(target.seeds.len())];
        let input = mutate(&mut random, seed, other);
        let told = Told { target: target.name, case, input: &input };
        covered.accepted += u64::from((target.run)(&input));
        covered.cases += 1;
        told.survived();
    }
    covered
}

/// Prints the input when the decoder panics: dropped while unwinding.
struct Told<'a> {
    target: &'static str,
    case: u64,
    input: &'a [u8],
}

impl Told<'_> {
    fn survived(self) {
        std::mem::forget(self);
    }
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let digits: String = self.input.iter().map(|byte| format!("{byte:02x}")).collect();
        eprintln!("target `{}`, case {}: input {digits}", self.target, self.case);
    }
}
