//! `govhub ask licence`: posts the question on the department's own chain and waits until the hub's answer is proved there.
//!
//! Exit status 0: valid. 1: not valid, refused, no answer. 4: still waiting when the packet's own timeout had passed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use clap::{ArgGroup, Args};
use govhub_exchange::kinds::LIC_VERIFY;
use govhub_exchange::proto::{AskState, Asked, MsgAsk, QueryAsked, QueryAskedResponse};
use govhub_packets::{Authorisation, HolderCode, LicVerify, Outcome};
use govhub_types::{DepartmentId, LicenceType};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use rand::RngCore;

use super::report;
use crate::cli::client::Rpc;
use crate::cli::{CliError, Exit, PostArgs};

/// How often to look for the answer.
const POLL: Duration = Duration::from_millis(100);
/// How long after the packet's timeout a relayer may still bring the proof of it.
const PATIENCE_S: u64 = 60;

/// Ask whether a licence is valid
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["qr", "statutory"]))]
pub struct Licence {
    /// Text of the holder's QR code, `GVH1:...`
    #[arg(long, value_name = "TEXT")]
    pub qr: Option<String>,
    /// Ref of the licence in hexadecimal, where a law allows to ask without the holder
    #[arg(long, value_name = "REF", requires_all = ["to", "licence_type"])]
    pub statutory: Option<String>,
    /// With --statutory: the identifier, if it is at hand; it is checked here and not sent
    #[arg(long, value_name = "ID", conflicts_with = "qr")]
    pub licence_id: Option<String>,
    /// With --statutory: the issuing department
    #[arg(long, value_name = "USCC", conflicts_with = "qr")]
    pub to: Option<DepartmentId>,
    /// With --statutory: type of the licence, 21 characters
    #[arg(long = "type", value_name = "TYPE", conflicts_with = "qr")]
    pub licence_type: Option<LicenceType>,
    /// With --qr: the holder sent the code and is not at the counter
    #[arg(long, conflicts_with = "statutory")]
    pub remote: bool,
    /// What the answer is for, from the on-chain list
    #[arg(long, value_name = "TERM")]
    pub purpose: String,
    /// What allows the question, from the on-chain list
    #[arg(long, value_name = "TERM")]
    pub legal_basis: String,
    /// The service in which it is asked, from the on-chain list
    #[arg(long, value_name = "TERM", default_value = "")]
    pub service_item: String,
    /// Seconds within which an answer is wanted
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(0..=80_000))]
    pub answer_within: u64,
    /// Seconds that the packet lives beyond that, for the answer's way home
    #[arg(long, value_name = "SECONDS", default_value_t = 120, value_parser = clap::value_parser!(u64).range(1..=3_600))]
    pub settle_within: u64,
    /// Post the question and do not wait
    #[arg(long)]
    pub no_wait: bool,
    #[command(flatten)]
    pub post: PostArgs,
}

/// A question ready to be posted.
struct Question {
    to: DepartmentId,
    authorisation: Authorisation,
    body: LicVerify,
    /// The check that only the asker can make: does the identifier hold, and does it name who is asked and what is asked for?
    identifier: Outcome,
}

impl Licence {
    fn question(&self) -> Result<Question, CliError> {
        match (&self.qr, &self.statutory, &self.to, &self.licence_type) {
            (Some(qr), ..) => {
                let code = HolderCode::from_qr(qr.trim()).map_err(|e| CliError::usage(format!("--qr: {e}")))?;
                let authorisation = if self.remote { Authorisation::HolderAuthorised } else { Authorisation::HolderPresent };
                // The check character was verified when the code was read; what is left is that the identifier names who is asked.
                let identifier = outcome(code.licence_id.parts().issuer == code.issuer);
                Ok(Question { to: code.issuer.clone(), authorisation, body: code.to_request(), identifier })
            }
            (None, Some(text), Some(to), Some(licence_type)) => {
                let bytes = hex::decode(text).ok().and_then(|b| <[u8; 32]>::try_from(b).ok());
                let licence_ref = bytes.ok_or_else(|| CliError::usage("--statutory: 64 hexadecimal digits"))?;
                let body = LicVerify::Statutory { licence_type: licence_type.clone(), licence_ref };
                Ok(Question { to: to.clone(), authorisation: Authorisation::Statutory, body, identifier: self.identifier(to, licence_type) })
            }
            _ => Err(CliError::usage("give --qr, or --statutory with --to and --type")),
        }
    }

