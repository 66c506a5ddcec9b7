//! The other side's own programs in `integration/golden`: built with Go where Go is at hand, once for each test process.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

/// Builds `integration/golden` and gives the program's path.
///
/// # Errors
/// Why it cannot be had here, in one line: no Go, or its modules cannot be fetched.
pub fn program() -> Result<&'static Path, String> {
    static BUILT: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    BUILT.get_or_init(build).as_deref().map_err(Clone::clone)
}

/// Runs the program with `arguments`.
///
/// # Errors
/// As [`program`].
pub fn run(arguments: &[&str]) -> Result<Output, String> {
    Command::new(program()?).args(arguments).output().map_err(|e| format!("golden does not start: {e}"))
}

fn build() -> Result<PathBuf, String> {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../golden");
    // Two test binaries may build at once: each writes a file of its own, and Go's build cache does the rest.
    let program = std::env::temp_dir().join(format!("govhub-golden-{}", std::process::id()));
    let output = Command::new("go").args(["build", "-o"]).arg(&program).arg(".").current_dir(source).output();
    match output {
        Err(_) => Err("Go is not installed".into()),
        Ok(output) if output.status.success() => Ok(program),
        Ok(output) => {
            let text = String::from_utf8_lossy(&output.stderr);
            let network = text.contains("dial tcp") || text.contains("no such host") || text.contains("proxy");
            let last = text.lines().last().unwrap_or_default().to_owned();
            assert!(network, "integration/golden does not build:\n{text}");
            Err(format!("Go cannot fetch its modules: {last}"))
        }
    }
}
