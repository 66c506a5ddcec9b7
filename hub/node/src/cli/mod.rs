//! The command line: nouns then verbs, one file per noun.
//!
//! Adding a noun: a file with `pub struct X` (clap `Args` or `Subcommand`) and `pub async fn run(x: X) -> Result<Exit, CliError>`, a variant
//! of [`Command`] and a line in [`execute`]. Commands that post transactions take [`PostArgs`] and use [`client::Rpc`].
//! Data goes to stdout, logs and errors to stderr; `--json` where a machine may read.

mod account;
mod ask;
pub mod client;
mod config;
mod exit;
mod gov;
mod init;
mod keys;
mod licence;
mod light_client;
mod private;
mod start;
mod status;
mod store;
mod zk;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

pub use exit::{CliError, Exit};

use crate::keys::NamedKey;
use client::Rpc;

/// govhub: a hub chain for government blockchains, and the department chains of the same make.
#[derive(Debug, Parser)]
#[command(name = "govhub", version, propagate_version = true, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a home: keys, genesis, configuration
    Init(init::Init),
    /// Run the node of a home
    Start(start::Start),
    /// Show what a running node says of itself
    Status(status::Status),
    /// Keys of a home
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Configuration of a home
    #[command(subcommand)]
    Config(config::Config),
    /// The database of a home
    #[command(subcommand)]
    Store(store::StoreCommand),
    /// Registered accounts of a chain
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// Proposals and votes of governance
    #[command(subcommand)]
    Gov(gov::Gov),
    /// Light clients of other chains
    #[command(subcommand)]
    LightClient(light_client::LightClient),
    /// The department's licences
    #[command(subcommand)]
    Licence(Box<licence::Licence>),
    /// Ask another department
    #[command(subcommand)]
    Ask(ask::Ask),
    /// Proofs of attributes
    #[command(subcommand)]
    Zk(zk::Zk),
}

async fn execute(command: Command) -> Result<Exit, CliError> {
    match command {
        Command::Init(init) => init::run(init).await,
        Command::Start(start) => start::run(start).await,
        Command::Status(status) => status::run(status).await,
        Command::Keys(keys) => keys::run(keys).await,
        Command::Config(config) => config::run(config).await,
        Command::Store(store) => store::run(store).await,
        Command::Account(account) => account::run(account).await,
        Command::Gov(gov) => gov::run(gov).await,
        Command::LightClient(light_client) => light_client::run(light_client).await,
        Command::Licence(licence) => licence::run(*licence).await,
        Command::Ask(ask) => ask::run(ask).await,
        Command::Zk(zk) => zk::run(zk).await,
    }
}

/// Parses the command line, runs the command, prints its error. The whole of `main`.
pub fn run() -> ExitCode {
    // Usage errors exit with 2 by themselves, as PROTOCOL 5 has it.
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(e) => return report(&CliError::defect(format!("cannot start the runtime: {e}"))),
    };
    match runtime.block_on(execute(cli.command)) {
        Ok(exit) => ExitCode::from(exit as u8),
        Err(error) => report(&error),
    }
}

fn report(error: &CliError) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::from(error.exit as u8)
}

/// Which node to ask.
#[derive(Clone, Debug, Args)]
pub struct NodeArgs {
    /// RPC address of the node
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:26657", env = "GOVHUB_NODE")]
    pub node: String,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// Whom to ask, and in whose name to post.
#[derive(Clone, Debug, Args)]
pub struct PostArgs {
    /// Node to ask
    #[command(flatten)]
    pub node: NodeArgs,
    /// Home whose `keys/` holds the key
    #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
    pub home: PathBuf,
    /// Name of the key that signs: `<home>/keys/<name>.json`
    #[arg(long, value_name = "KEYNAME")]
    pub from: String,
}

impl PostArgs {
    /// A client of the node.
    ///
    /// # Errors
    /// A URL that is none.
    pub fn rpc(&self) -> Result<Rpc, CliError> {
        Rpc::new(&self.node.node)
    }

    /// The key that signs.
    ///
    /// # Errors
    /// No such key, or a sealed key without its password.
    pub fn key(&self) -> Result<NamedKey, CliError> {
        NamedKey::load(&self.home, &self.from).map_err(CliError::usage)
    }
}

/// Prints `value` as JSON on one line if asked, else `text`.
pub fn print(json: bool, value: &serde_json::Value, text: impl std::fmt::Display) {
    let shown = if json { value.to_string() } else { text.to_string() };
    // A reader that has seen enough and left is no error.
    let _ = writeln!(std::io::stdout(), "{shown}");
}
