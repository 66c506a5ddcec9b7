//! The two command lines as programs: `govhub` and `govrelay`, run with a time limit and read by their `--json`.
//!
//! The driver knows the chains by these programs and by their RPC addresses, and by nothing else.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{bail, Context, Result};
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

/// Where the programs are.
#[derive(Clone, Debug)]
pub struct Programs {
    /// The node and its command line.
    pub govhub: PathBuf,
    /// The relayer and its command line.
    pub govrelay: PathBuf,
}

/// Longest run of one command; each of ours answers within its own deadline, which is shorter.
const COMMAND_LIMIT: Duration = Duration::from_secs(45);

/// How a command ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Exit status (PROTOCOL 5).
    pub code: i32,
    /// What it wrote to standard output, as JSON if it is.
    pub json: Value,
    /// What it wrote to standard error.
    pub stderr: String,
    line: String,
}

impl Programs {
    /// Both programs in the folder of this one, where cargo puts them.
    ///
    /// # Errors
    /// One of them is not there.
    pub fn beside_us() -> Result<Self> {
        let me = std::env::current_exe().context("finding this program")?;
        // Tests run one folder deeper, in `deps`.
        let folders = me.ancestors().skip(1).take(2);
        for folder in folders {
            let found = Self { govhub: folder.join("govhub"), govrelay: folder.join("govrelay") };
            if found.govhub.is_file() && found.govrelay.is_file() {
                return Ok(found);
            }
        }
        bail!("`govhub` and `govrelay` are not beside `{}`\nhint: cargo build -p govhub-node -p govrelay", me.display())
    }
}

/// Runs `program` with `args`.
///
/// # Errors
/// It cannot be started or takes longer than [`COMMAND_LIMIT`]. A refusal is not an error: see [`Ran::done`].
pub async fn run<S: AsRef<str>>(program: &Path, args: &[S]) -> Result<Ran> {
    run_telling(program, args, "").await
}

/// Runs `program` with `args` and tells it `private` on its standard input, where no other user of the machine reads it.
///
/// # Errors
/// As [`run`].
pub async fn run_telling<S: AsRef<str>>(program: &Path, args: &[S], private: &str) -> Result<Ran> {
    let args: Vec<&str> = args.iter().map(AsRef::as_ref).collect();
    let name = program.file_name().unwrap_or_default().to_string_lossy();
    let line = format!("{name} {}", args.join(" "));
    let mut child = Command::new(program)
        .args(&args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .with_context(|| format!("starting `{line}`"))?;
    if let Some(mut stdin) = child.stdin.take() {
        // A program that does not read it may have ended already; what it says tells more than a broken pipe.
        let _ = stdin.write_all(private.as_bytes()).await;
    }
    let out = tokio::time::timeout(COMMAND_LIMIT, child.wait_with_output())
        .await
        .with_context(|| format!("`{line}` took longer than {} s", COMMAND_LIMIT.as_secs()))?
        .with_context(|| format!("running `{line}`"))?;
    let stdout = String::from_utf8_lossy(&out.stdout).into_owned();
    Ok(Ran {
        code: out.status.code().unwrap_or(-1),
        json: read_json(&stdout),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
        line,
    })
}

/// Standard output as JSON: one document, or the last line that is one; otherwise the text.
fn read_json(stdout: &str) -> Value {
    serde_json::from_str(stdout)
        .ok()
        .or_else(|| stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok()))
        .unwrap_or_else(|| Value::String(stdout.trim().to_owned()))
}

impl Ran {
    /// The JSON of a command that had to succeed.
    ///
    /// # Errors
    /// It did not; the error carries what it said.
    pub fn done(self) -> Result<Value> {
        if self.code == 0 {
            return Ok(self.json);
        }
        bail!("`{}` ended with {}\n{}\n{}", self.line, self.code, self.stderr.trim(), self.json)
    }

    /// Itself if its exit status is 0 or 1 (a verdict was reached); others are failures of the command.
    ///
    /// # Errors
    /// Another exit status.
    pub fn verdict(self) -> Result<Self> {
        if matches!(self.code, 0 | 1) {
            return Ok(self);
        }
        bail!("`{}` ended with {}\n{}\n{}", self.line, self.code, self.stderr.trim(), self.json)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_line_of_json_counts() {
        assert_eq!(read_json("loading..\n{\"a\":1}\n")["a"], 1);
        assert_eq!(read_json("{\n \"a\": 2\n}\n")["a"], 2);
        assert_eq!(read_json("plain\n"), "plain");
    }

    #[tokio::test]
    async fn a_command_that_fails_tells_what_it_said() {
        let ran = run(Path::new("/bin/sh"), &["-c", "echo no >&2; exit 3"]).await.expect("sh starts");
        assert_eq!(ran.code, 3);
        let error = ran.done().expect_err("status 3");
        assert!(error.to_string().contains("ended with 3") && error.to_string().contains("no"), "{error}");
    }
}
