//! Logs to stderr.

use std::io::{self, Write};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::EnvFilter;

/// What the network says, as an error, at every message of a node without peers: a chain of one validator has none.
const NO_PEERS: &[u8] = b"NoPeersSubscribedToTopic";

/// Starts logging with `filter`, unless `RUST_LOG` says otherwise. A second call changes nothing.
///
/// # Errors
/// A filter that does not parse.
pub fn start(filter: &str) -> Result<(), String> {
    let filter = match std::env::var("RUST_LOG") {
        Ok(filter) => filter,
        Err(_) => format!("{filter},{ENGINE}"),
    };
    let filter = EnvFilter::try_new(&filter).map_err(|e| format!("log filter `{filter}`: {e}"))?;
    // Only tests start logging twice in one process.
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(false).with_writer(Quiet).try_init();
    Ok(())
}

/// Whether `filter` parses.
///
/// # Errors
/// Why it does not.
pub fn check(filter: &str) -> Result<(), String> {
    EnvFilter::try_new(filter).map(drop).map_err(|e| format!("log filter `{filter}`: {e}"))
}

/// The engine says at `info` what we say at `debug`.
const ENGINE: &str = "arc_malachitebft_engine=warn,arc_malachitebft_network=warn,arc_malachitebft_sync=warn,arc_malachitebft_app=warn,arc_malachitebft_core_consensus=warn,arc_malachitebft_core_driver=warn,arc_malachitebft_wal=warn,arc_malachitebft_discovery=warn,arc_malachitebft_app_channel=warn,arc_malachitebft_metrics=warn";

/// stderr without [`NO_PEERS`].
struct Quiet;

impl<'a> MakeWriter<'a> for Quiet {
    type Writer = QuietWriter;
    fn make_writer(&'a self) -> QuietWriter {
        QuietWriter
    }
}

struct QuietWriter;

impl Write for QuietWriter {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if !line.windows(NO_PEERS.len()).any(|window| window == NO_PEERS) {
            io::stderr().write_all(line)?;
        }
        Ok(line.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
