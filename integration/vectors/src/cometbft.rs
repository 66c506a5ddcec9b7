//! CometBFT: the model's cases of its light client, a header of known hash, and ICS-23 proofs of three trees.
//!
//! Each proof of a file is followed by its twins under another root, key or value, which must be refused.

use std::time::Duration;

use anyhow::{bail, Context, Result};
use govhub_lc_cometbft::membership::{absent, present};
use govhub_lc_cometbft::testing::{client_any, client_state, header_any};
use govhub_lc_cometbft::{ClientState, ConsensusState, ProofSpecs, Tree};
use govhub_lc_core::{ConsensusStates, LightClient, Reason, Verdict as Judged};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use ics23::commitment_proof::Proof;
use ics23::{CommitmentProof, HostFunctionsManager};
use prost::Message;
use serde::Deserialize;
use serde_json::Value;
use tendermint::block::signed_header::SignedHeader;
use tendermint::block::Header;
use tendermint::validator::Set;
use tendermint_proto::types::ValidatorSet as RawSet;

use crate::{Case, Entry, Expect, Expected, Family, Folder, Verdict};

/// This family's line in [`crate::families`].
pub(crate) const FAMILY: Family = Family { name: "cometbft", cases, words };

/// The model's words for our codes: it tells too little trust from all other refusals. A frozen client and an unreadable message are
/// neither, so they have no word.
fn words(code: &str) -> &'static [&'static str] {
    match code {
        "not-enough-trust" => &["NOT_ENOUGH_TRUST"],
        "misbehaviour" | "undecodable" | "no-consensus-state" => &[],
        _ => &["INVALID"],
    }
}

fn cases(folder: &Folder, entry: &Entry) -> Result<Vec<Case>> {
    let file = folder.json(&entry.file)?;
    match entry.expect {
        Expect::Cases => model_based(&file),
        Expect::Codec => known_hash(folder, &file),
        Expect::Accept => proof(entry, &file),
        expect => bail!("no reading for a file of this family that is expected to `{expect:?}`"),
    }
}

fn read<T: for<'a> Deserialize<'a>>(value: &Value, what: &'static str) -> Result<T> {
    serde_json::from_value(value.clone()).context(what)
}

/// One consensus state.
struct Trusted(Height, Any);

impl ConsensusStates for Trusted {
    fn at(&self, height: Height) -> Option<Any> {
        (height == self.0).then(|| self.1.clone())
    }
    fn before(&self, height: Height) -> Option<(Height, Any)> {
        (self.0 < height).then(|| (self.0, self.1.clone()))
    }
    fn after(&self, height: Height) -> Option<(Height, Any)> {
        (self.0 > height).then(|| (self.0, self.1.clone()))
    }
}

/// Each input of the model's trace from the newest block that was accepted before it.
fn model_based(file: &Value) -> Result<Vec<Case>> {
    let initial = &file["initial"];
    let period: u64 = initial["trusting_period"].as_str().context("a trusting period")?.parse().context("nanoseconds")?;
    let mut trusted = read::<SignedHeader>(&initial["signed_header"], "the initial header")?.header;
    let mut next = set(&initial["next_validator_set"])?;
    let mut cases = Vec::new();
    for (index, input) in file["input"].as_array().context("inputs")?.iter().enumerate() {
        let block = &input["block"];
        let signed: SignedHeader = read(&block["signed_header"], "a signed header")?;
        let now: tendermint::Time = read(&input["now"], "a time")?;
        let message = header_any(&raw::Header {
            signed_header: Some(signed.clone().into()),
            validator_set: Some(set(&block["validator_set"])?),
            trusted_height: Some(height(&trusted).into()),
            trusted_validators: Some(next.clone()),
        });
        let client = client(trusted.chain_id.as_str(), height(&trusted), Duration::from_nanos(period))?;
        let states = Trusted(height(&trusted), consensus_state(&trusted)?.encode());
        let verdict = verdict(&client, &states, &message, time(now)?);
        let expected = match input["verdict"].as_str().context("a verdict")? {
            "SUCCESS" => Expected::Accept,
            word => Expected::Reject(vec![word.to_owned()]),
        };
        if verdict == Verdict::Accepted {
            (trusted, next) = (signed.header, set(&block["next_validator_set"])?);
        }
        cases.push(Case { name: format!("input {index}"), expected, verdict });
    }
    Ok(cases)
}

fn verdict(client: &ClientState, states: &Trusted, message: &Any, now: Time) -> Verdict {
    let other = |code: &str, detail: String| Verdict::Refused { code: code.to_owned(), detail };
    match client.verify_header(states, message, now) {
        Ok(Judged::Accepted(_)) => Verdict::Accepted,
        Ok(Judged::NotEnoughTrust(tally)) => other("not-enough-trust", format!("{} of {}", tally.signed, tally.total)),
        Ok(Judged::Invalid(reason)) => Verdict::refused(&reason),
        Ok(Judged::Misbehaviour(reason)) => other("misbehaviour", reason.to_string()),
        Err(fault) => other("undecodable", fault.to_string()),
    }
}

