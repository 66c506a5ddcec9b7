//! `govhub licence show`: what the chain knows; with `--holder` also what the sealed store knows.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use super::book::{self, Book};
use super::date::text_of;
use super::seal_key::SealArgs;
use crate::cli::client::Rpc;
use crate::cli::private::LicenceName;
use crate::cli::{print, CliError, Exit, NodeArgs};

/// Show what the chain knows of a licence
#[derive(Debug, Args)]
pub struct Show {
    /// Ref of the licence in hexadecimal; or its id, by `-` (standard input) or `@FILE`, to be looked up in the sealed store
    pub licence: LicenceName,
    /// Home whose sealed store knows the id
    #[arg(long, value_name = "DIR", env = "GOVHUB_HOME")]
    pub home: Option<PathBuf>,
    /// Show the sealed row too: id, name, holder id
    #[arg(long, requires = "home")]
    pub holder: bool,
    #[command(flatten)]
    pub seal: SealArgs,
    #[command(flatten)]
    pub node: NodeArgs,
}

pub async fn run(args: Show) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&args.node.node)?;
    let licence_ref = match (&args.licence, &args.home) {
        (LicenceName::Ref(licence_ref), _) => licence_ref.to_vec(),
        (name, Some(home)) => book::resolve(home, &args.seal, name)?,
        (_, None) => return Err(CliError::usage("a licence id needs --home of its department").hint("or give the ref: 64 hexadecimal digits")),
    };
    let Some(record) = super::record(&rpc, &licence_ref).await? else {
        return Err(CliError::no(format!("no licence {} on this chain", hex::encode(&licence_ref))));
    };
    let status = record.status_word();
    let mut value = json!({
        "licence_ref": hex::encode(&licence_ref), "licence_type": record.licence_type, "issuer": record.issuer, "region": record.region,
        "issued_on": text_of(record.issued_on), "recorded_on": text_of(record.recorded_on), "not_before": text_of(record.not_before),
        "not_after": text_of(record.not_after), "status": status.to_string(), "status_version": record.status_version,
    });
    if let (true, Some(home)) = (args.holder, &args.home) {
        let book = Book::open(home, &args.seal)?;
        let row = book.find(&hex::encode(&licence_ref))?;
        value["licence_id"] = json!(row.licence_id);
        value["holder_name"] = json!(row.holder_name);
        value["holder_id"] = json!(row.holder_id);
    }
    let lines: Vec<String> = value
        .as_object()
        .expect("built as an object above")
        .iter()
        .map(|(name, v)| format!("{name:16}{}", v.as_str().map_or_else(|| v.to_string(), str::to_owned)))
        .collect();
    print(args.node.json, &value, lines.join("\n"));
    Ok(Exit::Done)
}
