//! The demo's command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

/// Starts a hub and two department chains, relays a verified licence check, shows every refusal.
#[derive(Debug, Parser)]
#[command(name = "govhub-demo", args_conflicts_with_subcommands = true)]
pub struct Cli {
    /// What to do instead of the demo.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Settings of the demo.
    #[command(flatten)]
    pub demo: Demo,
}

/// Other things to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ends the processes that `--keep` left running.
    Stop {
        /// The folder that was given to the demo.
        #[arg(long, default_value = "govhub-demo")]
        out: PathBuf,
    },
}

/// Settings of the demo.
#[derive(Clone, Debug, Args)]
pub struct Demo {
    /// Licences to load in Guangzhou (CSV, UTF-8 or GB18030); without it a sample of 1,000.
    #[arg(long, value_name = "FILE")]
    pub licences: Option<PathBuf>,
    /// Writes the report for machines there.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Folder for homes, logs and the timeline. One of an earlier demo is replaced.
    #[arg(long, value_name = "DIR", default_value = "govhub-demo")]
    pub out: PathBuf,
    /// Leaves the chains and relayers running; `./run demo stop` ends them.
    #[arg(long)]
    pub keep: bool,
    /// Writes there what must not be found anywhere under `--out`: salts, blinds and references that came by. For the canary scan.
    #[arg(long, value_name = "FILE", hide = true)]
    pub secrets: Option<PathBuf>,
}
