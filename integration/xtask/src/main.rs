//! `cargo xtask <chore>`: see the list in [`USAGE`].

use std::process::ExitCode;

const USAGE: &str = "cargo xtask <chore>
  proto [CRATE..]   write src/proto/*.rs from proto/**/*.proto, for every crate that has some or for the named ones
  edges             compare the crates' dependencies with integration/xtask/edges.toml
  test [ARG..]      build and run all tests (ARGs go to cargo test), end with totals and the list of skips
  vectors DIR       judge a folder of real blocks and proofs: file, case, expectation, verdict and reason
  canary DIR FILE   search every file under DIR for the secrets in FILE (one a line), in every common encoding
  demo-csv          write the sample licences of configs/demo again";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["proto", crates @ ..] => xtask::proto::run(crates),
        ["edges"] => xtask::edges::run(),
        ["test", rest @ ..] => xtask::runner::run(rest),
        ["vectors", folder] => xtask::vectors::run(folder),
        ["canary", folder, secrets] => xtask::canary::run(folder, secrets),
        ["demo-csv"] => xtask::csv::run(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(70)
        }
    }
}
