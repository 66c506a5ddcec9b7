//! A trust file from block 0 or from a checkpoint.
//!
//! | option | default | meaning |
//! |---|---|---|
//! | `chain_id`, `group_id` | block 0 of 3.x names them | as the chain spells them |
//! | `genesis_hash` | the file's, if it is block 0 | hash of the group's block 0 |
//! | `suite` | the one under which the stated hash is right | `keccak` or `sm` |
//! | `consensus` | `pbft` | `pbft` or `rpbft` |
//! | `working_sealers` | none; needed for `rpbft` | how many sealers work at a time |
//! | `sealers` | the block's list; block 0 of 3.x names them | `id` or `id:weight`, comma between |
//! | `trusting_period_s` | 1209600 (14 days) | how long a header is believed |
//! | `anchor_time_s` | the block's clock; needed for block 0 | since when the anchor is believed, Unix seconds |
//! | `bridge` | none: headers, transactions and receipts only | the bridge contract |
//! | `topic` | hash of the event's signature under the suite | first topic of `Stored` |
//! | `event_trust` | `unambiguous` on 2.x; needed on 3.x | `closed-deployment` or `attested` |
//! | `closed_deployment` | none; needed for it | one line: how deployment is closed |
//! | `attestors`, `attestor_threshold` | none; needed for `attested` | `algorithm:hex` keys, comma between; how many must sign |
//! | `our_absence` | `proof` | how that chain's client of us proves absence: `proof` or `receipt` |

use std::collections::BTreeMap;

use govhub_lc_core::{AbsenceMode, LightClient, Reason, TrustFile};
use govhub_types::key::{KeyKind, PublicKey};
use govhub_types::{Height, Time};
use serde_json::Value;

use super::{answers, header, json, self_consistent, suite_of};
use crate::header::Header;
use crate::key_map::stored_topic;
use crate::proto::govhub::lightclients::fisco::v1::{self as raw, key_map::Place, signed_header::Fields};
use crate::sealers::{node_id, Sealer, SealerSet};
use crate::state::{hash32, ClientState, ConsensusState, Version, CLIENT_TYPE};
use crate::suite::{Hash, Suite};

/// Names of all options.
const OPTIONS: [&str; 16] = [
    "chain_id", "group_id", "genesis_hash", "suite", "consensus", "working_sealers", "sealers", "trusting_period_s", "anchor_time_s", "bridge", "topic",
    "event_trust", "closed_deployment", "attestors", "attestor_threshold", "our_absence",
];

/// PROTOCOL 4: trusting 14 days.
const DEFAULT_TRUSTING_PERIOD_S: u64 = 14 * 86_400;

/// Makes a trust file from a block (block 0 or a checkpoint) and options, see the table of this module.
///
/// # Errors
/// `option-unknown`, `option-missing`, `option-value` naming the option; for a checkpoint, what makes it inconsistent with itself.
///
/// # Not checked
/// That the block is of the chain that people mean: compare its hash with a second source.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    let options = Options::new(options)?;
    let value: Value = serde_json::from_slice(file).map_err(|error| Reason::new("json", error.to_string()))?;
    let answers = answers(&value)?;
    let [block] = answers.as_slice() else { return Err(Reason::new("anchor", format!("{} answers; expected one block", answers.len()))) };
    let anchor = Anchor::read(block, &options)?;
    let client = ClientState::from_raw(client(&anchor, &options)?)?;
    let state = ConsensusState {
        hash: anchor.hash,
        time: anchor.time(&options)?,
        transactions_root: anchor.transactions_root,
        receipts_root: anchor.receipts_root,
        sealers_hash: client.sealers().hash(),
    };
    Ok(TrustFile {
        family: CLIENT_TYPE.into(),
        chain_id: client.chain_id(),
        anchor_height: Some(Height::new(0, anchor.number).into()),
        anchor: Some(state.encode()),
        params: Some(client.encode()),
        key_map: client.key_map(),
        absence: AbsenceMode::Receipt.into(),
        our_absence: match options.or("our_absence", "proof") {
            "proof" => AbsenceMode::Proof.into(),
            "receipt" => AbsenceMode::Receipt.into(),
            _ => return Err(options.bad("our_absence", "`proof` or `receipt`")),
        },
    })
}

