//! From a block to a trust file, and a trust file in words.
//!
//! Options of [`trust_file`], by name:
//!
//! | option | meaning | default |
//! |---|---|---|
//! | `trusting_period_s` | seconds for which the newest block is believed | 1,209,600 (14 days); 86,400 where blocks may be skipped |
//! | `max_clock_drift_s` | seconds that a block may be ahead of the host | 30 |
//! | `following` | `every-block` or `skipping` | `every-block` |
//! | `trusted_operator` | `yes`, for chains under Raft | refused under Raft, `no` elsewhere |
//! | `node_keys` | `NODE_ID:BASE64_SPKI,...`: with which key a node signs | none |
//! | `chain_config` | base64 of the ChainConfig in force above the block | what the block wrote; refused if it wrote none |
//! | `frozen` | hexadecimal hashes of frozen certificates with commas between, or `none` | nothing above genesis; else refused in certificate mode |
//! | `revocations` | base64 DER of revocation lists with commas between, or `none` | nothing above genesis; else refused in certificate mode |
//! | `contract`, `key` | where the department's contract keeps packets | `govhub`, `ibc` |
//! | `our_absence` | `proof` or `receipt`: how we prove to that chain that nothing was received | `proof` |

use std::collections::BTreeMap;

use base64::engine::general_purpose::STANDARD;
use base64::Engine;
use govhub_lc_core::native::Explained;
use govhub_lc_core::{AbsenceMode, LightClient, Reason, TrustFile};
use govhub_x509::Crl;

use super::file::{self, Found};
use super::items::header_of;
use crate::authority::Authority;
use crate::block::Block;
use crate::proto::chainmaker::v2 as chain;
use crate::proto::govhub::lightclients::chainmaker::v1 as raw;
use crate::signer::Signers;
use crate::state::{height, ClientState, ConsensusState, CLIENT_TYPE, MAX_SKIPPING_PERIOD_S};
use crate::suite::{Hash, Suite};
use crate::verify::{consensus_state, signed};
use crate::{changes, decode, merkle, transaction, Config};

/// Options that [`trust_file`] knows.
const OPTIONS: [&str; 11] = [
    "trusting_period_s", "max_clock_drift_s", "following", "trusted_operator", "node_keys", "chain_config", "frozen", "revocations", "contract", "key",
    "our_absence",
];

/// 14 days, as PROTOCOL 4 has it.
const TRUSTING_PERIOD_S: u64 = 1_209_600;
const MAX_CLOCK_DRIFT_S: u64 = 30;

/// Makes a trust file that believes the one block in `file`: genesis, a block that wrote a configuration, or any block together with the
/// configuration in force above it.
///
/// # Errors
/// `option` for one that is unknown, malformed or missing; a [`Reason`] for a block that does not hold together, or whose signers are not
/// those of the configuration given.
///
/// # Not checked
/// That the block is the chain's: that is what governance says by approving the file.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    if let Some(unknown) = options.keys().find(|name| !OPTIONS.contains(&name.as_str())) {
        return Err(option(unknown, "is not known"));
    }
    let options = Options(options);
    let found = file::read(file)?;
    let [Found::Block(info)] = found.as_slice() else { return Err(Reason::new("native-unknown", "a trust file is made from one block")) };
    let anchor = Anchor::read(info)?;
    let authority = anchor.authority(&options)?;
    let skipping = options.one_of("following", "every-block", ["every-block", "skipping"])? == "skipping";
    let period = if skipping { MAX_SKIPPING_PERIOD_S } else { TRUSTING_PERIOD_S };
    let params = raw::ClientState {
        chain_id: authority.config().chain_id.clone(),
        latest_height: anchor.block.height(),
        frozen: false,
        trusting_period_s: options.number("trusting_period_s", period)?,
        max_clock_drift_s: options.number("max_clock_drift_s", MAX_CLOCK_DRIFT_S)?,
        following: (if skipping { raw::Following::Skipping } else { raw::Following::EveryBlock }).into(),
        trusted_operator: options.one_of("trusted_operator", "no", ["no", "yes"])? == "yes",
        node_keys: options.node_keys()?,
        key_map: Some(options.key_map()),
        authority: Some(authority.raw().clone()),
    };
    let client = ClientState::from_raw(params)?;
    anchor.check_signed(&client)?;
    let our_absence = options.one_of("our_absence", "proof", ["proof", "receipt"])?;
    Ok(TrustFile {
        family: CLIENT_TYPE.into(),
        chain_id: client.chain_id(),
        anchor_height: Some(height(anchor.block.height()).into()),
        anchor: Some(consensus_state(&anchor.block, anchor.block.time_s, None).encode()),
        params: Some(client.encode()),
        key_map: client.key_map(),
        absence: AbsenceMode::Receipt.into(),
        our_absence: (if our_absence == "receipt" { AbsenceMode::Receipt } else { AbsenceMode::Proof }).into(),
    })
}

