//! A plan becomes a signed transaction: every header and every proof is verified as the receiving chain will, before anything is spent.

use futures::{FutureExt, StreamExt};
use govhub_ibc::types::{self, url};
use govhub_lc_cometbft::ClientState;
use govhub_lc_core::{Fault, LightClient, Reason, StoredPath, Verdict};
use govhub_types::codec::decode_canonical;
use govhub_types::{Height, Time};
use govrelay_core::batch::{Item, Plan};
use govrelay_core::{Account, Failure, Hop, ItemResult, Lane, Proved, Verified};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::{Height as RawHeight, MsgUpdateClient};
use prost::Message;

use crate::client::Fetched;
use crate::event::{ACK_BYTES_MAX, PACKET_BYTES_MAX};
use crate::{Chain, Evidence, Signer};

/// Headers in one transaction: the messages that packets leave free. Halving so often bridges a 100 % change of validators every few hundred blocks.
pub const HEADERS_MAX: usize = 8;

/// Proofs asked for at a time, so that a backlog does not overrun a node.
const QUESTIONS_AT_ONCE: usize = 8;

/// A signed transaction, not yet sent.
#[derive(Clone, Debug, PartialEq)]
pub struct Ready {
    /// Its bytes; none if nothing was left to send.
    pub bytes: Option<Vec<u8>>,
    /// What the planner has to know of it.
    pub proved: Proved,
}

/// What a plan is proved against.
struct Judge {
    client_id: String,
    client: ClientState,
    states: Fetched,
    prefix: Vec<Vec<u8>>,
    /// Height of the header under which proofs have to verify.
    at: Height,
    block_hash: String,
}

/// Fetches, verifies and signs what `plan` asks for. `host_time` is the host's newest header time; `evidence` is what a watch found, if the
/// plan is to submit it.
///
/// # Errors
/// A [`Failure`] of the whole plan. Failures of single items stand in the result, and those items are not in the transaction.
pub async fn prove(
    plan: &Plan,
    lane: &Lane,
    host: &Chain,
    source: &Chain,
    signer: &Signer,
    host_time: Time,
    evidence: Option<&Evidence>,
) -> Result<Ready, Failure> {
    let account = match plan.account {
        Some(account) => account,
        None => host.account(signer.address()).await?,
    };
    if plan.evidence.is_some() {
        let evidence = evidence.ok_or_else(|| Failure::Rejected("the evidence is no longer at hand; the watch finds it again".into()))?;
        let message = update_message(lane.end(plan.target.side).client.as_ref(), evidence.message.clone(), signer);
        return Ok(sign(plan, host, signer, account, vec![message], Vec::new(), None));
    }
    let (judge, headers, update) = judge(plan, lane, host, source, host_time).await?;
    let mut messages: Vec<Any> = headers.into_iter().map(|header| update_message(&judge.client_id, header, signer)).collect();
    let mut questions = Vec::with_capacity(plan.items.len());
    for item in &plan.items {
        questions.push(prove_item(item, &judge, source, signer).boxed());
    }
    let proofs: Vec<_> = futures::stream::iter(questions).buffered(QUESTIONS_AT_ONCE).collect().await;
    let mut results = Vec::new();
    for (item, result) in plan.items.iter().zip(proofs) {
        let key = item.key.clone();
        results.push(match result {
            Ok((message, verified)) => {
                messages.push(message);
                ItemResult { key, result: Ok(verified) }
            }
            Err(failure) => ItemResult { key, result: Err(failure) },
        });
    }
    if results.iter().any(|r| matches!(r.result, Err(Failure::Rejected(_)))) {
        source.endpoints.blame();
    }
    Ok(sign(plan, host, signer, account, messages, results, update))
}

fn sign(plan: &Plan, host: &Chain, signer: &Signer, account: Account, messages: Vec<Any>, items: Vec<ItemResult>, update: Option<Verified>) -> Ready {
    let nothing = messages.is_empty() || (!plan.items.is_empty() && items.iter().all(|r| r.result.is_err()));
    let signed = (!nothing).then(|| host.sign(messages, signer, account));
    let update = update.filter(|_| !nothing);
    let (bytes, tx_hash) = signed.map_or((None, None), |(bytes, hash)| (Some(bytes), Some(hash)));
    Ready { bytes, proved: Proved { batch: plan.batch, items, update, tx_hash, account } }
}

