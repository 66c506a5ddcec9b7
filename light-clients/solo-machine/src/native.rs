//! What a machine's operator hands over, and what governance is given, as JSON.
//!
//! A **statement file**, one object or `{"statements": [...]}`. A header, and a statement about a path:
//! ```json
//! { "time_ns": "1800000000000000000", "signature": "<hex>", "new_key": { "key_type": "p256", "public_key": "<hex>" }, "new_diversifier": "dept-1" }
//! { "time_ns": "1800000000000000000", "signature": "<hex>", "sequence": "7", "path": "<hex>", "value": "<hex>" }
//! ```
//! with `"absent": true` in place of `value` where nothing is stored. Signatures are 64 bytes over [`crate::sign_bytes`].
//!
//! A **machine file**: `{ "key_type", "public_key", "diversifier", "sequence", "time_ns" }`, what the machine is at its next statement.

use std::collections::BTreeMap;

use govhub_lc_core::native::{Explained, Item};
use govhub_lc_core::{AbsenceMode, Check, CheckOutcome, ConsensusStates, LightClient, Reason, StoredPath, TrustFile};
use govhub_types::codec::decode_canonical;
use govhub_types::{KeyKind, PublicKey, Time};
use prost::Message;
use serde::Deserialize;

use crate::decode::{self, codec_reason};
use crate::sign_bytes;
use crate::state::{check_diversifier, ClientState, ConsensusState, CLIENT_TYPE};
use crate::{membership, CHECKS};

/// Bytes of a file.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// Statements of one file.
pub const MAX_FILE_STATEMENTS: usize = 1_024;

/// Bytes of a path or a value in a file: packet paths and hashes are under 100.
const MAX_PART_BYTES: usize = 4 * 1024;