struct Options<'a>(&'a BTreeMap<String, String>);

impl<'a> Options<'a> {
    fn new(options: &'a BTreeMap<String, String>) -> Result<Self, Reason> {
        match options.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
            Some(name) => Err(Reason::new("option-unknown", format!("`{name}`; known are {}", OPTIONS.join(", ")))),
            None => Ok(Self(options)),
        }
    }

    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str)
    }

    fn or(&self, name: &str, default: &'a str) -> &'a str {
        self.get(name).unwrap_or(default)
    }

    fn need(&self, name: &str, why: &str) -> Result<&'a str, Reason> {
        self.get(name).ok_or_else(|| Reason::new("option-missing", format!("`{name}`: {why}")))
    }

    fn number(&self, name: &str) -> Result<Option<u64>, Reason> {
        self.get(name).map(|text| text.parse().map_err(|_| self.bad(name, "a decimal number"))).transpose()
    }

    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, Reason> {
        self.get(name).map(|text| hex::decode(text.strip_prefix("0x").unwrap_or(text)).map_err(|_| self.bad(name, "hexadecimal"))).transpose()
    }

    fn bad(&self, name: &str, expected: &str) -> Reason {
        Reason::new("option-value", format!("`{name}`: expected {expected}"))
    }
}

/// The block that is believed.
struct Anchor {
    version: Version,
    suite: Suite,
    number: u64,
    hash: Hash,
    transactions_root: Hash,
    receipts_root: Hash,
    timestamp_ms: u64,
    sealers: Vec<Sealer>,
    /// Chain and group that block 0 of 3.x names.
    named: Option<(String, String)>,
}

impl Anchor {
    fn read(block: &Value, options: &Options<'_>) -> Result<Self, Reason> {
        let mut signed = header(block)?;
        let number = json::number(block, "number")?;
        if let (0, Some(Fields::V3(fields))) = (number, &mut signed.fields) {
            // The JSON prints zeros where block 0 has nothing.
            for root in [&mut fields.transactions_root, &mut fields.receipts_root, &mut fields.state_root] {
                root.clear();
            }
            fields.gas_used.clear();
        }
        let suite = match options.get("suite") {
            Some("keccak") => Suite::Keccak,
            Some("sm") => Suite::Sm,
            Some(_) => return Err(options.bad("suite", "`keccak` or `sm`")),
            None => suite_of(&signed).ok_or_else(|| Reason::new("header-hash", "the stated hash is not the one that the fields give under either suite"))?,
        };
        if number == 0 {
            return Self::genesis(&signed, suite, block);
        }
        self_consistent(&signed)?;
        let version = if matches!(signed.fields, Some(Fields::Rlp(_))) { Version::V2 } else { Version::V3 };
        let header = Header::read(version, suite, &signed)?;
        Ok(Self {
            version,
            suite,
            number,
            hash: header.hash,
            transactions_root: header.transactions_root,
            receipts_root: header.receipts_root,
            timestamp_ms: header.timestamp_ms,
            sealers: header.sealers.sealers().to_vec(),
            named: None,
        })
    }

    /// Block 0: no signatures; on 3.x its extra data are the group's configuration, with ids and sealers.
    fn genesis(signed: &raw::SignedHeader, suite: Suite, block: &Value) -> Result<Self, Reason> {
        let hash = super::header_hash(suite, signed).filter(|hash| hash.as_slice() == signed.hash);
        let hash = hash.ok_or_else(|| Reason::new("header-hash", format!("the stated hash is not the one that the fields give under {}", suite.name())))?;
        let mut anchor = Self {
            version: Version::V2,
            suite,
            number: 0,
            hash,
            transactions_root: [0; 32],
            receipts_root: [0; 32],
            timestamp_ms: json::number(block, "timestamp")?,
            sealers: Vec::new(),
            named: None,
        };
        if let Some(Fields::V3(fields)) = &signed.fields {
            anchor.version = Version::V3;
            let text = String::from_utf8(fields.extra_data.clone()).map_err(|_| Reason::new("genesis-configuration", "not text"))?;
            anchor.sealers = genesis_sealers(&text)?;
            let value = |names: [&str; 2]| text.lines().find_map(|line| line.split_once(':').filter(|(name, _)| names.contains(name)).map(|(_, value)| value.trim().to_owned()));
            // Nodes up to 3.12.4 write `grouID`.
            anchor.named = value(["chainID", "chain_id"]).zip(value(["grouID", "groupID"]));
        }
        Ok(anchor)
    }