/// The client brought to the plan's header: by the host's stored state, or by headers that it will accept in this transaction.
async fn judge(plan: &Plan, lane: &Lane, host: &Chain, source: &Chain, host_time: Time) -> Result<(Judge, Vec<Any>, Option<Verified>), Failure> {
    let client_id = &lane.end(plan.target.side).client;
    let info = host.client_info(client_id).await?;
    let any = info.client_state.ok_or_else(|| Failure::Client(format!("`{}` shows no state of client {client_id}", host.id)))?;
    let client = ClientState::decode(&any).map_err(|e| Failure::Client(format!("client {client_id} on `{}`: {e}", host.id)))?;
    if client.chain_id() != source.id.as_str() {
        let words = format!("client {client_id} on `{}` follows `{}`, not `{}`; mend the lane", host.id, client.chain_id(), source.id);
        return Err(Failure::Client(words));
    }
    let prefix = info.counterparty.map(|c| c.merkle_prefix).filter(|p| !p.is_empty());
    let prefix = prefix.ok_or_else(|| Failure::Client(format!("client {client_id} on `{}` has no counterparty", host.id)))?;
    let latest = client.latest_height();
    let at = Height::new(latest.revision_number, plan.header_height);
    let trusted = if plan.update || at > latest { latest } else { at };
    let mut states = Fetched::default();
    states.0.insert(trusted, host.consensus_state(client_id, trusted).await?);
    let mut judge = Judge { client_id: client_id.to_string(), client, states, prefix, at, block_hash: String::new() };
    if at <= latest {
        // Somebody else has brought the client this far, or further; its state there may be one that only other heights have.
        if !judge.states.0.contains_key(&at) {
            judge.states.0.insert(at, host.consensus_state(client_id, at).await?);
        }
        judge.block_hash = source.header_hash(plan.header_height).await?;
        return Ok((judge, Vec::new(), None));
    }
    let (headers, hash, bytes) = bring(&mut judge, latest, source, host_time).await?;
    judge.block_hash = hash.clone();
    let update = Verified { what: "header".into(), client_id: judge.client_id.clone(), height: at.to_string(), block_hash: hash, proof_bytes: bytes };
    Ok((judge, headers, Some(update)))
}

/// Headers from `trusted` to the judge's height: one if enough of the trusted set signed it, else halves of the way first.
async fn bring(judge: &mut Judge, trusted: Height, source: &Chain, host_time: Time) -> Result<(Vec<Any>, String, u64), Failure> {
    let goal = judge.at;
    let (mut trusted, mut next) = (trusted, goal);
    let (mut headers, mut tries) = (Vec::new(), 0);
    loop {
        tries += 1;
        if headers.len() >= HEADERS_MAX || tries > 8 * HEADERS_MAX {
            let words = format!("more than {HEADERS_MAX} headers are needed from {trusted} to {goal}");
            return Err(Failure::Temporary(words));
        }
        let header = source.header(trusted, next.revision_height).await?;
        let verdict = judge.client.verify_header(&judge.states, &header.any, host_time);
        match verdict {
            Ok(Verdict::Accepted(update)) => {
                judge.client = ClientState::decode(&update.client_state).map_err(|e| Failure::Client(e.to_string()))?;
                judge.states.0.extend(update.consensus_states);
                headers.push(header.any);
                if next == goal {
                    let bytes = headers.iter().map(|h| h.value.len() as u64).sum();
                    return Ok((headers, header.hash, bytes));
                }
                (trusted, next) = (next, goal);
            }
            Ok(Verdict::NotEnoughTrust(tally)) => {
                let half = trusted.revision_height + (next.revision_height - trusted.revision_height) / 2;
                if half == trusted.revision_height {
                    let words = format!("header {next} of `{}`: {} of {} trusted power signed", source.id, tally.signed, tally.total);
                    return Err(Failure::Client(words));
                }
                next = Height::new(goal.revision_number, half);
            }
            Ok(Verdict::Invalid(reason)) if reason.code == Reason::FROM_FUTURE => {
                return Err(Failure::Temporary(format!("header {next} of `{}`: {reason}", source.id)));
            }
            Ok(Verdict::Invalid(reason)) => {
                source.endpoints.blame();
                return Err(Failure::Client(format!("header {next} of `{}` does not verify: {reason}", source.id)));
            }
            Ok(Verdict::Misbehaviour(reason)) => {
                return Err(Failure::Client(format!("header {next} of `{}` contradicts what the client stored: {reason}", source.id)));
            }
            Err(Fault::NoConsensusState(height)) => return Err(Failure::Temporary(format!("no consensus state at {height}"))),
            Err(Fault::Undecodable(reason)) => {
                source.endpoints.blame();
                return Err(Failure::Client(format!("header {next} of `{}`: {reason}", source.id)));
            }
        }
    }
}