/// Bytes of an encoded claim.
const MAX_CLAIM_BYTES: usize = 3 * MAX_PART_BYTES;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementsFile {
    statements: Vec<StatementJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementJson {
    time_ns: String,
    signature: String,
    new_key: Option<KeyJson>,
    new_diversifier: Option<String>,
    sequence: Option<String>,
    path: Option<String>,
    value: Option<String>,
    #[serde(default)]
    absent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyJson {
    key_type: String,
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MachineJson {
    key_type: String,
    public_key: String,
    diversifier: String,
    sequence: String,
    time_ns: String,
}

/// A statement about a path, with what it says: the form in which [`items`] hands proofs to [`check_proof`].
#[derive(Clone, PartialEq, Message)]
struct Claim {
    #[prost(uint64, tag = "1")]
    sequence: u64,
    #[prost(bytes = "vec", tag = "2")]
    path: Vec<u8>,
    /// Empty where nothing is stored.
    #[prost(bytes = "vec", tag = "3")]
    value: Vec<u8>,
    /// An encoded `TimestampedSignatureData`.
    #[prost(bytes = "vec", tag = "4")]
    proof: Vec<u8>,
}

/// Cuts a statement file into update messages and proofs, in its order.
///
/// # Errors
/// `not-json`, `too-long`, `statement`, or the rule of the value that is wrong.
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let all = match json::<StatementsFile>(file) {
        Ok(file) => file.statements,
        Err(of_many) => vec![json::<StatementJson>(file).map_err(|of_one| Reason::new(of_one.code, format!("{of_one}; as several: {of_many}")))?],
    };
    if all.len() > MAX_FILE_STATEMENTS {
        return Err(Reason::new("too-long", format!("{} statements, at most {MAX_FILE_STATEMENTS}", all.len())));
    }
    all.iter().map(StatementJson::item).collect()
}

impl StatementJson {
    fn item(&self) -> Result<Item, Reason> {
        let signature = bytes("signature", &self.signature)?;
        let time = time(&self.time_ns)?;
        match (&self.new_key, &self.new_diversifier, &self.sequence, &self.path) {
            (Some(key), Some(diversifier), None, None) if self.value.is_none() && !self.absent => {
                check_diversifier(diversifier)?;
                let header = sign_bytes::header_message(&signature, time, &key.read()?, diversifier);
                Ok(Item::Header { label: format!("header of {time}, to `{diversifier}`"), header })
            }
            (None, None, Some(sequence), Some(path)) => {
                let sequence = counter(sequence)?;
                let claim = Claim { sequence, path: part("path", path)?, value: self.outcome()?, proof: sign_bytes::proof(&signature, time) };
                let said = if claim.value.is_empty() { "absent".to_owned() } else { format!("= {}", excerpt(&hex::encode(&claim.value))) };
                Ok(Item::Proof { label: format!("statement {sequence}: {} {said}", excerpt(path)), proof: claim.encode_to_vec() })
            }
            _ => Err(Reason::new("statement", "says `new_key` and `new_diversifier`, or `sequence`, `path` and what is there")),
        }
    }

    fn outcome(&self) -> Result<Vec<u8>, Reason> {
        match (&self.value, self.absent) {
            (Some(value), false) if value.is_empty() => Err(Reason::new("empty-value", "a machine states absence by an empty value; nothing stored is empty")),
            (Some(value), false) => part("value", value),
            (None, true) => Ok(Vec::new()),
            _ => Err(Reason::new("statement", "says a value or `\"absent\": true`, one of them")),
        }
    }
}

impl KeyJson {
    fn read(&self) -> Result<PublicKey, Reason> {
        public_key(&self.key_type, &self.public_key)
    }
}

/// Judges a statement of a file under the sequence that the file names, with the key, diversifier and clock that the client believes.
/// A sequence that is still to come is judged as if those before it had been accepted: a file holds several.
///
/// # Errors
/// `sequence-used`, or the first rule that is broken.
pub fn check_proof(client: &ClientState, _: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let claim = claim(proof)?;
    if claim.sequence < client.sequence() {
        return Err(Reason::new("sequence-used", format!("the client expects {}, the statement is {}", client.sequence(), claim.sequence)));
    }
    let client = ClientState { sequence: claim.sequence, ..client.clone() };
    // A machine keeps no stores: of two keys, the second is the path.
    let prefix = [Vec::new(), Vec::new()];
    let path = StoredPath { prefix: &prefix, path: &claim.path };
    match claim.value.is_empty() {
        true => membership::absent(&client, path, &claim.proof)?,
        false => membership::present(&client, path, &claim.value, &claim.proof)?,
    };
    Ok(passed(&["canonical-bytes", "time-not-going-back", "signature-at-sequence"]))
}

/// Judges an item against nothing but itself: whether the machine signed it needs the client.
///
/// # Errors
/// The first rule that is broken.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    const ALONE: [&str; 2] = ["canonical-bytes", "new-key"];
    let outcome = |name| if ALONE.contains(&name) { CheckOutcome::Pass } else { CheckOutcome::NotCheckable };
    let names: &[&'static str] = match item {
        Item::Header { header, .. } => {
            let raw = decode::header(header)?;
            decode::public_key("new-key", raw.new_public_key.as_ref())?;
            check_diversifier(&raw.new_diversifier)?;
            decode::signature(&raw.signature)?;
            &CHECKS
        }
        Item::Proof { proof, .. } => {
            decode::signature(&decode::proof(&claim(proof)?.proof)?.signature_data)?;
            &["canonical-bytes", "time-not-going-back", "signature-at-sequence"]
        }
    };
    Ok(names.iter().map(|name| Check { name, outcome: outcome(*name) }).collect())
}

fn claim(bytes: &[u8]) -> Result<Claim, Reason> {
    let claim: Claim = decode_canonical("statement of a machine", bytes, MAX_CLAIM_BYTES).map_err(codec_reason)?;
    if claim.sequence == 0 {
        return Err(Reason::new("sequence", "is 0; a machine counts from 1"));
    }
    Ok(claim)
}

/// A trust file from a machine file. Options:
///
/// * `our_absence` — `proof` (default) or `receipt`: how absence on the host is proved to the machine
///
/// # Errors
/// `option-unknown`, `option`, or the rule of the value that is wrong.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    if let Some(unknown) = options.keys().find(|name| *name != "our_absence") {
        return Err(Reason::new("option-unknown", format!("`{}`; known is `our_absence`, all else stands in the machine's file", excerpt(unknown))));
    }
    let our_absence = match options.get("our_absence").map(String::as_str) {
        None | Some("proof") => AbsenceMode::Proof,
        Some("receipt") => AbsenceMode::Receipt,
        Some(other) => return Err(Reason::new("option", format!("`our_absence`: {:?}; expected `proof` or `receipt`", excerpt(other)))),
    };
    let machine: MachineJson = json(file)?;
    check_diversifier(&machine.diversifier)?;
    let public_key = public_key(&machine.key_type, &machine.public_key)?;
    let consensus = ConsensusState { public_key, diversifier: machine.diversifier, time: time(&machine.time_ns)? };
    let client = ClientState::new(counter(&machine.sequence)?, consensus)?;
    Ok(TrustFile {
        family: CLIENT_TYPE.into(),
        chain_id: client.chain_id(),
        anchor_height: Some(client.latest_height().into()),
        anchor: Some(client.consensus().encode()),
        params: Some(client.encode()),
        key_map: None,
        absence: AbsenceMode::Proof as i32,
        our_absence: our_absence as i32,
    })
}

