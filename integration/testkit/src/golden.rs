//! The other side's own programs in `integration/golden` and its neighbours: built with Go where Go is at hand, once for each test process.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::{Mutex, PoisonError};

/// Builds `integration/golden` and gives the program's path.
///
/// # Errors
/// Why it cannot be had here, in one line: no Go, or its modules cannot be fetched.
pub fn program() -> Result<PathBuf, String> {
    program_in("golden")
}

/// Runs the program with `arguments`.
///
/// # Errors
/// As [`program`].
pub fn run(arguments: &[&str]) -> Result<Output, String> {
    run_in("golden", arguments)
}

/// Runs the program in `integration/<folder>` with `arguments`.
///
/// # Errors
/// As [`program`].
pub fn run_in(folder: &'static str, arguments: &[&str]) -> Result<Output, String> {
    Command::new(program_in(folder)?).args(arguments).output().map_err(|e| format!("{folder} does not start: {e}"))
}

fn program_in(folder: &'static str) -> Result<PathBuf, String> {
    static BUILT: Mutex<BTreeMap<&str, Result<PathBuf, String>>> = Mutex::new(BTreeMap::new());
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.entry(folder).or_insert_with(|| build(folder)).clone()
}

fn build(folder: &str) -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    // Two test binaries may build at once: each writes a file of its own, and Go's build cache does the rest.
    let program = std::env::temp_dir().join(format!("govhub-{folder}-{}", std::process::id()));
    let output = Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(source).output();
    match output {
        Err(_) => Err("Go is not installed".into()),
        Ok(output) if output.status.success() => Ok(program),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            let network = text.contains("dial tcp") || text.contains("no such host") || text.contains("proxy");
            let last = text.lines().last().unwrap_or_default().to_owned();
            assert!(network, "integration/{folder} does not build:\n{text}");
            Err(format!("Go cannot fetch its modules: {last}"))
        }
    }
}