fn update_message(client_id: &str, message: Any, signer: &Signer) -> Any {
    let update = MsgUpdateClient { client_id: client_id.to_owned(), client_message: Some(message), signer: signer.address().to_owned() };
    Any { type_url: url::UPDATE_CLIENT.into(), value: update.encode_to_vec() }
}

async fn prove_item(item: &Item, judge: &Judge, source: &Chain, signer: &Signer) -> Result<(Any, Verified), Failure> {
    let malformed = |e: &dyn std::fmt::Display| Failure::Rejected(format!("malformed: {e}"));
    let packet: types::Packet = decode_canonical("packet", &item.packet.bytes, PACKET_BYTES_MAX).map_err(|e| malformed(&e))?;
    types::validate_packet(&packet).map_err(|e| malformed(&e))?;
    let acknowledgement: Option<types::Acknowledgement> = match item.hop {
        Hop::Ack => Some(decode_canonical("acknowledgement", &item.acknowledgement, ACK_BYTES_MAX).map_err(|e| malformed(&e))?),
        _ => None,
    };
    let (path, expected) = claim(item.hop, &packet, acknowledgement.as_ref());
    let shown = source.show(&path, judge.at.revision_height.saturating_sub(1)).await?;
    if expected.is_some() && shown.value.is_empty() {
        return Err(Failure::Redundant(format!("`{}` no longer stores the {}: it is settled, or the endpoint lies", source.id, item.hop.proves())));
    }
    let stored = StoredPath { prefix: &judge.prefix, path: &path };
    let verdict = match &expected {
        Some(value) => judge.client.verify_membership(&judge.states, judge.at, stored, value, &shown.proof),
        None => judge.client.verify_absence(&judge.states, judge.at, stored, &shown.proof),
    };
    verdict.map_err(|reason| Failure::Rejected(format!("the {} of `{}` does not verify: {reason}", item.hop.proves(), source.id)))?;
    let verified = Verified {
        what: item.hop.proves().to_owned(),
        client_id: judge.client_id.clone(),
        height: judge.at.to_string(),
        block_hash: judge.block_hash.clone(),
        proof_bytes: shown.proof.len() as u64,
    };
    Ok((message(item.hop, packet, acknowledgement, shown.proof, judge.at, signer), verified))
}

/// What has to be stored where for a hop; none for a value that must be absent.
pub fn claim(hop: Hop, packet: &types::Packet, acknowledgement: Option<&types::Acknowledgement>) -> (Vec<u8>, Option<Vec<u8>>) {
    let receipt = || types::packet_receipt_path(&packet.destination_client, packet.sequence);
    match hop {
        Hop::Recv | Hop::RecvTimeout => {
            (types::packet_commitment_path(&packet.source_client, packet.sequence), Some(types::commit_packet(packet).to_vec()))
        }
        Hop::Ack => {
            let value = acknowledgement.map(|a| types::commit_acknowledgement(a).to_vec()).unwrap_or_default();
            (types::packet_acknowledgement_path(&packet.destination_client, packet.sequence), Some(value))
        }
        Hop::Timeout => (receipt(), None),
        Hop::TimeoutBySentinel => (receipt(), Some(types::SENTINEL_ABSENCE.to_vec())),
    }
}

fn message(hop: Hop, packet: types::Packet, acknowledgement: Option<types::Acknowledgement>, proof: Vec<u8>, at: Height, signer: &Signer) -> Any {
    let (packet, proof_height, signer) = (Some(packet), Some(RawHeight::from(at)), signer.address().to_owned());
    match hop {
        Hop::Recv => Any {
            type_url: url::RECV_PACKET.into(),
            value: types::MsgRecvPacket { packet, proof_commitment: proof, proof_height, signer }.encode_to_vec(),
        },
        Hop::RecvTimeout => Any {
            type_url: url::RECV_TIMEOUT.into(),
            value: types::MsgRecvTimeout { packet, proof_commitment: proof, proof_height, signer }.encode_to_vec(),
        },
        Hop::Ack => Any {
            type_url: url::ACKNOWLEDGEMENT.into(),
            value: types::MsgAcknowledgement { packet, acknowledgement, proof_acked: proof, proof_height, signer }.encode_to_vec(),
        },
        Hop::Timeout | Hop::TimeoutBySentinel => Any {
            type_url: url::TIMEOUT.into(),
            value: types::MsgTimeout { packet, proof_unreceived: proof, proof_height, signer }.encode_to_vec(),
        },
    }
}
