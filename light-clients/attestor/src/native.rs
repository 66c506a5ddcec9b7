//! What attestors' services publish, and what governance is given, as JSON.
//!
//! An **attestation file**, one object or `{"attestations": [...]}`:
//! ```json
//! { "epoch": 1, "height": "0-7", "time_ns": "1800000000000000000",
//!   "statements": [ { "path": "<hex>", "value": "<hex>" }, { "path": "<hex>", "absent": true } ],
//!   "next": { "epoch": 2, "threshold": 2, "attestors": [ { "name": "...", "key_type": "sm2", "public_key": "<hex>" } ] },
//!   "signatures": [ { "attestor": 0, "signature": "<hex>" } ] }
//! ```
//! A **genesis file**: `{ "chain_id", "height", "time_ns", "attestors": { set as in "next" } }`.

use std::collections::BTreeMap;

use govhub_lc_core::native::{Explained, Item};
use govhub_lc_core::{AbsenceMode, Check, CheckOutcome, ConsensusStates, LightClient, Reason, TrustFile};
use govhub_types::hash::Hash;
use govhub_types::{Height, KeyKind, PublicKey, Time};
use prost::Message;
use serde::Deserialize;

use crate::decode::{self, encode, HEADER_URL};
use crate::header::{Attestation, Header};
use crate::membership::{check_proof as check_statement, Outcome, Statement};
use crate::proto::govhub::lightclients::attestor::v1 as raw;
use crate::state::{ClientState, ConsensusState, Params, CLIENT_TYPE};
use crate::{tree, Attestor, AttestorSet};

/// Bytes of a file.
pub const MAX_FILE_BYTES: usize = 4 * 1024 * 1024;

/// Statements of one attestation in a file: each proof made from it costs a pass over all of them.
pub const MAX_FILE_STATEMENTS: usize = 1_024;

/// Attestations of one file.
pub const MAX_FILE_ATTESTATIONS: usize = 256;

/// Trusting period if no option says another: 14 days, as for chains of ours (PROTOCOL 4).
pub const DEFAULT_TRUSTING_PERIOD_S: u64 = 14 * 24 * 3600;

