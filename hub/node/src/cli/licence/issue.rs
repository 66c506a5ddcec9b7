//! `govhub licence issue`: one licence. Its id and its holder come by standard input or from files, for more licences there is `load`.

use clap::Args;
use govhub_licence::proto::{Item, MsgIssue};
use govhub_licence::Status;
use govhub_types::{LicenceId, Region};
use serde_json::json;

use super::book::Book;
use super::date::day_of;
use super::seal_key::SealArgs;
use super::sealed::Row;
use super::standing::{standing, Standing};
use super::table::Licence;
use super::GroundArgs;
use crate::cli::client::Rpc;
use crate::cli::private::Private;
use crate::cli::{print, CliError, Exit, PostArgs};

/// A licence and its holder. Where several are `-`, each takes one line of standard input: first the id, then the name, then the holder's id.
#[derive(Clone, Debug, Args)]
pub struct LicenceArgs {
    /// GB/T 36904 identifier, full dotted form, by `-` (standard input) or `@FILE`
    #[arg(long, value_name = "-|@FILE")]
    pub licence_id: Private,
    /// Holder's name, by `-` or `@FILE`; goes to the sealed store only
    #[arg(long, value_name = "-|@FILE")]
    pub holder_name: Private,
    /// Holder's id number, by `-` or `@FILE`; goes to the sealed store only
    #[arg(long, value_name = "-|@FILE")]
    pub holder_id: Private,
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

impl LicenceArgs {
    /// Reads what is not on the command line.
    ///
    /// # Errors
    /// Usage: as [`Private::read`], or no identifier.
    pub fn read(&self) -> Result<Licence, CliError> {
        let id: LicenceId = self.licence_id.read("the licence id")?.parse().map_err(|_| CliError::usage("the licence id is no GB/T 36904 identifier"))?;
        Ok(Licence {
            line: 0,
            id,
            holder_name: self.holder_name.read("the holder's name")?,
            holder_id: self.holder_id.read("the holder's id")?,
            issued_on: self.issued_on,
            not_before: self.not_before,
            not_after: self.not_after,
            status: Status::Valid.number(),
        })
    }
}

pub async fn run(args: Issue) -> Result<Exit, CliError> {
    let (rpc, key, licence) = (args.post.rpc()?, args.post.key()?, args.licence.read()?);
    let mut book = Book::open(&args.post.home, &args.seal)?;
    let Some(row) = seal(&mut book, &rpc, &licence, &args.licence.region).await? else {
        print(args.post.node.json, &json!({"already_recorded": true}), "the licence is recorded already, just so");
        return Ok(Exit::Done);
    };
    let message = MsgIssue { signer: key.address().to_string(), item: Some(item(&row)), ground: args.ground.message() };
    let outcome = rpc.post_tx(vec![super::any("MsgIssue", &message)], &key).await?;
    Ok(outcome.report(args.post.node.json))
}

/// The row of a licence that is to be recorded, on disk; `None` if the chain has it already, just so.
///
/// # Errors
/// The verdict is no: the chain has the licence with other data.
pub async fn seal(book: &mut Book, rpc: &Rpc, licence: &Licence, region: &Region) -> Result<Option<Row>, CliError> {
    let department = super::department(rpc).await?;
    if licence.id.parts().issuer != department {
        return Err(CliError::usage(format!("the licence id names another issuer than this chain's department {department}")));
    }
    let sealed = book.by_id(licence.id.as_str()).cloned();
    let on_chain = match &sealed {
        Some(row) => super::record(rpc, &row.licence_ref).await?,
        None => None,
    };
    match standing(licence, region, sealed.as_ref(), on_chain.as_ref()) {
        Standing::Unrecorded(row) => {
            book.seal(std::slice::from_ref(&row))?;
            Ok(Some(row))
        }
        Standing::Same(row) => book.seal(&[row]).map(|()| None),
        Standing::Differs { column, reason } => Err(CliError::no(format!("`{column}` {reason}"))),
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