/// Says what believing each value of a trust file means.
///
/// # Errors
/// A [`Reason`] for a file that is not of this family, or not valid.
pub fn explain(file: &TrustFile) -> Result<Vec<Explained>, Reason> {
    let missing = |what: &'static str| Reason::new(what, "missing");
    let client = ClientState::decode(file.params.as_ref().ok_or_else(|| missing("params"))?)?;
    let anchor = ConsensusState::decode(file.anchor.as_ref().ok_or_else(|| missing("anchor"))?)?;
    let (config, raw) = (client.authority().config(), client.raw());
    let orgs: Vec<String> = config.nodes_by_org().into_iter().map(|(org, nodes)| format!("{org}: {nodes}")).collect();
    let says = |name, value: String, meaning| Explained { name, value, meaning };
    Ok(vec![
        says("chain_id", client.chain_id(), "every block and transaction must name this chain"),
        says("anchor_height", client.latest().to_string(), "the block that is believed because this file is approved"),
        says("anchor", hex::encode(anchor.block_hash), "its hash: compare it with what a second node says"),
        says("trusts", client.trust_class().to_string(), "how many parties stand behind a block, and how many of them may lie"),
        says("consensus", config.consensus.name().into(), "TBFT: more than two thirds of the nodes sign each block. RAFT: one node does"),
        says("auth_type", config.auth_type.name().into(), "how nodes are known: by certificates of their organisations, or by keys"),
        says("hash", config.suite.hash_name().into(), "SHA256 with P-256 keys, or SM3 with SM2 keys; it cannot change"),
        says("nodes", orgs.join(", "), "consensus nodes of each organisation; an organisation has as many votes, however many certificates it issues"),
        says("quorum", config.quorum().to_string(), "signatures that make a block final"),
        says("config_sequence", config.sequence.to_string(), "number of the configuration; the next one must have the next number"),
        says("frozen", client.authority().raw().frozen.len().to_string(), "certificates that the chain has frozen and that count for nothing"),
        says("revocations", client.authority().raw().revocations.len().to_string(), "authorities whose revocation lists are in force"),
        says("node_keys", raw.node_keys.len().to_string(), "nodes that may sign with one key only, said here because no certificate chain says it"),
        says("following", if client.skipping { "skipping" } else { "every-block" }.into(), "every-block: no change of signers is overlooked. skipping: some are, until the trusting period ends"),
        says("trusted_operator", if raw.trusted_operator { "yes" } else { "no" }.into(), "yes: whoever runs one node of the chain can make anything true here"),
        says("trusting_period_s", raw.trusting_period_s.to_string(), "seconds after which a client that got no newer block believes nothing"),
        says("max_clock_drift_s", raw.max_clock_drift_s.to_string(), "seconds that a block's time may be ahead of ours"),
        says("key_map", format!("contract `{}`, key `{}…`", client.key_map.contract(), String::from_utf8_lossy(&client.key_map.raw().prefix)), "where the chain's contract keeps packets"),
        says("absence", "receipt".into(), "the chain cannot prove that it did not receive a packet; it writes a receipt that says so"),
    ])
}

/// The block to be believed, checked to hold together.
struct Anchor<'a> {
    info: &'a chain::BlockInfo,
    suite: Suite,
    block: Block,
    txs: Vec<chain::Transaction>,
}

impl<'a> Anchor<'a> {
    fn read(info: &'a chain::BlockInfo) -> Result<Self, Reason> {
        let raw = info.block.as_ref().map(|block| block.header.as_slice()).unwrap_or_default();
        let (suite, header) = header_of(raw)?;
        let block = if header.block_height == 0 { Block::decode_genesis(suite, raw)? } else { Block::decode(suite, raw)? };
        let read = info.block.iter().flat_map(|block| &block.txs).map(|tx| transaction::read(suite, header.block_version, tx));
        let (txs, leaves): (Vec<_>, Vec<Hash>) = read.collect::<Result<Vec<_>, _>>()?.into_iter().unzip();
        if merkle::root(suite, &leaves) != block.roots.map(|roots| roots.tx) {
            return Err(Reason::new("tx-root", "the block's transactions lead to another root"));
        }
        let written: Vec<Hash> = info.rw_sets.iter().map(|rw_set| suite.hash(&[rw_set])).collect();
        if merkle::root(suite, &written) != block.roots.map(|roots| roots.rw_set) {
            return Err(Reason::new("rw-set", "the block came without its write sets, or with others"));
        }
        Ok(Self { info, suite, block, txs })
    }

    /// The configuration that the block wrote.
    fn written_config(&self) -> Result<Option<Vec<u8>>, Reason> {
        let sets = self.info.rw_sets.iter().map(|set| decode::chain::<chain::TxRwSet>("write set", set)).collect::<Result<Vec<_>, _>>()?;
        let succeeded = self.txs.iter().zip(sets).filter(|(tx, _)| transaction::check_success(tx).is_ok());
        let mut written = succeeded.flat_map(|(_, set)| set.tx_writes).filter(|write| write.contract_name == changes::CHAIN_CONFIG && write.key == changes::CHAIN_CONFIG);
        Ok(written.next_back().map(|write| write.value))
    }