    fn time(&self, options: &Options<'_>) -> Result<Time, Reason> {
        match options.number("anchor_time_s")? {
            Some(0) => Err(options.bad("anchor_time_s", "Unix seconds above 0")),
            Some(seconds) => Ok(Time::from_unix_s(seconds)),
            None if self.number > 0 => {
                self.timestamp_ms.checked_mul(1_000_000).map(Time::from_unix_ns).ok_or_else(|| Reason::new("timestamp", format!("{} ms", self.timestamp_ms)))
            }
            None => Err(Reason::new("option-missing", "`anchor_time_s`: block 0 has no time of its own; say since when it is believed")),
        }
    }
}

/// Lines `node.0:<id>,<weight>`.
fn genesis_sealers(text: &str) -> Result<Vec<Sealer>, Reason> {
    let nodes = text.lines().filter_map(|line| line.strip_prefix("node.")?.split_once(':')).map(|(_, node)| node);
    nodes.map(|node| sealer(node, ',').ok_or_else(|| Reason::new("genesis-configuration", "a node that is not `id,weight`"))).collect()
}

/// `id`, or `id`, a separator and a weight.
fn sealer(text: &str, separator: char) -> Option<Sealer> {
    let (id, weight) = text.trim().split_once(separator).unwrap_or((text.trim(), "1"));
    let node = node_id(&hex::decode(id.strip_prefix("0x").unwrap_or(id)).ok()?).ok()?;
    Some(Sealer { node, weight: weight.trim().parse().ok()? })
}

fn client(anchor: &Anchor, options: &Options<'_>) -> Result<raw::ClientState, Reason> {
    let named = |name: &str, found: Option<&String>| match (options.get(name), found) {
        (Some(given), Some(found)) if given != found => Err(Reason::new("option-value", format!("`{name}`: block 0 says `{found}`"))),
        (Some(given), _) => Ok(given.to_owned()),
        (None, Some(found)) => Ok(found.clone()),
        (None, None) => options.need(name, "a header does not name it").map(str::to_owned),
    };
    let genesis_hash = match (options.bytes("genesis_hash")?, anchor.number) {
        (Some(given), 0) if given != anchor.hash => return Err(options.bad("genesis_hash", "the hash of the block in the file, which is block 0")),
        (Some(given), _) => given,
        (None, 0) => anchor.hash.to_vec(),
        (None, _) => return Err(Reason::new("option-missing", "`genesis_hash`: which group this is; ask several nodes for block 0")),
    };
    Ok(raw::ClientState {
        chain_id: named("chain_id", anchor.named.as_ref().map(|(chain, _)| chain))?,
        group_id: named("group_id", anchor.named.as_ref().map(|(_, group)| group))?,
        genesis_hash,
        version: if anchor.version == Version::V2 { raw::Version::Version2 } else { raw::Version::Version3 }.into(),
        suite: if anchor.suite == Suite::Keccak { raw::Suite::KeccakSecp256k1 } else { raw::Suite::Sm3Sm2 }.into(),
        working_sealers: working_sealers(options)?,
        trusting_period_s: options.number("trusting_period_s")?.unwrap_or(DEFAULT_TRUSTING_PERIOD_S),
        key_map: key_map(anchor, options)?,
        latest_number: anchor.number,
        sealers: sealers(anchor, options)?.to_raw(),
        frozen: false,
    })
}

