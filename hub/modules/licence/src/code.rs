//! One-time holder codes (PROTOCOL 3, "Code"): minted by the issuer, shown by the holder, burnt by the first match.
//!
//! The chain sees the code's hash, a blinded reference, the audience and the purpose. Whoever saw one QR learns nothing about the next.

use govhub_store::{Column, State, Substore};
use govhub_types::hash::Hash;
use govhub_types::{BlockContext, DepartmentId, Event};
use prost::Message;

use crate::proto::{Code, MsgMintCode};
use crate::{event, register, LicenceError, PurposeListed};

/// Longest life of a code in seconds (PROTOCOL 3).
pub const LIFE_S_MAX: u64 = 120;
/// How long a dead code is remembered, in seconds: two days outlive every packet that may carry it (24 h).
pub const KEEP_S: u64 = 2 * 86_400;
/// Dead codes forgotten at each minting: two, so the store shrinks faster than it grows.
const FORGET_PER_MINT: usize = 2;
const CODE: u8 = b'c';
const BY_EXPIRY: &[u8] = b"lc";

/// Why a presented code does not match. With one of these goes no other result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// Unknown, or bind, audience or purpose differ.
    Other,
    /// Burnt before.
    Used,
    /// Past its second.
    Expired,
}

/// The minted code under its hash.
pub fn get(state: &State<'_>, code_hash: &Hash) -> Option<Code> {
    let bytes = state.get(Substore::Licence, &key(code_hash))?;
    Some(Code::decode(bytes.as_slice()).expect("written by put() below"))
}

/// Burns the code iff hash, `bind`, `audience` and `purpose` are equal and it is unexpired and unused; returns its `licence_ref`.
///
/// # Errors
/// [`Mismatch`]; then nothing changed. Audience and purpose are judged before use and expiry, so a stranger learns neither.
pub fn present(state: &mut State<'_>, ctx: &BlockContext, code_hash: &Hash, bind: &Hash, audience: &str, purpose: &str) -> Result<Hash, Mismatch> {
    let mut code = get(state, code_hash).ok_or(Mismatch::Other)?;
    if code.bind != bind || code.audience != audience || code.purpose != purpose {
        return Err(Mismatch::Other);
    }
    if code.used {
        return Err(Mismatch::Used);
    }
    if ctx.time.unix_s() >= code.expires_at {
        return Err(Mismatch::Expired);
    }
    code.used = true;
    put(state, code_hash, &code);
    Ok(code.licence_ref.as_slice().try_into().expect("mint() stores 32 bytes"))
}

pub(crate) fn mint(
    state: &mut State<'_>, ctx: &BlockContext, listed: PurposeListed, message: &MsgMintCode, events: &mut Vec<Event>,
) -> Result<(), LicenceError> {
    let code_hash = register::check_ref("code_hash", &message.code_hash)?;
    let licence_ref = register::check_ref("licence_ref", &message.licence_ref)?;
    register::check_ref("bind", &message.bind)?;
    message.audience.parse::<DepartmentId>().map_err(|e| LicenceError::BadField { index: 0, field: "audience", why: e.to_string() })?;
    if !listed(state, &message.purpose) {
        return Err(LicenceError::NotListed { field: "purpose" });
    }
    let now = ctx.time.unix_s();
    let latest = now.saturating_add(LIFE_S_MAX);
    if message.expires_at <= now || message.expires_at > latest {
        return Err(LicenceError::CodeLife { now, latest, found: message.expires_at });
    }
    if register::get(state, &licence_ref).is_none() {
        return Err(LicenceError::Unknown { licence_ref: event::hex(&licence_ref) });
    }
    if get(state, &code_hash).is_some() {
        return Err(LicenceError::CodeExists);
    }
    forget(state, now);
    let code = Code {
        licence_ref: message.licence_ref.clone(),
        bind: message.bind.clone(),
        audience: message.audience.clone(),
        purpose: message.purpose.clone(),
        expires_at: message.expires_at,
        used: false,
    };
    put(state, &code_hash, &code);
    state.column_put(Column::Index, &expiry_key(message.expires_at, &code_hash), Vec::new());
    // Neither ref nor bind: an event must not tie a code to a licence for whoever reads the log.
    events.push(Event::new("code_minted").with("audience", &message.audience).with("expires_at", message.expires_at));
    Ok(())
}

/// Drops up to [`FORGET_PER_MINT`] codes that died more than [`KEEP_S`] ago.
fn forget(state: &mut State<'_>, now: u64) {
    let dead_before = now.saturating_sub(KEEP_S);
    let to = [BY_EXPIRY, &dead_before.to_be_bytes()].concat();
    for (index_key, _) in state.column_range(Column::Index, BY_EXPIRY, &to, FORGET_PER_MINT) {
        let code_hash: Hash = index_key[BY_EXPIRY.len() + 8..].try_into().expect("expiry_key() ends with a hash");
        state.delete(Substore::Licence, &key(&code_hash));
        state.column_delete(Column::Index, &index_key);
    }
}

fn key(code_hash: &Hash) -> Vec<u8> {
    [&[CODE], code_hash.as_slice()].concat()
}

fn expiry_key(expires_at: u64, code_hash: &Hash) -> Vec<u8> {
    [BY_EXPIRY, &expires_at.to_be_bytes(), code_hash].concat()
}

fn put(state: &mut State<'_>, code_hash: &Hash, code: &Code) {
    state.put(Substore::Licence, &key(code_hash), code.encode_to_vec());
}
