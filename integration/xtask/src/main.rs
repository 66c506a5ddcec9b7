//! `cargo xtask <chore>`: see the list in [`USAGE`].

use std::process::ExitCode;

const USAGE: &str = "cargo xtask <chore>
  proto [CRATE..]   write src/proto/*.rs from proto/**/*.proto, for every crate that has some or for the named ones";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = args.iter().map(String::as_str).collect();
    let done = match words.as_slice() {
        ["proto", crates @ ..] => xtask::proto::run(crates),
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
