//! A trust file from a configuration block: the genesis block, or the newest one.

use std::collections::BTreeMap;

use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::native::Explained;
use govhub_lc_core::{AbsenceMode, LightClient, Reason, TrustFile};
use ibc_proto::google::protobuf::Any;

use super::seconds;
use crate::block::{Block, Content, Transaction};
use crate::config::ChannelConfig;
use crate::messages::common::{Config, ConfigEnvelope};
use crate::proto::govhub::lightclients::fabric::v1::{self as raw, endorsement_policy::Policy};
use crate::state::{height, ClientState, ConsensusState, KeptConfig};
use crate::wire::Message;

/// Options with their defaults; an empty default: the option must be given.
pub const OPTIONS: [(&str, &str); 13] = [
    // Seconds since 1970 when the anchor counts as accepted: now.
    ("accepted_at_s", ""),
    // `BLOCK:TRANSACTION` where the chaincode's definition was committed.
    ("definition", ""),
    ("trusting_period_s", "1209600"),
    // Raft: orderers, and organisations among them, that must sign.
    ("orderers", "1"),
    ("organisations", "1"),
    ("chaincode", "govhub"),
    ("prefix", "ibc/"),
    // `lower-hex` or `text`.
    ("path_form", "lower-hex"),
    ("query", "prove"),
    // Path of a policy of the channel, or `signature:` and a SignaturePolicyEnvelope in base64.
    ("endorsement", "/Channel/Application/Endorsement"),
    // The same for queries; `same`: as `endorsement`.
    ("query_endorsement", "same"),
    // How we prove absence to that channel: `proof` or `receipt`.
    ("our_absence", "proof"),
    // The channel's id, to be compared with the block's; `any`: as the block says.
    ("channel", "any"),
];

/// A trust file from a configuration block.
///
/// # Errors
/// `option-unknown`, `option-missing`, `option`; `anchor-without-config`: the block carries transactions; the reasons why the configuration is not
/// followed; those of [`ClientState::decode`].
///
/// # Not checked
/// That the block is the channel's: whoever approves the file says so.
pub fn trust_file(file: &[u8], options: &BTreeMap<String, String>) -> Result<TrustFile, Reason> {
    let options = Options::new(options)?;
    let block = Block::read(file)?;
    let Content::Config(transaction) = block.content()? else {
        return Err(Reason::new("anchor-without-config", "take a configuration block: genesis, or the newest one"));
    };
    let channel_id = transaction.channel_header.channel_id;
    if !["any", channel_id].contains(&options.text("channel")) {
        return Err(Reason::new("channel-mismatch", format!("the block is of `{channel_id}`")));
    }
    let (number, kept) = (block.header.number, kept_config(&transaction)?);
    check_providers(&kept)?;
    let anchor = ConsensusState {
        accepted_at: seconds(options.number("accepted_at_s")?),
        header_hash: block.header.hash(),
        config_block: number,
        kept_at: number,
        config: Some(kept),
    };
    let client = client_state(&options, channel_id, number, &anchor)?;
    client.check_anchor(&anchor)?;
    Ok(TrustFile {
        family: client.client_type().into(),
        chain_id: channel_id.into(),
        anchor_height: Some(height(number).into()),
        anchor: Some(anchor.encode()),
        params: Some(client.encode()),
        key_map: client.key_map(),
        absence: AbsenceMode::Receipt.into(),
        our_absence: options.absence()?.into(),
    })
}

fn kept_config(transaction: &Transaction<'_>) -> Result<KeptConfig, Reason> {
    let config = Config::read(ConfigEnvelope::read(transaction.data)?.config)?;
    KeptConfig::new(config.sequence, config.channel_group)
}

/// Every organisation must be one whose members can be judged, before governance is asked to believe any of them.
fn check_providers(kept: &KeptConfig) -> Result<(), Reason> {
    let config = ChannelConfig::read(&kept.group)?;
    for name in config.msps.names() {
        config.msps.get(name)?;
    }
    Ok(())
}

fn client_state(options: &Options<'_>, channel_id: &str, number: u64, anchor: &ConsensusState) -> Result<ClientState, Reason> {
    let parties = anchor.config.as_ref().map(|config| raw::Parties { kind: config.parties.kind.into(), nodes: config.parties.nodes });
    let raft = raw::RaftSigners { orderers: options.small("orderers")?, organisations: options.small("organisations")? };
    let query = match options.text("query_endorsement") {
        "same" => None,
        _ => Some(options.policy("query_endorsement")?),
    };
    let key_map = raw::KeyMap {
        chaincode: options.text("chaincode").into(),
        prefix: options.text("prefix").into(),
        form: options.path_form()?.into(),
        query: options.text("query").into(),
    };
    ClientState::from_raw(raw::ClientState {
        channel_id: channel_id.into(),
        trusting_period_s: options.number("trusting_period_s")?,
        raft: Some(raft),
        endorsers: Some(raw::Endorsers { transaction: Some(options.policy("endorsement")?), query }),
        key_map: Some(key_map),
        definition: Some(options.version("definition")?),
        latest_block: number,
        frozen: false,
        parties,
    })
}

/// What was given, over the defaults.
struct Options<'o>(BTreeMap<&'static str, &'o str>);

