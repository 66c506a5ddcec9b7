//! Trust files: from a block that governance believes to a client, and every value of it in words.

use std::collections::BTreeMap;

use govhub_lc_core::native::Explained;
use govhub_lc_core::{AbsenceMode, LightClient, Reason, TrustFile};
use govhub_types::Height;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::lightclients::tendermint::v1 as raw;
use tendermint_proto::google::protobuf::Duration;

use super::answer::{Block, File};
use super::{excerpt, signed_by_its_own};
use crate::header::Header;
use crate::state::{revision_of, ClientState, ConsensusState, CLIENT_TYPE};
use crate::ProofSpecs;

/// Trusting period if no option says another: 14 days, as for chains of ours (PROTOCOL 4).
pub const DEFAULT_TRUSTING_PERIOD_S: u64 = 14 * 24 * 3600;

/// Unbonding period if no option says another: 21 days.
pub const DEFAULT_UNBONDING_PERIOD_S: u64 = 21 * 24 * 3600;

/// Drift if no option says another.
pub const DEFAULT_MAX_CLOCK_DRIFT_S: u64 = 30;

const KNOWN: [&str; 6] = ["trees", "trusting_period_s", "unbonding_period_s", "max_clock_drift_s", "trust_level", "our_absence"];

/// A trust file from the last block of a file, with its validators. It must hold by itself; if a `/genesis` answer stands beside it, the
/// block must be of that chain, and where it is the first, of the validators named there. Options:
///
/// * `trees` — no default: `sdk` (IAVL stores, Cosmos SDK) or `jmt` (chains of ours); what proofs of the chain are made of
/// * `trusting_period_s` — [`DEFAULT_TRUSTING_PERIOD_S`]
/// * `unbonding_period_s` — [`DEFAULT_UNBONDING_PERIOD_S`]
/// * `max_clock_drift_s` — [`DEFAULT_MAX_CLOCK_DRIFT_S`]
/// * `trust_level` — `1/3` (default) up to `1/1`
/// * `our_absence` — `proof` (default) or `receipt`: how absence on the host is proved to that chain
///
/// # Errors
/// `option-missing`, `option-unknown`, `option`, `anchor-missing`, `genesis-mismatch`, or the rule of the block that is broken.
///
/// # Not checked
/// The merkle prefix: it stands where the counterparty is registered, not in a client.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    let options = Options::new(options)?;
    let file = File::read(file)?;
    let no_anchor = "no signed header: a genesis holds no state to believe; add /commit and /validators of a block";
    let block = file.blocks.last().ok_or_else(|| Reason::new("anchor-missing", no_anchor))?;
    fits_genesis(&file, block)?;
    let anchor = anchor(&file, block)?;
    let height = Height::new(revision_of(block.chain_id()), block.height());
    let params = options.client(block.chain_id(), height)?;
    Ok(TrustFile {
        family: CLIENT_TYPE.into(),
        chain_id: block.chain_id().into(),
        anchor_height: Some(height.into()),
        anchor: Some(anchor.encode()),
        params: Some(params),
        key_map: None,
        absence: AbsenceMode::Proof as i32,
        our_absence: options.our_absence as i32,
    })
}

/// What a client keeps of the block, after its own validators were asked.
fn anchor(file: &File, block: &Block) -> Result<ConsensusState, Reason> {
    let header = Header::alone(Some(block.signed.clone().into()), Some(file.validators_of(block)?))?;
    signed_by_its_own(&header)?;
    header.consensus_state()
}

fn fits_genesis(file: &File, block: &Block) -> Result<(), Reason> {
    let Some(genesis) = &file.genesis else { return Ok(()) };
    let mismatch = |what: String| Err(Reason::new("genesis-mismatch", what));
    if genesis.chain_id != block.chain_id() {
        return mismatch(format!("genesis of `{}`, block of `{}`", excerpt(&genesis.chain_id), block.chain_id()));
    }
    if block.height() < genesis.initial_height {
        return mismatch(format!("block {} before the first, {}", block.height(), genesis.initial_height));
    }
    let first = block.height() == genesis.initial_height && !genesis.validators.is_empty();
    if first && genesis.validators_hash() != Some(block.signed.header.validators_hash) {
        return mismatch("the first block is not of the validators that genesis names".into());
    }
    Ok(())
}

struct Options {
    specs: ProofSpecs,
    trusting_period_s: u64,
    unbonding_period_s: u64,
    max_clock_drift_s: u64,
    trust_level: raw::Fraction,
    our_absence: AbsenceMode,
}

