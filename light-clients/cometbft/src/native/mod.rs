//! What CometBFT's RPC answers, as JSON, and the trust files made from it.
//!
//! A file is one answer or an array of answers, each with or without its JSON-RPC envelope:
//!
//! * `/commit?height=H`: `{"signed_header": …}`; with `validators` (and `next_validators`) beside it, as an array or as
//!   `{"validators": […], "proposer": …}`, a **light block**; `validator_set` and `next_validator_set` name the same
//! * `/validators?height=H`: `{"block_height": "H", "validators": […]}`; the pages of a large set follow one another
//! * `/abci_query?prove=true`: `{"response": {"key", "value", "height", "proofOps"}}`, a proof under the header after `height`
//! * `/genesis`: `{"genesis": …}`, looked at by [`trust_file`] alone
//!
//! One header takes the commit and the validators of its height. It builds on the header that stands before it in the file, whose next
//! validators are those of the height after it: in the file, or the same as its own by their hash. The first header of a file builds on
//! the block right before it, whose next validators are its own; if the client believes an older block, `{"trusted": {light block}}`
//! stands first: later headers build on it, and itself it is no item.

mod answer;
mod trust;

use govhub_lc_core::native::Item;
use govhub_lc_core::{Check, CheckOutcome, ConsensusStates, Reason};
use govhub_types::codec::decode_canonical;
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use ics23::CommitmentProof;
use prost::Message;
use tendermint_light_client_verifier::{ProdVerifier, Verdict as LibraryVerdict};

pub use answer::{MAX_FILE_ANSWERS, MAX_FILE_BYTES};
pub use trust::{explain, trust_file, DEFAULT_MAX_CLOCK_DRIFT_S, DEFAULT_TRUSTING_PERIOD_S, DEFAULT_UNBONDING_PERIOD_S};

use crate::decode::{self, codec_reason, encode, HEADER_URL};
use crate::header::Header;
use crate::membership::{self, MAX_PROOF_BYTES};
use crate::state::{revision_of, ClientState};
use crate::verify::{reason, untrusted};
use crate::{ProofSpecs, CHECKS};
use answer::{Block, File, Query};

/// Bytes of an encoded claim: its proof, and a key and a value beside.
const MAX_CLAIM_BYTES: usize = 2 * MAX_PROOF_BYTES;

/// A proof with what it proves: the form in which [`items`] hands proofs to [`check_proof`].
#[derive(Clone, PartialEq, Message)]
struct Claim {
    /// Height of the header whose app hash the proof leads to; its revision is the client's.
    #[prost(uint64, tag = "1")]
    height: u64,
    #[prost(bytes = "vec", tag = "2")]
    store: Vec<u8>,
    #[prost(bytes = "vec", tag = "3")]
    key: Vec<u8>,
    /// Empty where nothing is stored.
    #[prost(bytes = "vec", tag = "4")]
    value: Vec<u8>,
    /// An encoded [`MerkleProof`].
    #[prost(bytes = "vec", tag = "5")]
    proof: Vec<u8>,
}

/// Cuts a file into update messages, then proofs, each in the order of the file.
///
/// # Errors
/// `not-json`, `too-long`, `validators-missing`, `next-validators-missing`, or the rule of the answer that is wrong.
pub fn items(file: &[u8]) -> Result<Vec<Item>, Reason> {
    let file = File::read(file)?;
    let mut found = Vec::new();
    for (index, block) in file.blocks.iter().enumerate().filter(|(_, block)| !block.believed) {
        found.push(header_item(&file, index.checked_sub(1).map(|before| &file.blocks[before]), block)?);
    }
    for query in &file.queries {
        found.push(proof_item(query)?);
    }
    Ok(found)
}

fn header_item(file: &File, before: Option<&Block>, block: &Block) -> Result<Item, Reason> {
    let validators = file.validators_of(block)?;
    let (trusted_height, trusted_validators) = match before.filter(|before| before.height() < block.height()) {
        Some(before) => (before.height(), file.next_validators_of(before, block)?),
        None => (block.height() - 1, validators.clone()),
    };
    let revision = revision_of(block.chain_id());
    let header = raw::Header {
        signed_header: Some(block.signed.clone().into()),
        validator_set: Some(validators),
        trusted_height: Some(Height::new(revision, trusted_height).into()),
        trusted_validators: Some(trusted_validators),
    };
    let header = encode(HEADER_URL, &header);
    if header.value.len() > decode::MAX_HEADER_BYTES {
        return Err(Reason::new("too-long", format!("block {} needs {} bytes, at most {}", block.height(), header.value.len(), decode::MAX_HEADER_BYTES)));
    }
    Ok(Item::Header { label: format!("block {} of {}", block.height(), block.chain_id()), header })
}

