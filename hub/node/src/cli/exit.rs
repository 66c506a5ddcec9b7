//! Exit codes (PROTOCOL 5) and errors of commands.

use std::fmt;

use govhub_types::Rejection;

/// What a command's exit status says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Done and true.
    Done = 0,
    /// The verdict is no: a refusal, a bad row, a difference.
    No = 1,
    /// Usage or unreadable input.
    Usage = 2,
    /// Self-consistent, not trusted.
    NotTrusted = 3,
    /// Temporary: try again.
    Temporary = 4,
    /// A defect of ours.
    Defect = 70,
}

/// Why a command failed: exit status, what is wrong, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CliError {
    /// Exit status.
    pub exit: Exit,
    /// What is wrong, value after a colon.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

impl CliError {
    fn new(exit: Exit, message: impl fmt::Display) -> Self {
        Self { exit, message: message.to_string(), hint: None }
    }

    /// The verdict is no.
    pub fn no(message: impl fmt::Display) -> Self {
        Self::new(Exit::No, message)
    }

    /// Usage or unreadable input.
    pub fn usage(message: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, message)
    }

    /// Temporary: a node that does not answer, a transaction not yet included.
    pub fn temporary(message: impl fmt::Display) -> Self {
        Self::new(Exit::Temporary, message)
    }

    /// A defect of ours, or an answer of a node that it should never give.
    pub fn defect(message: impl fmt::Display) -> Self {
        Self::new(Exit::Defect, message)
    }

    /// Adds what to do.
    pub fn hint(self, hint: impl fmt::Display) -> Self {
        Self { hint: Some(hint.to_string()), ..self }
    }
}

impl From<Rejection> for CliError {
    fn from(rejection: Rejection) -> Self {
        Self::no(rejection)
    }
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(f, "\nhint: {hint}"))
    }
}

impl std::error::Error for CliError {}