/// A client of `chain` with the model's own parameters: level 1/3, no drift to speak of.
fn client(chain: &str, at: Height, trusting: Duration) -> Result<ClientState> {
    let period = |period: Duration| -> Result<_> {
        let nanos = i32::try_from(period.subsec_nanos())?;
        Ok(Some(tendermint_proto::google::protobuf::Duration { seconds: i64::try_from(period.as_secs())?, nanos }))
    };
    let mut state = client_state(chain, at, ProofSpecs::Sdk);
    state.trusting_period = period(trusting)?;
    state.unbonding_period = period(trusting + Duration::from_secs(1))?;
    state.max_clock_drift = period(Duration::from_nanos(1))?;
    Ok(ClientState::decode(&client_any(&state))?)
}

/// A set as it is printed; the model names no proposer for some.
fn set(value: &Value) -> Result<RawSet> {
    let set: Set = read(value, "a validator set")?;
    let proposer = set.proposer.clone().or_else(|| set.validators.first().cloned());
    Ok(RawSet { total_voting_power: 0, ..RawSet::from(Set { proposer, ..set }) })
}

/// The model's chain has no revision.
fn height(header: &Header) -> Height {
    Height::new(0, header.height.value())
}

fn time(time: tendermint::Time) -> Result<Time> {
    Ok(Time::from_unix_ns(u64::try_from(time.unix_timestamp_nanos()).context("a time before 1970")?))
}

fn consensus_state(header: &Header) -> Result<ConsensusState> {
    Ok(ConsensusState {
        time: time(header.time)?,
        root: header.app_hash.as_bytes().to_vec(),
        next_validators_hash: header.next_validators_hash.as_bytes().try_into().context("a SHA-256")?,
    })
}

/// The header's hash stands in the folder's provenance.
fn known_hash(folder: &Folder, file: &Value) -> Result<Vec<Case>> {
    let provenance = folder.json("tendermint/PROVENANCE.json")?;
    let known = provenance["header_with_known_hash"]["expected_hash"].as_str().context("a known hash")?;
    let found = read::<Header>(file, "a header")?.hash().to_string();
    let verdict = match found == known {
        true => Verdict::Accepted,
        false => Verdict::refused(&Reason::new("header-hash", format!("expected {known}, found {found}"))),
    };
    Ok(vec![Case { name: "header".into(), expected: Expected::Accept, verdict }])
}

/// A proof and its twins. Sparse Merkle trees are none of a followed chain; their files are judged by the library that we use.
fn proof(entry: &Entry, file: &Value) -> Result<Vec<Case>> {
    let bytes = |name: &str| hex::decode(file[name].as_str().unwrap_or_default()).with_context(|| format!("`{name}` is no hexadecimal text"));
    let (root, key, value) = (bytes("root")?, bytes("key")?, bytes("value")?);
    let proof = CommitmentProof::decode(bytes("proof")?.as_slice()).context("a proof")?;
    let tree = match entry.file.rsplit('/').next().and_then(|name| name.split('_').next()) {
        Some("iavl") => Some(Tree::Iavl),
        Some("tendermint") => Some(Tree::Simple),
        Some("smt") => None,
        other => bail!("unknown tree {other:?}"),
    };
    let judge = |root: &[u8], key: &[u8], value: &[u8]| match judge(tree, root, key, value, &proof) {
        Ok(()) => Verdict::Accepted,
        Err(reason) => Verdict::refused(&reason),
    };
    let case = |name: &str, expected, verdict| Case { name: name.into(), expected, verdict };
    let refused = |codes: &[&str]| Expected::Reject(codes.iter().map(|code| (*code).to_owned()).chain([LIBRARY.to_owned()]).collect());
    let mut cases = vec![
        case("as recorded", Expected::Accept, judge(&root, &key, &value)),
        case("under another root", refused(&["root-mismatch"]), judge(&vec![0; root.len()], &key, &value)),
    ];
    if let Some(Proof::Nonexist(absence)) = &proof.proof {
        let neighbour = &absence.left.as_ref().or(absence.right.as_ref()).context("a neighbour")?.key;
        cases.push(case("of a key that is there", refused(&["not-absent"]), judge(&root, neighbour, &[])));
    } else {
        cases.push(case("of another value", refused(&["value-mismatch"]), judge(&root, &key, &[&value[..], b"x"].concat())));
        cases.push(case("of another key", refused(&["key-mismatch"]), judge(&root, &[&key[..], b"x"].concat(), &value)));
    }
    Ok(cases)
}

/// Code of a refusal by the library alone, which gives no reason.
const LIBRARY: &str = "ics23";

fn judge(tree: Option<Tree>, root: &[u8], key: &[u8], value: &[u8], proof: &CommitmentProof) -> Result<(), Reason> {
    let held = match (tree, value.is_empty()) {
        (Some(tree), false) => return present(tree, root, key, value, proof),
        (Some(tree), true) => return absent(tree, root, key, proof),
        (None, false) => ics23::verify_membership::<HostFunctionsManager>(proof, &ics23::smt_spec(), &root.to_vec(), key, value),
        (None, true) => ics23::verify_non_membership::<HostFunctionsManager>(proof, &ics23::smt_spec(), &root.to_vec(), key),
    };
    if held { Ok(()) } else { Err(Reason::new(LIBRARY, "refused")) }
}