fn proof_item(query: &Query) -> Result<Item, Reason> {
    let mut proofs = Vec::new();
    for op in &query.ops {
        proofs.push(CommitmentProof::decode(op.data.as_slice()).map_err(|error| Reason::new("proof-op", error.to_string()))?);
    }
    let [leaf, top] = query.ops.as_slice() else {
        return Err(Reason::new("proof-count", format!("{} proof operations; expected one per tree, two", query.ops.len())));
    };
    if leaf.key != query.key {
        return Err(Reason::new("key-mismatch", "the answer is about one key, its proof about another"));
    }
    // The state after block `height` is what the next header commits to.
    let height = query.height.checked_add(1).ok_or_else(|| Reason::new("height", "no header can follow"))?;
    let claim = Claim { height, store: top.key.clone(), key: leaf.key.clone(), value: query.value.clone(), proof: MerkleProof { proofs }.encode_to_vec() };
    let what = if claim.value.is_empty() { "nothing".to_owned() } else { format!("{} bytes", claim.value.len()) };
    let label = format!("{what} under {} in `{}`, by header {height}", excerpt(&hex::encode(&claim.key)), excerpt(&String::from_utf8_lossy(&claim.store)));
    Ok(Item::Proof { label, proof: claim.encode_to_vec() })
}

/// Judges a proof that [`items`] cut from a file, under the header after the state that it was asked of.
///
/// # Errors
/// The first rule that is broken.
pub fn check_proof(client: &ClientState, states: &dyn ConsensusStates, proof: &[u8]) -> Result<Vec<Check>, Reason> {
    let claim = claim(proof)?;
    let root = client.root_at(states, Height::new(client.latest_height.revision_number, claim.height))?;
    claim.holds(client.specs, &root)?;
    Ok(passed(&["canonical-bytes", "believed-header", "proof"]))
}

/// Judges an item against nothing but itself: a header by the validators that it brings along, which a forger would bring too.
///
/// # Errors
/// The first rule that is broken.
pub fn self_check(item: &Item) -> Result<Vec<Check>, Reason> {
    match item {
        Item::Header { header, .. } => header_alone(header),
        Item::Proof { proof, .. } => proof_alone(proof),
    }
}

fn header_alone(any: &Any) -> Result<Vec<Check>, Reason> {
    let header = Header::new(decode::header(any)?)?;
    header.consensus_state()?;
    signed_by_its_own(&header)?;
    const ALONE: [&str; 5] = ["canonical-bytes", "header-shape", "validators-hash", "commit-for-header", "commit-quorum"];
    let outcome = |name| if ALONE.contains(&name) { CheckOutcome::Pass } else { CheckOutcome::NotCheckable };
    Ok(CHECKS.iter().map(|name| Check { name, outcome: outcome(*name) }).collect())
}

/// That the validators which the header names signed it, whoever they are.
fn signed_by_its_own(header: &Header) -> Result<(), Reason> {
    let verifier = ProdVerifier::default();
    for verdict in [verifier.verify_validator_sets(&untrusted(header)), verifier.verify_commit(&untrusted(header))] {
        match verdict {
            LibraryVerdict::Success => {}
            LibraryVerdict::Invalid(detail) => return Err(reason(&detail)),
            LibraryVerdict::NotEnoughTrust(tally) => return Err(Reason::new("insufficient-quorum", tally.to_string())),
        }
    }
    Ok(())
}

fn proof_alone(bytes: &[u8]) -> Result<Vec<Check>, Reason> {
    let claim = claim(bytes)?;
    let root = membership::own_root(&claim.proof)?;
    // Which trees a chain has stands in the client; alone, either pair will do.
    claim.holds(ProofSpecs::Jmt, &root).or_else(|_| claim.holds(ProofSpecs::Sdk, &root))?;
    let mut checks = passed(&["canonical-bytes", "proof"]);
    checks.push(Check { name: "believed-header", outcome: CheckOutcome::NotCheckable });
    Ok(checks)
}

fn claim(bytes: &[u8]) -> Result<Claim, Reason> {
    decode_canonical("proof of an answer", bytes, MAX_CLAIM_BYTES).map_err(codec_reason)
}

impl Claim {
    fn holds(&self, specs: ProofSpecs, root: &[u8]) -> Result<(), Reason> {
        let keys = [self.store.clone(), self.key.clone()];
        match self.value.is_empty() {
            true => membership::verify_absence_under(specs, root, &keys, &self.proof),
            false => membership::verify_membership_under(specs, root, &keys, &self.value, &self.proof),
        }
    }
}

fn passed(names: &[&'static str]) -> Vec<Check> {
    names.iter().map(|name| Check { name, outcome: CheckOutcome::Pass }).collect()
}

fn excerpt(text: &str) -> String {
    text.chars().take(80).collect()
}
