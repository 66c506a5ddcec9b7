//! Files cut into blocks and proofs.

use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::native::Item;
use govhub_lc_core::Reason;
use serde_json::Value;

use super::{header, Claim};
use crate::block::Block;
use crate::decode::{self, MAX_MESSAGE_BYTES};
use crate::messages::peer::{Endorsement, ProposalResponse, SignedProposal};
use crate::wire::Message;

/// Bytes of a file: some hundred blocks in base64.
const MAX_FILE_BYTES: usize = 256 * 1024 * 1024;

/// Cuts a file into blocks, each the message that updates a client by it alone, and proofs.
///
/// # Errors
/// `file-too-large`; `file-form`: neither a block nor the JSON that is read here; the reasons of [`Block::read`].
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Reason::new("file-too-large", format!("{} bytes, at most {MAX_FILE_BYTES}", file.len())));
    }
    match file.trim_ascii_start().first() {
        Some(b'{') => from_json(file),
        _ => Ok(vec![block(file.to_vec(), &[])?]),
    }
}

fn from_json(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let json: Value = serde_json::from_slice(file).map_err(|error| form(error.to_string()))?;
    let mut found = Vec::new();
    for one in list(&json, "blocks")? {
        found.push(block(bytes(one, "block")?, &all_bytes(one, "copies")?)?);
    }
    for one in list(&json, "proofs")? {
        found.push(proof(one)?);
    }
    match found.is_empty() {
        true => Err(form("neither `blocks` nor `proofs`".into())),
        false => Ok(found),
    }
}

fn block(bytes: Vec<u8>, copies: &[Vec<u8>]) -> Result<Item, Reason> {
    if bytes.len() > MAX_MESSAGE_BYTES {
        return Err(Reason::new("file-too-large", format!("a block of {} bytes, at most {MAX_MESSAGE_BYTES}", bytes.len())));
    }
    let label = format!("block {}", Block::read(&bytes)?.header.number);
    Ok(Item::Header { label, header: header(&bytes, copies) })
}

fn proof(json: &Value) -> Result<Item, Reason> {
    let number = |name: &str| json.get(name).and_then(Value::as_u64).ok_or_else(|| form(format!("no number `{name}`")));
    let key = json.get("key").and_then(Value::as_str).ok_or_else(|| form("no text `key`".into()))?;
    let (value, block, links) = (bytes(json, "value")?, bytes(json, "block")?, all_bytes(json, "links")?);
    let (proposal, responses) = (bytes(json, "proposal")?, all_bytes(json, "responses")?);
    let transaction = u32::try_from(number("transaction")?).map_err(|_| form("`transaction` is too large".into()))?;
    let proof = decode::Proof {
        block: &block,
        links: links.iter().map(Vec::as_slice).collect::<Vec<_>>().into(),
        transaction,
        query: Some(query(&proposal, &responses)?),
    }
    .write();
    let claim = Claim { height: number("height")?, key, value: &value, proof: &proof };
    Ok(Item::Proof { label: format!("value of `{key}`"), proof: claim.write() })
}

/// A query from what peers returned.
///
/// # Errors
/// `malformed`; `answers-differ`: two peers gave different answers; `file-form` for no answer or one without endorsement.
fn query<'a>(proposal: &'a [u8], responses: &'a [Vec<u8>]) -> Result<decode::Query<'a>, Reason> {
    let answers = responses.iter().map(|bytes| Ok(ProposalResponse::read(bytes)?)).collect::<Result<Vec<_>, Reason>>()?;
    let payload = answers.first().map(|answer| answer.payload).ok_or_else(|| form("no `responses`".into()))?;
    if answers.iter().any(|answer| answer.payload != payload) {
        return Err(Reason::new("answers-differ", "peers answered differently; ask again"));
    }
    let endorsements = answers.into_iter().map(|answer| answer.endorsement.ok_or_else(|| form("an answer without endorsement".into())));
    Ok(decode::Query {
        proposal: SignedProposal::read(proposal)?.proposal_bytes,
        payload,
        endorsements: endorsements.collect::<Result<Vec<Endorsement<'a>>, Reason>>()?.into(),
    })
}

fn list<'j>(json: &'j Value, name: &str) -> Result<&'j [Value], Reason> {
    match json.get(name) {
        None => Ok(&[]),
        Some(Value::Array(list)) => Ok(list),
        Some(_) => Err(form(format!("`{name}` is no list"))),
    }
}

fn bytes(json: &Value, name: &str) -> Result<Vec<u8>, Reason> {
    json.get(name).and_then(base64).ok_or_else(|| form(format!("no base64 `{name}`")))
}

fn all_bytes(json: &Value, name: &str) -> Result<Vec<Vec<u8>>, Reason> {
    list(json, name)?.iter().map(|one| base64(one).ok_or_else(|| form(format!("`{name}` holds something else than base64")))).collect()
}

fn base64(json: &Value) -> Option<Vec<u8>> {
    BASE64_STANDARD.decode(json.as_str()?).ok()
}

fn form(detail: String) -> Reason {
    Reason::new("file-form", detail)
}
