//! `govhub licence amend`: a new version under a new id, salt and ref.

use clap::Args;
use govhub_licence::proto::MsgAmend;
use govhub_licence::Status;
use serde_json::json;

use super::book::Book;
use super::issue::{self, LicenceArgs};
use super::seal_key::SealArgs;
use super::GroundArgs;
use crate::cli::private::LicenceName;
use crate::cli::{print, CliError, Exit, PostArgs};

/// Replace a licence by a new version
#[derive(Debug, Args)]
pub struct Amend {
    /// The old version: its ref in hexadecimal; or its id, by `-` (standard input, before the other lines) or `@FILE`
    pub old: LicenceName,
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
    let (name, licence) = (args.old.read()?, args.licence.read()?);
    let mut book = Book::open(&args.post.home, &args.seal)?;
    let old = book.find(&name)?.clone();
    if old.licence_id == licence.id.as_str() {
        return Err(CliError::usage("a new version has a new licence id: raise its version part"));
    }
    let Some(row) = issue::seal(&mut book, &rpc, &licence, &args.licence.region).await? else {
        let superseded = super::record(&rpc, &old.licence_ref).await?.is_some_and(|record| record.status_word() == Status::Superseded);
        if !superseded {
            return Err(CliError::no("the new version is recorded already, and the old one is not superseded").hint("revoke or cancel the old one"));
        }
        print(args.post.node.json, &json!({"already_recorded": true}), "the amendment is recorded already, just so");
        return Ok(Exit::Done);
    };
    let message = MsgAmend {
        signer: key.address().to_string(),
        old_ref: old.licence_ref,
        item: Some(issue::item(&row)),
        ground: args.ground.message(),
    };
    let outcome = rpc.post_tx(vec![super::any("MsgAmend", &message)], &key).await?;
    Ok(outcome.report(args.post.node.json))
}
