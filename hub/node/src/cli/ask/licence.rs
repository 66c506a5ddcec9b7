//! `govhub ask licence`: posts the question on the department's own chain and waits until the hub's answer is proved there.
//!
//! Exit status 0: valid. 1: not valid, refused, no answer. 4: still waiting when the packet's own timeout had passed.

use std::time::Duration;

use clap::{ArgGroup, Args};
use govhub_exchange::kinds::LIC_VERIFY;
use govhub_exchange::proto::{AskState, Asked, MsgAsk};
use govhub_packets::{Authorisation, LicVerify, Outcome};
use govhub_types::{DepartmentId, LicenceType};
use ibc_proto::google::protobuf::Any;
use prost::Message;
use rand::RngCore;
use serde_json::json;

use super::{identifier, look_up, now_s, report, standing};
use crate::cli::client::Rpc;
use crate::cli::private::{hash_of, Private};
use crate::cli::{print, CliError, Exit, PostArgs};

/// How often to look for the answer.
const POLL: Duration = Duration::from_millis(100);
/// How long after the packet's timeout a relayer may still bring the proof of it.
const PATIENCE_S: u64 = 60;

/// Ask whether a licence is valid
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("what").required(true).args(["qr", "statutory"]))]
pub struct Licence {
    /// Text of the holder's QR code, `GVH1:...`, by `-` (standard input) or `@FILE`
    #[arg(long, value_name = "-|@FILE")]
    pub qr: Option<Private>,
    /// Ref of the licence in hexadecimal, where a law allows to ask without the holder
    #[arg(long, value_name = "REF", requires_all = ["to", "licence_type"])]
    pub statutory: Option<String>,
    /// With --statutory: the identifier, if it is at hand, by `-` (standard input) or `@FILE`; it is checked here and not sent
    #[arg(long, value_name = "-|@FILE", conflicts_with = "qr")]
    pub licence_id: Option<Private>,
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
    /// Post the question and do not wait: `govhub ask show` tells later what came of it
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
    /// The check that only the asker can make.
    identifier: Outcome,
}

impl Licence {
    fn question(&self) -> Result<Question, CliError> {
        match (&self.qr, &self.statutory, &self.to, &self.licence_type) {
            (Some(qr), ..) => {
                let code = identifier::code(qr)?;
                let authorisation = if self.remote { Authorisation::HolderAuthorised } else { Authorisation::HolderPresent };
                Ok(Question { to: code.issuer.clone(), authorisation, body: code.to_request(), identifier: identifier::of_code(&code) })
            }
            (None, Some(text), Some(to), Some(licence_type)) => {
                let licence_ref = hash_of(text).ok_or_else(|| CliError::usage("--statutory: 64 hexadecimal digits"))?;
                let body = LicVerify::Statutory { licence_type: licence_type.clone(), licence_ref };
                let identifier = identifier::of_id(self.licence_id.as_ref(), to, licence_type)?;
                Ok(Question { to: to.clone(), authorisation: Authorisation::Statutory, body, identifier })
            }
            _ => Err(CliError::usage("give --qr, or --statutory with --to and --type")),
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

pub async fn run(args: Licence) -> Result<Exit, CliError> {
    let question = args.question()?;
    let (rpc, key) = (args.post.rpc()?, args.post.key()?);
    let message = args.message(key.address().to_string(), &question, now_s());
    let any = Any { type_url: "/govhub.exchange.v1.MsgAsk".into(), value: message.encode_to_vec() };
    let posted = rpc.post_tx(vec![any], &key).await?;
    if posted.code != 0 {
        return Ok(posted.report(args.post.node.json));
    }
    let missing = || CliError::defect("the transaction's events name no packet");
    let client_id = posted.attribute("send_packet", "packet_source_client").ok_or_else(missing)?.to_owned();
    let sequence: u64 = posted.attribute("send_packet", "packet_sequence").and_then(|s| s.parse().ok()).ok_or_else(missing)?;
    if args.no_wait {
        let name = standing::name(&client_id, sequence);
        let value = json!({
            "question": name, "client_id": client_id, "sequence": sequence, "height": posted.height, "hash": posted.hash, "code": posted.code,
        });
        let text = format!("asked {name}, height {} hash {}
next: `govhub ask show {name}`", posted.height, posted.hash);
        print(args.post.node.json, &value, text);
        return Ok(Exit::Done);
    }
    let asked = wait(&rpc, &client_id, sequence, message.timeout_timestamp.saturating_add(PATIENCE_S)).await?;
    let told = report::Told { client_id, sequence, hash: Some(&posted.hash), asked: &asked, identifier: question.identifier };
    report::report(&told, args.post.node.json)
}

/// Waits until the question is settled on this chain; never longer than `until_s` by this machine's clock.
async fn wait(rpc: &Rpc, client_id: &str, sequence: u64, until_s: u64) -> Result<Asked, CliError> {
    let name = standing::name(client_id, sequence);
    loop {
        let asked = look_up(rpc, client_id, sequence).await?;
        let asked = asked.ok_or_else(|| CliError::defect(format!("the chain does not know its own question {name}")))?;
        if asked.state() != AskState::Waiting {
            return Ok(asked);
        }
        if now_s() > until_s {
            let message = format!("no answer and no proof of a timeout for packet {name}");
            let hint = format!("is a relayer running for this department? see `govrelay status`; look again by `govhub ask show {name}`");
            return Err(CliError::temporary(message).hint(hint));
        }
        tokio::time::sleep(POLL).await;
    }
}