fn sealers(anchor: &Anchor, options: &Options<'_>) -> Result<SealerSet, Reason> {
    let Some(text) = options.get("sealers") else {
        if anchor.sealers.is_empty() {
            return Err(Reason::new("option-missing", "`sealers`: the block lists none; rPBFT is anchored at block 1 or later"));
        }
        return SealerSet::new(anchor.sealers.clone());
    };
    if anchor.number > 0 {
        return Err(options.bad("sealers", "nothing: the block lists its own"));
    }
    let listed = text.split(',').map(|item| sealer(item, ':').ok_or_else(|| options.bad("sealers", "`id` or `id:weight`, comma between")));
    SealerSet::new(listed.collect::<Result<_, _>>()?)
}

fn working_sealers(options: &Options<'_>) -> Result<u32, Reason> {
    match options.or("consensus", "pbft") {
        "pbft" if options.get("working_sealers").is_some() => Err(options.bad("working_sealers", "nothing: PBFT has no working set")),
        "pbft" => Ok(0),
        "rpbft" => {
            options.need("working_sealers", "too low a quorum would be believed without it (`epoch_sealer_num` of the chain)")?;
            let working = options.number("working_sealers")?.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0);
            working.ok_or_else(|| options.bad("working_sealers", "a number above 0"))
        }
        other => Err(Reason::new("consensus-unsupported", format!("`{other}`: only PBFT and rPBFT leave signatures to follow"))),
    }
}

fn key_map(anchor: &Anchor, options: &Options<'_>) -> Result<Option<raw::KeyMap>, Reason> {
    let Some(bridge) = options.bytes("bridge")? else {
        let orphan = ["topic", "event_trust", "closed_deployment", "attestors", "attestor_threshold"].into_iter().find(|name| options.get(name).is_some());
        return match orphan {
            Some(name) => Err(Reason::new("option-missing", format!("`bridge`: `{name}` is given without it"))),
            None => Ok(None),
        };
    };
    let topic = options.bytes("topic")?.unwrap_or_else(|| stored_topic(anchor.suite).to_vec());
    hash32("topic", &topic)?;
    let trust = match (options.get("event_trust"), anchor.version) {
        (None | Some("unambiguous"), Version::V2) => raw::EventTrust::Unambiguous,
        (Some("closed-deployment"), _) => raw::EventTrust::ClosedDeployment,
        (Some("attested"), _) => raw::EventTrust::Attested,
        (None, Version::V3) => options.need("event_trust", "a receipt of 3.x does not tell output from logs").map(|_| raw::EventTrust::Unspecified)?,
        (Some(_), _) => return Err(options.bad("event_trust", "`closed-deployment` or `attested`; `unambiguous` on 2.x")),
    };
    let attestors = match trust {
        raw::EventTrust::Attested => Some(attestors(options)?),
        _ => None,
    };
    let closed_deployment = options.get("closed_deployment").unwrap_or_default().to_owned();
    if trust == raw::EventTrust::ClosedDeployment {
        options.need("closed_deployment", "say in one line how deployment is closed on that chain")?;
    }
    let place = Some(Place::Stored(raw::StoredEvent { topic }));
    Ok(Some(raw::KeyMap { bridge, place, trust: trust.into(), closed_deployment, attestors }))
}

fn attestors(options: &Options<'_>) -> Result<raw::Attestors, Reason> {
    let text = options.need("attestors", "`algorithm:hex`, comma between")?;
    let key = |item: &str| {
        let (kind, digits) = item.trim().split_once(':')?;
        PublicKey::new(KeyKind::from_name(kind)?, &hex::decode(digits).ok()?).ok()
    };
    let keys = text.split(',').map(|item| key(item).ok_or_else(|| options.bad("attestors", "`algorithm:hex`, comma between")));
    let mut keys = keys.collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable();
    let threshold = options.need("attestor_threshold", "how many attestors must sign")?;
    let threshold = threshold.parse().map_err(|_| options.bad("attestor_threshold", "a decimal number"))?;
    Ok(raw::Attestors { threshold, keys: keys.iter().map(PublicKey::to_any).collect() })
}
