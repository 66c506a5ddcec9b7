//! Answers, failures, progress: how a command speaks.

use std::fmt;
use std::io::Write;

use serde_json::Value;

use crate::progress::Progress;

/// What a command found, for people and for machines.
pub(super) struct Answer {
    /// Lines; without the last line's end.
    pub text: String,
    /// The same and more.
    pub json: Value,
}

impl Answer {
    pub(super) fn print(&self, json: bool, out: &mut dyn Write) -> Result<(), Failure> {
        let shown = if json { self.json.to_string() } else { printable(&self.text) };
        writeln!(out, "{shown}").map_err(|e| Failure::usage(format!("cannot write: {e}")))
    }
}

/// What a command's exit status says; the numbers are those of all our programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// Done and true.
    Done = 0,
    /// The verdict is no.
    No = 1,
    /// Usage or unreadable input.
    Usage = 2,
    /// A defect of ours.
    Defect = 70,
}

/// Why a command failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Exit status.
    pub exit: Exit,
    /// What is wrong, value after a colon.
    pub message: String,
}

impl Failure {
    pub(super) fn no(message: impl fmt::Display) -> Self {
        Self { exit: Exit::No, message: message.to_string() }
    }

    pub(super) fn usage(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Usage, message: message.to_string() }
    }

    pub(super) fn defect(message: impl fmt::Display) -> Self {
        Self { exit: Exit::Defect, message: message.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&printable(&self.message))
    }
}

impl std::error::Error for Failure {}

/// Prints a line for every tenth of a step.
pub(super) fn progress(err: &mut dyn Write) -> impl FnMut(Progress) + '_ {
    let mut last = ("", usize::MAX);
    move |progress: Progress| {
        let tenths = 10 * progress.done / progress.total.max(1);
        if (progress.step, tenths) != last {
            last = (progress.step, tenths);
            // Progress that nobody reads is no reason to stop.
            let _ = writeln!(err, "{}: {}0 %", progress.step, tenths);
        }
    }
}

/// Text as it may reach a terminal: it can hold names out of files, and these no control characters.
fn printable(text: &str) -> String {
    let escape = |c: char| if "\n\"'\\".contains(c) { c.to_string() } else { c.escape_debug().collect() };
    text.chars().map(escape).collect()
}
