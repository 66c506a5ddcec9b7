//! Programs of the other side that come from npm: installed once, by their lock file, where npm is at hand.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Installs what `manifest` (a folder with `package.json` and `package-lock.json`) names into `target`, and gives that folder.
///
/// The lock file pins every package by its hash. An installation that is there already, from the same lock file, is used again.
///
/// # Errors
/// Why it cannot be had here, in one line: no Node.js or npm, or its packages cannot be fetched.
///
/// # Panics
/// If the manifest is missing or npm refuses it: that is a defect of ours, no missing tool.
pub fn install(manifest: &Path, target: &Path) -> Result<PathBuf, String> {
    let lock = std::fs::read(manifest.join("package-lock.json")).expect("the manifest has a lock file");
    let done = target.join("installed.lock");
    if std::fs::read(&done).is_ok_and(|installed| installed == lock) {
        return Ok(target.to_owned());
    }
    Command::new("node").arg("--version").output().map_err(|_| "Node.js is not installed".to_owned())?;
    std::fs::create_dir_all(target).expect("the target folder is ours");
    for name in ["package.json", "package-lock.json"] {
        std::fs::copy(manifest.join(name), target.join(name)).expect("the manifest is whole");
    }
    // No package may run a script of its own here.
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline"];
    let output = Command::new("npm").args(arguments).current_dir(target).output().map_err(|_| "npm is not installed".to_owned())?;
    if output.status.success() {
        std::fs::write(&done, lock).expect("the target folder is ours");
        return Ok(target.to_owned());
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let unreachable = ["ENOTFOUND", "ECONNREFUSED", "ETIMEDOUT", "EAI_AGAIN", "ECONNRESET", "network", "E40", "E50"];
    assert!(unreachable.iter().any(|word| text.contains(word)), "npm refuses {}:\n{text}", manifest.display());
    let line = text.lines().find(|line| line.contains("code")).unwrap_or_default().to_owned();
    Err(format!("npm cannot fetch its packages: {line}"))
}
