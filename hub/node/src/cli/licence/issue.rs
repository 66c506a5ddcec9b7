//! `govhub licence issue`: one licence from the command line. For more, and to keep names out of the process list, use `load`.

use clap::Args;
use govhub_licence::proto::{Item, MsgIssue};
use govhub_licence::Status;
use govhub_packets::licence_ref;
use govhub_types::{LicenceId, Region};

use super::book::{draw_16, Book};
use super::date::day_of;
use super::seal_key::SealArgs;
use super::sealed::{Record, Row};
use super::table::Licence;
use super::GroundArgs;
use crate::cli::{CliError, Exit, PostArgs};

/// A licence and its holder.
#[derive(Clone, Debug, Args)]
pub struct LicenceArgs {
    /// GB/T 36904 identifier, full dotted form
    #[arg(long)]
    pub licence_id: LicenceId,
    /// Holder's name; goes to the sealed store only
    #[arg(long)]
    pub holder_name: String,
    /// Holder's id number; goes to the sealed store only
    #[arg(long)]
    pub holder_id: String,
    /// Region, six digits (GB/T 2260)
    #[arg(long)]
    pub region: Region,
    /// Day of issue, YYYY-MM-DD
    #[arg(long, value_parser = day)]
    pub issued_on: u32,
    /// First day in force, YYYY-MM-DD
    #[arg(long, value_parser = day)]
    pub not_before: u32,
    /// Last day in force, YYYY-MM-DD
    #[arg(long, value_parser = day)]
    pub not_after: u32,
}

/// Record one licence
#[derive(Debug, Args)]
pub struct Issue {
    #[command(flatten)]
    pub licence: LicenceArgs,
    #[command(flatten)]
    pub ground: GroundArgs,
    #[command(flatten)]
    pub seal: SealArgs,
    #[command(flatten)]
    pub post: PostArgs,
}

fn day(text: &str) -> Result<u32, String> {
    day_of(text).ok_or_else(|| "a date YYYY-MM-DD from 1970-01-01 on".into())
}

pub async fn run(args: Issue) -> Result<Exit, CliError> {
    let (rpc, key) = (args.post.rpc()?, args.post.key()?);
    let department = super::department(&rpc).await?;
    let mut book = Book::open(&args.post.home, &args.seal)?;
    let row = seal(&mut book, &args.licence, department.as_str())?;
    let message = MsgIssue { signer: key.address().to_string(), item: Some(item(&row)), ground: args.ground.message() };
    let outcome = rpc.post_tx(vec![super::any("MsgIssue", &message)], &key).await?;
    Ok(outcome.report(args.post.node.json))
}

/// The row of a new licence, on disk. A row that is there already (an earlier try) keeps its salt.
pub fn seal(book: &mut Book, args: &LicenceArgs, department: &str) -> Result<Row, CliError> {
    if args.licence_id.parts().issuer.as_str() != department {
        return Err(CliError::usage(format!("--licence-id names another issuer than this chain's department {department}")));
    }
    if let Some(row) = book.by_id(args.licence_id.as_str()) {
        return Ok(row.clone());
    }
    let licence = Licence {
        line: 0,
        id: args.licence_id.clone(),
        holder_name: args.holder_name.clone(),
        holder_id: args.holder_id.clone(),
        issued_on: args.issued_on,
        not_before: args.not_before,
        not_after: args.not_after,
        status: Status::Valid.number(),
    };
    let row = row(&licence, &args.region);
    book.append(&[Record::Row(row.clone())])?;
    Ok(row)
}

/// A row with a fresh salt.
pub fn row(licence: &Licence, region: &Region) -> Row {
    let salt = draw_16();
    Row {
        licence_id: licence.id.to_string(),
        holder_name: licence.holder_name.clone(),
        holder_id: licence.holder_id.clone(),
        salt: salt.to_vec(),
        licence_ref: licence_ref(&salt, &licence.id).to_vec(),
        licence_type: licence.id.parts().licence_type.to_string(),
        region: region.to_string(),
        issued_on: licence.issued_on,
        not_before: licence.not_before,
        not_after: licence.not_after,
        status: licence.status,
    }
}

/// What the chain gets of a row.
pub fn item(row: &Row) -> Item {
    Item {
        licence_ref: row.licence_ref.clone(),
        licence_type: row.licence_type.clone(),
        region: row.region.clone(),
        issued_on: row.issued_on,
        not_before: row.not_before,
        not_after: row.not_after,
        status: row.status,
    }
}
