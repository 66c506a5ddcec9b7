//! `govhub licence load`: a CSV file, a batch at a time; bad rows are named and the good ones load.
//!
//! The command may be run again at any time: what the chain has already as the file says it is counted apart, and what the chain refused before is
//! recorded as the file says it now.

use std::fs::File;
use std::io::BufReader;
use std::path::PathBuf;

use clap::Args;
use govhub_licence::issue::BATCH_MAX;
use govhub_licence::proto::MsgIssueBatch;
use govhub_types::Region;
use serde_json::json;

use super::book::Book;
use super::seal_key::SealArgs;
use super::sealed::Row;
use super::standing::{standing, Standing};
use super::table::{BadRow, Expected, Licence, Table, TableError};
use super::text::{self, Utf8Reader};
use super::{issue, GroundArgs};
use crate::cli::client::{Rpc, TxOutcome};
use crate::cli::{print, CliError, Exit, PostArgs};
use crate::keys::NamedKey;

/// Bad rows that are listed one by one; more are counted.
const LISTED_MAX: usize = 1_000;

/// Record the licences of a CSV file
#[derive(Debug, Args)]
pub struct Load {
    /// CSV file, UTF-8 or GB18030: licence_id,holder_name,holder_id,issued_on,not_before,not_after,status
    pub file: PathBuf,
    /// Region of the licences, six digits (GB/T 2260)
    #[arg(long)]
    pub region: Region,
    /// Licences of one transaction
    #[arg(long, default_value_t = BATCH_MAX, value_parser = batch_size)]
    pub batch: usize,
    #[command(flatten)]
    pub ground: GroundArgs,
    #[command(flatten)]
    pub seal: SealArgs,
    #[command(flatten)]
    pub post: PostArgs,
}

fn batch_size(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|n| (1..=BATCH_MAX).contains(n)).ok_or_else(|| format!("1 to {BATCH_MAX}"))
}

/// What was done so far.
#[derive(Default)]
struct Progress {
    loaded: usize,
    already_loaded: usize,
    bad: usize,
    listed: Vec<BadRow>,
    transactions: Vec<(TxOutcome, usize)>,
}

impl Progress {
    fn bad(&mut self, row: BadRow) {
        self.bad += 1;
        if self.listed.len() < LISTED_MAX {
            eprintln!("{row}");
            self.listed.push(row);
        }
    }
}

struct Loader {
    args: Load,
    rpc: Rpc,
    key: NamedKey,
    book: Book,
    progress: Progress,
    /// Rows of the next transaction.
    waiting: Vec<Row>,
}

pub async fn run(args: Load) -> Result<Exit, CliError> {
    let unreadable = |e: std::io::Error| CliError::usage(format!("cannot read `{}`: {e}", args.file.display()));
    let mut file = File::open(&args.file).map_err(unreadable)?;
    let encoding = text::detect(&mut file).map_err(unreadable)?;
    let rpc = args.post.rpc()?;
    let expected = Expected { issuer: super::department(&rpc).await?.to_string(), today: super::today() };
    let mut table = Table::new(BufReader::new(Utf8Reader::new(file, encoding)), expected).map_err(CliError::usage)?;
    let key = args.post.key()?;
    let book = Book::open(&args.post.home, &args.seal)?;
    let mut loader = Loader { args, rpc, key, book, progress: Progress::default(), waiting: Vec::new() };
    loop {
        match table.next_row() {
            Ok(Some(Ok(licence))) => loader.take(licence).await?,
            Ok(Some(Err(bad))) => loader.progress.bad(bad),
            Ok(None) => break,
            Err(e @ (TableError::Io(_) | TableError::Header(_))) => return Err(CliError::usage(e)),
        }
    }
    loader.post().await?;
    Ok(loader.report())
}

impl Loader {
    async fn take(&mut self, licence: Licence) -> Result<(), CliError> {
        let sealed = self.book.by_id(licence.id.as_str()).cloned();
        let on_chain = match &sealed {
            Some(row) => super::record(&self.rpc, &row.licence_ref).await?,
            None => None,
        };
        match standing(&licence, &self.args.region, sealed.as_ref(), on_chain.as_ref()) {
            Standing::Unrecorded(row) => self.waiting.push(row),
            Standing::Same(row) => {
                self.book.seal(&[row])?;
                self.progress.already_loaded += 1;
            }
            Standing::Differs { column, reason } => self.progress.bad(BadRow::at(licence.line, column, reason)),
        }
        if self.waiting.len() >= self.args.batch {
            self.post().await?;
        }
        Ok(())
    }

    async fn post(&mut self) -> Result<(), CliError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let rows = std::mem::take(&mut self.waiting);
        self.book.seal(&rows)?;
        let message = MsgIssueBatch {
            signer: self.key.address().to_string(),
            items: rows.iter().map(issue::item).collect(),
            ground: self.args.ground.message(),
        };
        let outcome = self.rpc.post_tx(vec![super::any("MsgIssueBatch", &message)], &self.key).await?;
        if outcome.code != 0 {
            let message = format!("the chain refuses the batch: {} (code {}); {} licences were loaded before it", outcome.log, outcome.code, self.progress.loaded);
            return Err(CliError::no(message).hint("correct the file and run the same command again: what the chain has already is not loaded twice"));
        }
        self.progress.loaded += rows.len();
        self.progress.transactions.push((outcome, rows.len()));
        Ok(())
    }

    fn report(&self) -> Exit {
        let p = &self.progress;
        let value = json!({
            "loaded": p.loaded,
            "already_loaded": p.already_loaded,
            "bad": p.bad,
            "bad_rows": p.listed.iter().map(|b| json!({"line": b.line, "last_line": b.last_line, "column": b.column, "reason": b.reason})).collect::<Vec<_>>(),
            "transactions": p.transactions.iter().map(|(t, count)| json!({"height": t.height, "hash": t.hash, "code": t.code, "licences": count})).collect::<Vec<_>>(),
        });
        let lines: Vec<String> = p.transactions.iter().map(|(t, count)| format!("height {} hash {} code {} licences {count}", t.height, t.hash, t.code)).collect();
        let summary = format!("loaded {}, already loaded {}, bad rows {}", p.loaded, p.already_loaded, p.bad);
        print(self.args.post.node.json, &value, [lines, vec![summary]].concat().join("\n"));
        if p.bad == 0 { Exit::Done } else { Exit::No }
    }
}
