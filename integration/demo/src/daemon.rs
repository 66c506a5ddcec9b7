//! Long-running processes: started with their output in a log file, paused by SIGSTOP, ended by SIGTERM.
//!
//! Each is noted in `<out>/processes/` for as long as it runs, so that `./run demo stop` ends what `--keep` left, and what a driver that
//! was killed left. A process id is believed only together with the time at which the process started, because ids are given out again.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{bail, Context, Result};
use rustix::process::{kill_process, Pid, Signal};
use serde::{Deserialize, Serialize};
use tokio::process::{Child, Command};

/// Folder under `<out>` with a note for each process that runs.
pub const PROCESSES: &str = "processes";
/// How long a process may take to end by itself before it is killed.
const END_LIMIT: Duration = Duration::from_secs(10);

/// A process of ours.
pub struct Daemon {
    /// For people and for log file names.
    pub name: String,
    child: Child,
    log: PathBuf,
    note: PathBuf,
    keep: bool,
}

/// The note of a process: enough to end it without its driver.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Running {
    /// Name for people.
    pub name: String,
    /// Process id.
    pub pid: i32,
    /// Start time in the kernel's ticks since boot.
    pub started: u64,
}

impl Daemon {
    /// Starts `program args`, output appended to `<out>/logs/<name>.log`, noted in `<out>/processes/<name>.json`.
    ///
    /// # Errors
    /// Log or note cannot be written, or the program not started.
    pub fn start(name: &str, program: &Path, args: &[&str], out: &Path) -> Result<Self> {
        let log = out.join("logs").join(format!("{name}.log"));
        let note = out.join(PROCESSES).join(format!("{name}.json"));
        let file = File::options().create(true).append(true).open(&log).with_context(|| format!("opening {}", log.display()))?;
        let child = Command::new(program)
            .args(args)
            .stdin(std::process::Stdio::null())
            .stdout(file.try_clone().context("duplicating the log's handle")?)
            .stderr(file)
            // Its own group: Ctrl-C reaches the driver alone, which then ends the others in order.
            .process_group(0)
            .spawn()
            .with_context(|| format!("starting {} {}", program.display(), args.join(" ")))?;
        let daemon = Self { name: name.to_owned(), child, log, note, keep: false };
        let pid = daemon.pid()?;
        let running = Running { name: name.to_owned(), pid: pid.as_raw_nonzero().get(), started: started(pid).context("the process has ended")? };
        let text = serde_json::to_string(&running).context("a note as JSON")?;
        std::fs::write(&daemon.note, text).with_context(|| format!("writing {}", daemon.note.display()))?;
        Ok(daemon)
    }

    /// Lets it run on when the driver ends.
    ///
    /// # Errors
    /// It has ended already.
    pub fn keep(mut self) -> Result<()> {
        self.alive()?;
        self.keep = true;
        Ok(())
    }

    /// SIGSTOP: the process stands still, without a chance to notice.
    ///
    /// # Errors
    /// It has ended.
    pub fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP)
    }

    /// SIGCONT.
    ///
    /// # Errors
    /// It has ended.
    pub fn resume(&self) -> Result<()> {
        self.signal(Signal::CONT)
    }

    /// An error with the end of its log if it has ended by itself.
    ///
    /// # Errors
    /// It has ended.
    pub fn alive(&mut self) -> Result<()> {
        match self.child.try_wait().with_context(|| format!("looking at {}", self.name))? {
            None => Ok(()),
            Some(status) => bail!("{} ended by itself ({status}); the end of {}:\n{}", self.name, self.log.display(), tail(&self.log)),
        }
    }

    /// SIGTERM, and SIGKILL after [`END_LIMIT`]. True if it ended by itself with status 0.
    ///
    /// # Errors
    /// The kernel refuses.
    pub async fn stop(&mut self) -> Result<bool> {
        if self.child.try_wait()?.is_none() {
            self.signal(Signal::CONT)?;
            self.signal(Signal::TERM)?;
        }
        let ended = match tokio::time::timeout(END_LIMIT, self.child.wait()).await {
            Ok(status) => status?.success(),
            Err(_) => {
                self.child.kill().await.with_context(|| format!("killing {}", self.name))?;
                false
            }
        };
        std::fs::remove_file(&self.note).with_context(|| format!("removing {}", self.note.display()))?;
        Ok(ended)
    }

    fn signal(&self, signal: Signal) -> Result<()> {
        kill_process(self.pid()?, signal).with_context(|| format!("{signal:?} to {}", self.name))
    }

    fn pid(&self) -> Result<Pid> {
        let id = self.child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
        id.with_context(|| format!("{} has ended; the end of {}:\n{}", self.name, self.log.display(), tail(&self.log)))
    }
}