    /// A ref says nothing of the identifier behind it: without one at hand the check is UNKNOWN, and the whole is not valid.
    fn identifier(&self, to: &DepartmentId, licence_type: &LicenceType) -> Outcome {
        match self.licence_id.as_ref().map(|text| text.parse::<govhub_types::LicenceId>()) {
            None => Outcome::Unknown,
            Some(Err(_)) => Outcome::Fail,
            Some(Ok(id)) => outcome(id.parts().issuer == *to && id.parts().licence_type == *licence_type),
        }
    }

    fn message(&self, signer: String, question: &Question, now_s: u64) -> MsgAsk {
        let mut trace_id = vec![0; 16];
        rand::rngs::OsRng.fill_bytes(&mut trace_id);
        let answer_by = now_s.saturating_add(self.answer_within);
        MsgAsk {
            signer,
            kind: LIC_VERIFY.into(),
            to: question.to.to_string(),
            purpose: self.purpose.clone(),
            legal_basis: self.legal_basis.clone(),
            service_item: self.service_item.clone(),
            authorisation: question.authorisation.number().unsigned_abs(),
            answer_by,
            trace_id,
            body: question.body.encode(),
            timeout_timestamp: answer_by.saturating_add(self.settle_within),
        }
    }
}

fn outcome(holds: bool) -> Outcome {
    if holds { Outcome::Pass } else { Outcome::Fail }
}

pub async fn run(args: Licence) -> Result<Exit, CliError> {
    let question = args.question()?;
    let (rpc, key) = (args.post.rpc()?, args.post.key()?);
    let message = args.message(key.address().to_string(), &question, now_s());
    let any = Any { type_url: "/govhub.exchange.v1.MsgAsk".into(), value: message.encode_to_vec() };
    let posted = rpc.post_tx(vec![any], &key).await?;
    if posted.code != 0 || args.no_wait {
        return Ok(posted.report(args.post.node.json));
    }
    let missing = || CliError::defect("the transaction's events name no packet");
    let client_id = posted.attribute("send_packet", "packet_source_client").ok_or_else(missing)?.to_owned();
    let sequence: u64 = posted.attribute("send_packet", "packet_sequence").and_then(|s| s.parse().ok()).ok_or_else(missing)?;
    let asked = wait(&rpc, &client_id, sequence, message.timeout_timestamp.saturating_add(PATIENCE_S)).await?;
    report::report(&report::Told { client_id, sequence, posted: &posted, asked: &asked, identifier: question.identifier }, args.post.node.json)
}

/// Waits until the question is settled on this chain; never longer than `until_s` by this machine's clock.
async fn wait(rpc: &Rpc, client_id: &str, sequence: u64, until_s: u64) -> Result<Asked, CliError> {
    loop {
        let asked = look_up(rpc, client_id, sequence).await?;
        if asked.state() != AskState::Waiting {
            return Ok(asked);
        }
        if now_s() > until_s {
            let message = format!("no answer and no proof of a timeout for packet {client_id}/{sequence}");
            return Err(CliError::temporary(message).hint("is a relayer running for this department? see `govrelay status`"));
        }
        tokio::time::sleep(POLL).await;
    }
}

async fn look_up(rpc: &Rpc, client_id: &str, sequence: u64) -> Result<Asked, CliError> {
    let query = QueryAsked { client_id: client_id.to_owned(), sequence };
    let answer = rpc.query("/govhub.exchange.v1.Query/Asked", &query.encode_to_vec()).await?;
    let response = QueryAskedResponse::decode(answer.value.as_slice()).map_err(|e| CliError::defect(format!("the node's answer: {e}")))?;
    response.asked.ok_or_else(|| CliError::defect(format!("the chain does not know its own question {client_id}/{sequence}")))
}

fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}