impl<'o> Options<'o> {
    fn new(given: &'o BTreeMap<String, String>) -> Result<Self, Reason> {
        if let Some(unknown) = given.keys().find(|name| !OPTIONS.iter().any(|(known, _)| known == name)) {
            return Err(Reason::new("option-unknown", format!("`{unknown}`; known are {}", OPTIONS.map(|(name, _)| name).join(", "))));
        }
        let value = |(name, default): (&'static str, &'static str)| match (given.get(name), default) {
            (None, "") => Err(Reason::new("option-missing", format!("`{name}` has no default"))),
            (given, default) => Ok((name, given.map_or(default, String::as_str))),
        };
        OPTIONS.into_iter().map(value).collect::<Result<_, _>>().map(Self)
    }

    fn text(&self, name: &str) -> &'o str {
        self.0.get(name).copied().unwrap_or_default()
    }

    fn number(&self, name: &str) -> Result<u64, Reason> {
        self.text(name).parse().map_err(|_| self.wrong(name, "a number"))
    }

    fn small(&self, name: &str) -> Result<u32, Reason> {
        self.text(name).parse().map_err(|_| self.wrong(name, "a small number"))
    }

    fn version(&self, name: &str) -> Result<raw::Version, Reason> {
        let parts = self.text(name).split_once(':').and_then(|(block, transaction)| Some((block.parse().ok()?, transaction.parse().ok()?)));
        parts.map(|(block, transaction)| raw::Version { block, transaction }).ok_or_else(|| self.wrong(name, "`BLOCK:TRANSACTION`"))
    }

    fn policy(&self, name: &str) -> Result<raw::EndorsementPolicy, Reason> {
        let policy = match self.text(name).strip_prefix("signature:") {
            Some(text) => Policy::SignaturePolicy(BASE64_STANDARD.decode(text).map_err(|_| self.wrong(name, "base64 behind `signature:`"))?),
            None => Policy::ChannelPolicy(self.text(name).into()),
        };
        Ok(raw::EndorsementPolicy { policy: Some(policy) })
    }

    fn path_form(&self) -> Result<raw::PathForm, Reason> {
        match self.text("path_form") {
            "lower-hex" => Ok(raw::PathForm::LowerHex),
            "text" => Ok(raw::PathForm::Text),
            _ => Err(self.wrong("path_form", "`lower-hex` or `text`")),
        }
    }

    fn absence(&self) -> Result<AbsenceMode, Reason> {
        match self.text("our_absence") {
            "proof" => Ok(AbsenceMode::Proof),
            "receipt" => Ok(AbsenceMode::Receipt),
            _ => Err(self.wrong("our_absence", "`proof` or `receipt`")),
        }
    }

    fn wrong(&self, name: &str, expected: &str) -> Reason {
        Reason::new("option", format!("`{name}` is `{}`; expected {expected}", self.text(name)))
    }
}

/// Every value of a trust file, in words.
///
/// # Errors
/// `params`, `anchor` if one is missing; those of [`ClientState::decode`] and [`ConsensusState::decode`].
pub fn explain(file: &TrustFile) -> Result<Vec<Explained>, Reason> {
    let part = |code: &'static str, part: &Option<Any>| part.clone().ok_or_else(|| Reason::new(code, "missing"));
    let client = ClientState::decode(&part("params", &file.params)?)?;
    let anchor = ConsensusState::decode(&part("anchor", &file.anchor)?)?;
    let (raw, hash): (_, String) = (client.raw(), anchor.header_hash.iter().map(|byte| format!("{byte:02x}")).collect());
    let kept = anchor.config.as_ref().ok_or_else(|| Reason::new("anchor-without-config", "an anchor carries its configuration"))?;
    let config = ChannelConfig::read(&kept.group)?;
    let organisations: Vec<&str> = config.msps.names().collect();
    let raft = raw.raft.unwrap_or_default();
    let (key_map, definition) = (raw.key_map.clone().unwrap_or_default(), client.definition);
    let said = |name, value: String, meaning| Explained { name, value, meaning };
    Ok(vec![
        said("channel_id", raw.channel_id.clone(), "The channel that is followed; every jump over blocks is checked against it."),
        said("anchor", format!("block {}, hash {hash}", raw.latest_block), "Compare with what other members of the channel have: everything after it is checked, it is not."),
        said("config_sequence", kept.sequence.to_string(), "How often the channel's configuration had changed by then."),
        said("ordering", client.trust_class().to_string(), "Who can make blocks. With f = 0 one of them alone can make two of one number."),
        said("raft_orderers", format!("{} of {} organisations", raft.orderers, raft.organisations), "Raft only: how many must sign one header before it is believed."),
        said("organisations", organisations.join(", "), "Providers of identities; each vouches for its own members and its own revocations."),
        said("trusting_period_s", raw.trusting_period_s.to_string(), "After so long without an accepted block nothing is believed; governance then takes a new anchor."),
        said("chaincode", key_map.chaincode, "Whose state holds packets. Its organisations decide what code runs under that name."),
        said("definition", format!("block {}, transaction {}", definition.block, definition.transaction), "Where the chaincode was last defined. After an upgrade values are refused until governance approves the new place."),
        said("endorsement", policy_text(&client.endorsers.transaction), "Who must have endorsed the transaction that wrote a value."),
        said("query_endorsement", policy_text(&client.endorsers.query), "Who must say that the value counted."),
        said("key", format!("{}<path>, read by `{}`", key_map.prefix, key_map.query), "Where a packet's value stands."),
    ])
}

fn policy_text(policy: &crate::endorsers::EndorsementPolicy) -> String {
    match policy {
        crate::endorsers::EndorsementPolicy::Channel(path) => path.clone(),
        crate::endorsers::EndorsementPolicy::Signature(bytes) => format!("signature policy of {} bytes", bytes.len()),
    }
}