impl Options {
    fn new(given: &BTreeMap<String, String>) -> Result<Self, Reason> {
        if let Some(unknown) = given.keys().find(|name| !KNOWN.contains(&name.as_str())) {
            return Err(Reason::new("option-unknown", format!("`{}`; known are {KNOWN:?}", excerpt(unknown))));
        }
        let wrong = |name: &str, text: &str, expected: &str| Reason::new("option", format!("`{name}`: {:?}; expected {expected}", excerpt(text)));
        let seconds = |name: &str, default: u64| match given.get(name) {
            Some(text) => number(text).ok_or_else(|| wrong(name, text, "a number of seconds")),
            None => Ok(default),
        };
        let specs = match given.get("trees").map(String::as_str) {
            Some("sdk") => ProofSpecs::Sdk,
            Some("jmt") => ProofSpecs::Jmt,
            Some(other) => return Err(wrong("trees", other, "`sdk` or `jmt`")),
            None => return Err(Reason::new("option-missing", "`trees`: `sdk` for IAVL stores, `jmt` for chains of ours")),
        };
        let our_absence = match given.get("our_absence").map(String::as_str) {
            None | Some("proof") => AbsenceMode::Proof,
            Some("receipt") => AbsenceMode::Receipt,
            Some(other) => return Err(wrong("our_absence", other, "`proof` or `receipt`")),
        };
        let level = given.get("trust_level").map_or("1/3", String::as_str);
        let fraction = level.split_once('/').and_then(|(numerator, denominator)| Some(raw::Fraction { numerator: number(numerator)?, denominator: number(denominator)? }));
        Ok(Self {
            specs,
            trusting_period_s: seconds("trusting_period_s", DEFAULT_TRUSTING_PERIOD_S)?,
            unbonding_period_s: seconds("unbonding_period_s", DEFAULT_UNBONDING_PERIOD_S)?,
            max_clock_drift_s: seconds("max_clock_drift_s", DEFAULT_MAX_CLOCK_DRIFT_S)?,
            trust_level: fraction.ok_or_else(|| wrong("trust_level", level, "a fraction, `1/3`"))?,
            our_absence,
        })
    }

    #[allow(deprecated)]
    fn client(&self, chain_id: &str, height: Height) -> Result<Any, Reason> {
        let period = |seconds: u64| Some(Duration { seconds: i64::try_from(seconds).unwrap_or(i64::MAX), nanos: 0 });
        let client = raw::ClientState {
            chain_id: chain_id.to_owned(),
            trust_level: Some(self.trust_level),
            trusting_period: period(self.trusting_period_s),
            unbonding_period: period(self.unbonding_period_s),
            max_clock_drift: period(self.max_clock_drift_s),
            frozen_height: Some(Height::default().into()),
            latest_height: Some(height.into()),
            proof_specs: self.specs.list().to_vec(),
            upgrade_path: Vec::new(),
            allow_update_after_expiry: false,
            allow_update_after_misbehaviour: false,
        };
        Ok(ClientState::from_raw(client)?.encode())
    }
}

/// Every value of a trust file of this family, for people.
///
/// # Errors
/// The rule that the file breaks.
pub fn explain(file: &TrustFile) -> Result<Vec<Explained>, Reason> {
    let missing = |what: &'static str| Reason::new(what, "missing");
    let client = ClientState::decode(file.params.as_ref().ok_or_else(|| missing("params"))?)?;
    let anchor = ConsensusState::decode(file.anchor.as_ref().ok_or_else(|| missing("anchor"))?)?;
    let one = |name, value: String, meaning| Explained { name, value, meaning };
    let seconds = |duration: &Option<Duration>| duration.as_ref().map_or(0, |duration| duration.seconds).to_string();
    let trees = match client.specs {
        ProofSpecs::Sdk => "sdk",
        ProofSpecs::Jmt => "jmt",
    };
    Ok(vec![
        one("chain_id", client.chain_id(), "the chain that is followed; stands in every vote"),
        one("trust", client.trust_class().to_string(), "whom one believes, and how many of them may lie; the validators are seen with the first header"),
        one("trust_level", format!("{}/{}", client.trust_level.numerator(), client.trust_level.denominator()), "of the power believed, so much must sign before a block is skipped to"),
        one("trusting_period_s", client.trusting_period.as_secs().to_string(), "without a new header for so long the client expires, and only governance revives it"),
        one("unbonding_period_s", seconds(&client.raw().unbonding_period), "so long a validator that lied can be punished; longer than the trusting period"),
        one("max_clock_drift_s", client.max_clock_drift.as_secs().to_string(), "a header's time may be ahead of this chain's clock by so much"),
        one("trees", trees.into(), "what proofs are made of; with the wrong one no packet is believed"),
        one("anchor_height", client.latest_height().to_string(), "believed from the start"),
        one("anchor_time", anchor.time.to_string(), "chain time there; the trusting period runs from it"),
        one("anchor_app_hash", hex::encode(&anchor.root), "root of the state that is believed; compare it over a second way"),
        one("anchor_next_validators", hex::encode(anchor.next_validators_hash), "hash of the validators that are believed next; compare it over a second way"),
    ])
}

/// A decimal number in its one form.
fn number(text: &str) -> Option<u64> {
    text.parse::<u64>().ok().filter(|number| number.to_string() == text)
}