    /// Who may sign above the block.
    fn authority(&self, options: &Options<'_>) -> Result<Authority, Reason> {
        let at = self.block.height();
        let config = match (options.get("chain_config"), self.written_config()?) {
            (Some(given), None) => STANDARD.decode(given).map_err(|_| option("chain_config", "is not base64"))?,
            (None, Some(written)) => written,
            (Some(_), Some(_)) => return Err(option("chain_config", "is given, but the block wrote a configuration itself")),
            (None, None) => return Err(option("chain_config", "is missing: the block wrote no configuration")),
        };
        let by_certificate = Config::decode(&config)?.auth_type == crate::AuthType::PermissionedWithCert;
        let must_say = by_certificate && at != 0;
        let conf_height = if self.txs.first().is_some_and(changes::is_valid_config) { at } else { self.block.header.pre_conf_height };
        Authority::decode(raw::Authority { since: at, conf_height, config, frozen: options.frozen(must_say)?, revocations: options.revocations(must_say)? })
    }

    /// A block that changed no configuration is signed by those who may sign the next one: a configuration of another chain or day shows.
    fn check_signed(&self, client: &ClientState) -> Result<(), Reason> {
        if client.authority().config().suite != self.suite {
            return Err(Reason::new("block-hash", "the block is hashed by another suite than the configuration's"));
        }
        if self.block.height() == 0 || self.written_config()?.is_some() || self.block.is_config() {
            return Ok(());
        }
        let update = super::update(self.info, std::iter::empty())?;
        let message = decode::header(&update)?;
        let beside = BTreeMap::new();
        let mut signers = Signers::new(client.authority(), &beside);
        signed(client, client.authority(), &mut signers, &self.block, &message.blocks[0].vote_set)
    }
}

/// Options as the operator gave them.
struct Options<'a>(&'a BTreeMap<String, String>);

impl<'a> Options<'a> {
    fn get(&self, name: &str) -> Option<&'a str> {
        self.0.get(name).map(String::as_str)
    }

    fn number(&self, name: &str, default: u64) -> Result<u64, Reason> {
        self.get(name).map_or(Ok(default), |text| text.parse().map_err(|_| option(name, "is no whole number")))
    }

    fn one_of(&self, name: &str, default: &'static str, all: [&'static str; 2]) -> Result<&'static str, Reason> {
        let given = self.get(name).unwrap_or(default);
        all.into_iter().find(|known| *known == given).ok_or_else(|| option(name, &format!("is neither `{}` nor `{}`", all[0], all[1])))
    }

    /// A list with commas between; `none` is the empty one.
    fn list(&self, name: &str, must_say: bool) -> Result<Vec<&'a str>, Reason> {
        match self.get(name) {
            None if must_say => Err(option(name, "is missing: say `none` if there are none; no block above genesis tells")),
            None | Some("none") => Ok(Vec::new()),
            Some(text) => Ok(text.split(',').collect()),
        }
    }

    fn frozen(&self, must_say: bool) -> Result<Vec<raw::FrozenCertificate>, Reason> {
        let hashes = self.list("frozen", must_say)?.into_iter().map(|digits| hex::decode(digits).map_err(|_| option("frozen", "is not hexadecimal")));
        let mut frozen = hashes.map(|hash| hash.map(|hash| raw::FrozenCertificate { hash, identity: Vec::new() })).collect::<Result<Vec<_>, _>>()?;
        frozen.sort_by(|a, b| a.hash.cmp(&b.hash));
        Ok(frozen)
    }

    fn revocations(&self, must_say: bool) -> Result<Vec<raw::RevocationList>, Reason> {
        let lists = self.list("revocations", must_say)?.into_iter().map(|text| {
            let list = STANDARD.decode(text).map_err(|_| option("revocations", "is not base64"))?;
            let key_id = Crl::from_der(&list).map_err(|error| option("revocations", &error.to_string()))?.authority_key_id().map(<[u8]>::to_vec);
            Ok(raw::RevocationList { key_id: key_id.ok_or_else(|| option("revocations", "holds a list without its authority's key identifier"))?, list })
        });
        let mut lists = lists.collect::<Result<Vec<_>, Reason>>()?;
        lists.sort_by(|a, b| a.key_id.cmp(&b.key_id));
        Ok(lists)
    }

    fn node_keys(&self) -> Result<Vec<raw::NodeKey>, Reason> {
        let keys = self.list("node_keys", false)?.into_iter().map(|pair| {
            let (node_id, key) = pair.split_once(':').ok_or_else(|| option("node_keys", "is not NODE_ID:BASE64_SPKI"))?;
            let public_key = STANDARD.decode(key).map_err(|_| option("node_keys", "is not NODE_ID:BASE64_SPKI"))?;
            Ok(raw::NodeKey { node_id: node_id.into(), public_key })
        });
        keys.collect()
    }

    fn key_map(&self) -> raw::KeyMap {
        let key = self.get("key").unwrap_or("ibc");
        raw::KeyMap {
            contract: self.get("contract").unwrap_or("govhub").into(),
            prefix: format!("{key}#").into_bytes(),
            path_form: raw::PathForm::LowerHex.into(),
        }
    }
}

fn option(name: &str, what: &str) -> Reason {
    Reason::new("option", format!("`{name}` {what}"))
}
