//! `govhub licence amend`: a new version under a new id, salt and ref.

use clap::Args;
use govhub_licence::proto::MsgAmend;

use super::book::Book;
use super::issue::{self, LicenceArgs};
use super::seal_key::SealArgs;
use super::GroundArgs;
use crate::cli::{CliError, Exit, PostArgs};

/// Replace a licence by a new version
#[derive(Debug, Args)]
pub struct Amend {
    /// The old version: licence id, or its ref in hexadecimal
    pub old: String,
    #[command(flatten)]
    pub licence: LicenceArgs,
    #[command(flatten)]
    pub ground: GroundArgs,
    #[command(flatten)]
    pub seal: SealArgs,
    #[command(flatten)]
    pub post: PostArgs,
}

pub async fn run(args: Amend) -> Result<Exit, CliError> {
    let (rpc, key) = (args.post.rpc()?, args.post.key()?);
    let department = super::department(&rpc).await?;
    let mut book = Book::open(&args.post.home, &args.seal)?;
    let old = book.find(&args.old)?.clone();
    if old.licence_id == args.licence.licence_id.as_str() {
        return Err(CliError::usage("a new version has a new licence id: raise its version part"));
    }
    let row = issue::seal(&mut book, &args.licence, department.as_str())?;
    let message = MsgAmend {
        signer: key.address().to_string(),
        old_ref: old.licence_ref,
        item: Some(issue::item(&row)),
        ground: args.ground.message(),
    };
    let outcome = rpc.post_tx(vec![super::any("MsgAmend", &message)], &key).await?;
    Ok(outcome.report(args.post.node.json))
}
