//! `govhub zk ceremony`: the commands of `zk-ceremony` with this machine's randomness and streams.

use std::io::{stderr, stdout};

use rand::rngs::OsRng;
use zk_ceremony::cli::{self, Ceremony};

use crate::cli::{CliError, Exit};

pub(super) async fn run(ceremony: Ceremony) -> Result<Exit, CliError> {
    // Minutes of arithmetic: not on a thread that others wait on.
    let done = tokio::task::spawn_blocking(|| cli::run(ceremony, &mut OsRng, &mut stdout(), &mut stderr()));
    let exit = done.await.map_err(|e| CliError::defect(format!("the ceremony's thread ended early: {e}")))?;
    Ok(match exit {
        cli::Exit::Done => Exit::Done,
        cli::Exit::No => Exit::No,
        cli::Exit::Usage => Exit::Usage,
        cli::Exit::Defect => Exit::Defect,
    })
}