impl Drop for Daemon {
    /// A driver that fails half way leaves nothing behind: a process that stands still cannot even notice SIGTERM.
    fn drop(&mut self) {
        if self.keep {
            return;
        }
        if let Ok(pid) = self.pid() {
            let _ = kill_process(pid, Signal::KILL); // it may have ended in this moment
            let _ = std::fs::remove_file(&self.note); // a note of a process that is gone does no harm
        }
    }
}

impl Running {
    /// Ends it if it is still the process that was noted. True if there was something to end.
    ///
    /// # Errors
    /// It does not end, even by SIGKILL.
    pub async fn stop(&self) -> Result<bool> {
        let Some(pid) = Pid::from_raw(self.pid).filter(|pid| started(*pid) == Some(self.started)) else {
            return Ok(false);
        };
        let begin = Instant::now();
        for signal in [Signal::CONT, Signal::TERM] {
            let _ = kill_process(pid, signal); // gone meanwhile: the loop below sees it
        }
        while started(pid) == Some(self.started) {
            if begin.elapsed() > END_LIMIT {
                kill_process(pid, Signal::KILL).with_context(|| format!("killing {} ({})", self.name, self.pid))?;
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Ok(true)
    }
}

/// When process `pid` started, in ticks since boot; `None` if there is none or it is a zombie.
///
/// Source: proc_pid_stat(5), fields 3 and 22.
fn started(pid: Pid) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{}/stat", pid.as_raw_nonzero())).ok()?;
    let mut fields = text.rsplit_once(") ")?.1.split(' ');
    if fields.next()? == "Z" {
        return None;
    }
    fields.nth(18)?.parse().ok()
}

/// The last lines of a log, for an error message.
fn tail(log: &Path) -> String {
    let text = std::fs::read(log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(15)..].join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn out(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("govhub-daemon-{name}-{}", std::process::id()));
        for inner in ["logs", PROCESSES] {
            std::fs::create_dir_all(folder.join(inner)).expect("temporary folder is writable");
        }
        folder
    }

    #[tokio::test]
    async fn a_paused_process_ends_when_told_to() {
        let out = out("pause");
        let mut daemon = Daemon::start("sleep", Path::new("/bin/sleep"), &["100"], &out).expect("sleep starts");
        daemon.pause().expect("alive");
        daemon.alive().expect("paused is not ended");
        assert!(!daemon.stop().await.expect("ends"), "sleep ends by the signal, not with status 0");
        assert!(!out.join("processes/sleep.json").exists());
    }

    #[tokio::test]
    async fn a_process_that_ended_is_told_with_the_end_of_its_log() {
        let mut daemon = Daemon::start("sh", Path::new("/bin/sh"), &["-c", "echo the reason; sleep 0.1; exit 1"], &out("ended")).expect("sh starts");
        tokio::time::sleep(Duration::from_millis(500)).await;
        let error = daemon.alive().expect_err("ended").to_string();
        assert!(error.contains("the reason"), "{error}");
    }

    #[tokio::test]
    async fn a_noted_process_is_ended_once_and_no_other_in_its_place() {
        let out = out("noted");
        Daemon::start("sleep", Path::new("/bin/sleep"), &["100"], &out).expect("sleep starts").keep().expect("alive");
        let note = std::fs::read_to_string(out.join("processes/sleep.json")).expect("noted");
        let noted: Running = serde_json::from_str(&note).expect("JSON");
        let other = Running { started: noted.started + 1, ..noted.clone() };
        assert!(!other.stop().await.expect("nothing to do"), "the same id with another start time is another process");
        assert!(noted.stop().await.expect("ends"));
        assert!(!noted.stop().await.expect("nothing to do"));
    }
}
