//! `govhub ask show`: one question of this chain, and its answer as a reader sees it now.
//!
//! Exit status 0: valid. 1: not valid, refused, no answer, or an answer that is not believed. 4: still waiting.

use clap::Args;
use govhub_exchange::proto::AskState;
use govhub_packets::Envelope;

use super::{identifier, look_up, now_s, report, standing};
use crate::cli::client::Rpc;
use crate::cli::private::Private;
use crate::cli::{print, CliError, Exit, NodeArgs};

/// Show a question and its answer
#[derive(Debug, Args)]
pub struct Show {
    /// The question as `ask` named it: CLIENT/SEQUENCE
    #[arg(value_parser = question)]
    pub question: (String, u64),
    /// Text of the holder's QR code that it was asked with, by `-` (standard input) or `@FILE`: without it the identifier stays unchecked
    #[arg(long, value_name = "-|@FILE", conflicts_with = "licence_id")]
    pub qr: Option<Private>,
    /// For a question by law: the identifier, by `-` (standard input) or `@FILE`
    #[arg(long, value_name = "-|@FILE")]
    pub licence_id: Option<Private>,
    #[command(flatten)]
    pub node: NodeArgs,
}

fn question(text: &str) -> Result<(String, u64), String> {
    let parts = text.rsplit_once('/').and_then(|(client, sequence)| Some((client.to_owned(), sequence.parse().ok()?)));
    parts.filter(|(client, _)| !client.is_empty()).ok_or_else(|| "CLIENT/SEQUENCE, for example 07-tendermint-0/3".into())
}

pub async fn run(args: Show) -> Result<Exit, CliError> {
    let rpc = Rpc::new(&args.node.node)?;
    let (client_id, sequence) = args.question.clone();
    let name = standing::name(&client_id, sequence);
    let Some(asked) = look_up(&rpc, &client_id, sequence).await? else {
        return Err(CliError::no(format!("this chain asked no question {name}")).hint("see `govhub ask list`"));
    };
    if asked.state() == AskState::Waiting {
        let value = standing::json(&govhub_exchange::proto::AskedItem { client_id, sequence, asked: Some(asked) }, now_s());
        print(args.node.json, &value, standing::text(&value));
        return Ok(Exit::Temporary);
    }
    let envelope = Envelope::decode(&asked.value).map_err(|e| CliError::defect(format!("the chain's own question: {e}")))?;
    let identifier = identifier::again(&envelope, args.qr.as_ref(), args.licence_id.as_ref())?;
    if args.qr.is_none() && args.licence_id.is_none() && asked.state() == AskState::Answered {
        eprintln!("note: the identifier is not checked here, so nothing is called valid: give --qr or, for a question by law, --licence-id");
    }
    report::report(&report::Told { client_id, sequence, hash: None, asked: &asked, identifier }, args.node.json)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_named_by_client_and_sequence() {
        assert_eq!(question("07-tendermint-0/3"), Ok(("07-tendermint-0".into(), 3)));
        for bad in ["07-tendermint-0", "/3", "07-tendermint-0/", "07-tendermint-0/x", ""] {
            assert!(question(bad).is_err(), "{bad}");
        }
    }
}