/// Drift if no option says another.
pub const DEFAULT_MAX_CLOCK_DRIFT_S: u64 = 30;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttestationsFile {
    attestations: Vec<AttestationJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttestationJson {
    epoch: u64,
    height: String,
    time_ns: String,
    statements: Vec<StatementJson>,
    next: Option<SetJson>,
    signatures: Vec<SignatureJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StatementJson {
    path: String,
    value: Option<String>,
    #[serde(default)]
    absent: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SetJson {
    epoch: u64,
    threshold: u32,
    attestors: Vec<AttestorJson>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttestorJson {
    name: String,
    key_type: String,
    public_key: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureJson {
    attestor: u32,
    signature: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GenesisJson {
    chain_id: String,
    height: String,
    time_ns: String,
    attestors: SetJson,
}

/// Cuts an attestation file into update messages, each followed by the proofs of its statements.
///
/// # Errors
/// `not-json`, `too-long`, `statement-order`, or the rule of the value that is wrong.
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let all = match json::<AttestationsFile>(file) {
        Ok(file) => file.attestations,
        Err(of_many) => vec![json::<AttestationJson>(file).map_err(|of_one| Reason::new(of_one.code, format!("{of_one}; as several: {of_many}")))?],
    };
    if all.len() > MAX_FILE_ATTESTATIONS {
        return Err(Reason::new("too-long", format!("{} attestations, at most {MAX_FILE_ATTESTATIONS}", all.len())));
    }
    let mut found = Vec::new();
    for one in &all {
        one.items(&mut found)?;
    }
    Ok(found)
}

impl AttestationJson {
    fn items(&self, found: &mut Vec<Item>) -> Result<(), Reason> {
        if self.statements.len() > MAX_FILE_STATEMENTS {
            return Err(Reason::new("too-long", format!("{} statements, at most {MAX_FILE_STATEMENTS}", self.statements.len())));
        }
        let statements = self.statements.iter().map(StatementJson::read).collect::<Result<Vec<_>, _>>()?;
        if let Some(pair) = statements.windows(2).find(|pair| pair[0].path() >= pair[1].path()) {
            return Err(Reason::new("statement-order", format!("path {} stands behind {}", hex::encode(pair[1].path()), hex::encode(pair[0].path()))));
        }
        let leaves: Vec<Hash> = statements.iter().map(tree::leaf).collect();
        let height = height(&self.height)?;
        let attestation = Attestation {
            height,
            time: time(&self.time_ns)?,
            statements_root: tree::root(&leaves),
            statement_count: leaves.len() as u32, // at most MAX_FILE_STATEMENTS
            next: self.next.as_ref().map(SetJson::read).transpose()?,
        };
        let signature = |one: &SignatureJson| Ok(raw::Signature { attestor: one.attestor, signature: bytes("signature", &one.signature)? });
        let signatures = self.signatures.iter().map(signature).collect::<Result<_, Reason>>()?;
        let header = raw::Header { epoch: self.epoch, attestation: Some(attestation.to_raw()), signatures };
        found.push(Item::Header { label: format!("attestation of {height}, epoch {}", self.epoch), header: encode(HEADER_URL, &header) });
        for (index, statement) in statements.iter().enumerate() {
            let siblings = tree::path(&leaves, index).into_iter().map(|hash| hash.to_vec()).collect();
            let proof = raw::Proof { index: index as u32, siblings, count: attestation.statement_count };
            let claim = raw::Claim { height: Some(height.into()), statement: Some(statement.to_raw()), proof: Some(proof) };
            found.push(Item::Proof { label: format!("{} at {height}", words(statement)), proof: claim.encode_to_vec() });
        }
        Ok(())
    }
}

impl StatementJson {
    fn read(&self) -> Result<Statement, Reason> {
        let outcome = match (&self.value, self.absent) {
            (Some(value), false) => Outcome::Value(bytes("value", value)?),
            (None, true) => Outcome::Absent,
            _ => return Err(Reason::new("statement", "says a value or `\"absent\": true`, one of them")),
        };
        Statement::new(&bytes("path", &self.path)?, outcome)
    }
}

impl SetJson {
    fn read(&self) -> Result<AttestorSet, Reason> {
        AttestorSet::new(self.epoch, self.threshold, self.attestors.iter().map(AttestorJson::read).collect::<Result<_, _>>()?)
    }
}

impl AttestorJson {
    fn read(&self) -> Result<Attestor, Reason> {
        let kind = KeyKind::from_name(&self.key_type)
            .ok_or_else(|| Reason::new("attestor-key", format!("type `{}`; expected one of {:?}", excerpt(&self.key_type), KeyKind::ALL.map(KeyKind::name))))?;
        let public_key = PublicKey::new(kind, &bytes("attestor-key", &self.public_key)?).map_err(|error| Reason::new("attestor-key", error.to_string()))?;
        Ok(Attestor { name: self.name.clone(), public_key })
    }
}

/// Judges a proof of an attestation file under a client.
///
/// # Errors
/// The first rule that is broken.
pub fn check_proof(_: &ClientState, states: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let (height, statement, proof) = claim(proof)?;
    let state = ClientState::state_at(states, height).map_err(|fault| Reason::new("no-consensus-state", fault.to_string()))?;
    check_statement(&state, &statement, &proof)?;
    Ok(passed(&["canonical-bytes", "attested-height", "statement-attested"]))
}

/// Judges an item against nothing but itself: whether anybody believes it needs a client.
///
/// # Errors
/// The first rule that is broken.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    let unknown = |name| Check { name, outcome: CheckOutcome::NotCheckable };
    let (mut checks, open) = match item {
        Item::Header { header, .. } => {
            Header::from_raw(decode::header(header)?)?;
            (passed(&["canonical-bytes", "attestation-shape"]), ["epoch", "attestor-quorum"])
        }
        Item::Proof { proof, .. } => {
            claim(proof)?;
            (passed(&["canonical-bytes"]), ["attested-height", "statement-attested"])
        }
    };
    checks.extend(open.map(unknown));
    Ok(checks)
}

fn claim(bytes: &[u8]) -> Result<(Height, Statement, raw::Proof), Reason> {
    let missing = |what| Reason::new("claim", format!("{what} is missing"));
    let raw = decode::claim(bytes)?;
    let statement = Statement::from_raw(&raw.statement.ok_or_else(|| missing("statement"))?)?;
    Ok((raw.height.ok_or_else(|| missing("height"))?.into(), statement, raw.proof.ok_or_else(|| missing("proof"))?))
}

/// A trust file from a genesis file. Options:
///
/// * `diversifier` — no default: governance chooses one that no other client with these attestors has, `{host chain id}/{name}`
/// * `trusting_period_s` — [`DEFAULT_TRUSTING_PERIOD_S`]
/// * `max_clock_drift_s` — [`DEFAULT_MAX_CLOCK_DRIFT_S`]
/// * `our_absence` — `proof` (default) or `receipt`: how absence on the host is proved to the attested chain
///
/// # Errors
/// `option-missing`, `option-unknown`, `option`, or the rule of the value that is wrong.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    const KNOWN: [&str; 4] = ["diversifier", "trusting_period_s", "max_clock_drift_s", "our_absence"];
    if let Some(unknown) = options.keys().find(|name| !KNOWN.contains(&name.as_str())) {
        return Err(Reason::new("option-unknown", format!("`{}`; known are {KNOWN:?}", excerpt(unknown))));
    }
    let genesis: GenesisJson = json(file)?;
    let diversifier = options.get("diversifier").ok_or_else(|| Reason::new("option-missing", "`diversifier`: governance chooses it, see the crate"))?;
    let seconds = |name: &str, default: u64| match options.get(name) {
        Some(text) => number(text).ok_or_else(|| Reason::new("option", format!("`{name}`: {:?} is no number of seconds", excerpt(text)))),
        None => Ok(default),
    };
    let our_absence = match options.get("our_absence").map(String::as_str) {
        None | Some("proof") => AbsenceMode::Proof,
        Some("receipt") => AbsenceMode::Receipt,
        Some(other) => return Err(Reason::new("option", format!("`our_absence`: {:?}; expected `proof` or `receipt`", excerpt(other)))),
    };
    let height = height(&genesis.height)?;
    let params = Params {
        chain_id: genesis.chain_id.clone(),
        diversifier: diversifier.clone(),
        attestors: genesis.attestors.read()?,
        trusting_period_s: seconds("trusting_period_s", DEFAULT_TRUSTING_PERIOD_S)?,
        max_clock_drift_s: seconds("max_clock_drift_s", DEFAULT_MAX_CLOCK_DRIFT_S)?,
    };
    Ok(TrustFile {
        family: CLIENT_TYPE.into(),
        chain_id: genesis.chain_id,
        anchor_height: Some(height.into()),
        anchor: Some(ConsensusState::empty(time(&genesis.time_ns)?).encode()),
        params: Some(ClientState::new(params, height)?.encode()),
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
    let missing = |what: &'static str| Reason::new(what, "missing");
    let client = ClientState::decode(file.params.as_ref().ok_or_else(|| missing("params"))?)?;
    let anchor = ConsensusState::decode(file.anchor.as_ref().ok_or_else(|| missing("anchor"))?)?;
    let set = client.attestors();
    let one = |name, value: String, meaning| Explained { name, value, meaning };
    let attestors = set.attestors().iter().map(|one| format!("{} ({:?})", one.name, one.public_key)).collect::<Vec<_>>().join("; ");
    Ok(vec![
        one("chain_id", client.chain_id(), "the chain that is attested; stands in every signature"),
        one("diversifier", client.diversifier().into(), "tells this client from any other of these attestors; stands in every signature; no other client may have it"),
        one("trust", client.trust_class().to_string(), "whom one believes, and how many of them may lie before something false is believed"),
        one("threshold", format!("{} of {}", set.threshold(), set.attestors().len()), "so many must sign the same"),
        one("attestors", attestors, "compare every key with its owner over a second way"),
        one("epoch", set.epoch().to_string(), "counts rotations; what an older set signs counts no more"),
        one("trusting_period_s", client.trusting_period_s.to_string(), "without a new attestation for so long the client expires, and only governance revives it"),
        one("max_clock_drift_s", client.max_clock_drift_s.to_string(), "an attested time may be ahead of this chain's clock by so much"),
        one("anchor_height", client.latest_height().to_string(), "believed from the start"),
        one("anchor_time", anchor.time.to_string(), "chain time there; the trusting period runs from it"),
        one("anchor_statements", anchor.statement_count.to_string(), "statements that are believed from the start; none is usual"),
    ])
}

fn json<'a, T: Deserialize<'a>>(file: &'a [u8]) -> Result<T, Reason> {
    if file.len() > MAX_FILE_BYTES {
        return Err(Reason::new("too-long", format!("{} bytes, at most {MAX_FILE_BYTES}", file.len())));
    }
    serde_json::from_slice(file).map_err(|error| Reason::new("not-json", error.to_string()))
}

fn bytes(code: &'static str, digits: &str) -> Result<Vec<u8>, Reason> {
    match digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f')) {
        true => hex::decode(digits).map_err(|error| Reason::new(code, error.to_string())),
        false => Err(Reason::new(code, format!("{:?}; expected lower-case hexadecimal", excerpt(digits)))),
    }
}

fn height(text: &str) -> Result<Height, Reason> {
    text.parse().map_err(|error: govhub_types::IdError| Reason::new("height", error.to_string()))
}

fn time(text: &str) -> Result<Time, Reason> {
    number(text).map(Time::from_unix_ns).ok_or_else(|| Reason::new("time", format!("{:?} is no number of nanoseconds", excerpt(text))))
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

fn words(statement: &Statement) -> String {
    match statement.outcome() {
        Outcome::Value(value) => format!("{} = {}", hex::encode(statement.path()), hex::encode(value)),
        Outcome::Absent => format!("{} absent", hex::encode(statement.path())),
    }
}