/// Every value of a trust file of this family, for people.
///
/// # Errors
/// The rule that the file breaks.
pub fn explain(file: &TrustFile) -> Result<Vec<Explained>, Reason> {
    let client = ClientState::decode(file.params.as_ref().ok_or_else(|| Reason::new("params", "missing"))?)?;
    let machine = client.consensus();
    let one = |name, value: String, meaning| Explained { name, value, meaning };
    Ok(vec![
        one("machine", client.chain_id(), "its name: the diversifier up to the first `/`"),
        one("trust", client.trust_class().to_string(), "whoever holds the key says what he likes, and nothing expires"),
        one("public_key", format!("{:?}", machine.public_key), "compare it with its owner over a second way"),
        one("diversifier", machine.diversifier.clone(), "stands in every signature; no other client of this key may have it, on any chain"),
        one("sequence", client.sequence().to_string(), "number of the next statement; one that was used is never accepted again"),
        one("time", machine.time.to_string(), "the machine's clock; no statement may be from before it"),
    ])
}

fn json<'a, T: Deserialize<'a>>(file: &'a [u8]) -> Result<T, Reason> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Reason::new("too-long", format!("{} bytes, at most {MAX_FILE_BYTES}", file.len())));
    }
    serde_json::from_slice(file).map_err(|error| Reason::new("not-json", error.to_string()))
}

fn public_key(kind: &str, digits: &str) -> Result<PublicKey, Reason> {
    let kind = KeyKind::from_name(kind)
        .ok_or_else(|| Reason::new("public-key", format!("type `{}`; expected one of {:?}", excerpt(kind), KeyKind::ALL.map(KeyKind::name))))?;
    PublicKey::new(kind, &bytes("public-key", digits)?).map_err(|error| Reason::new("public-key", error.to_string()))
}

/// A path or a value.
fn part(code: &'static str, digits: &str) -> Result<Vec<u8>, Reason> {
    match bytes(code, digits)? {
        long if long.len() > MAX_PART_BYTES => Err(Reason::new("too-long", format!("{code} of {} bytes, at most {MAX_PART_BYTES}", long.len()))),
        part => Ok(part),
    }
}

fn bytes(code: &'static str, digits: &str) -> Result<Vec<u8>, Reason> {
    match digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        true => hex::decode(digits).map_err(|error| Reason::new(code, error.to_string())),
        false => Err(Reason::new(code, format!("{:?}; expected lower-case hexadecimal", excerpt(digits)))),
    }
}

fn counter(text: &str) -> Result<u64, Reason> {
    number(text).filter(|number| *number > 0).ok_or_else(|| Reason::new("sequence", format!("{:?}; a machine counts from 1", excerpt(text))))
}

fn time(text: &str) -> Result<Time, Reason> {
    let number = number(text).filter(|number| *number > 0);
    number.map(Time::from_unix_ns).ok_or_else(|| Reason::new("time", format!("{:?} is no number of nanoseconds", excerpt(text))))
}

/// A decimal number in its one form.
fn number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}

fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}

fn passed(names: &[&'static str]) -> Vec<Check> {
    names.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect()
}
