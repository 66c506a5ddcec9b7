//! The closed list of messages: who signs, who may, what it costs. Whatever is not listed is refused before any work.

use govhub_types::{Address, Code, Rejection};
use ibc_proto::google::protobuf::Any;
use prost::Message;

/// Who may send a message. Every sender is a registered account that was not removed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permit {
    /// Every registered account.
    Registered,
    /// Accounts with the role of a relayer; a department's own account for its own client.
    Relay,
    /// As [`Permit::Relay`]; every registered account if the client message is evidence of misbehaviour.
    RelayOrEvidence,
    /// Accounts that speak for a department.
    Department,
    /// Members of governance.
    Member,
}

/// Which quota of a block a message counts against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quota {
    /// Client updates and evidence.
    Updates,
    /// Everything else.
    Messages,
}

/// One kind of message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kind {
    /// Type URL.
    pub url: &'static str,
    /// Number of the protobuf field that names the signer.
    pub signer_field: u32,
    /// Who may send it.
    pub permit: Permit,
    /// What it counts against.
    pub quota: Quota,
    /// Gas besides what bytes and signatures cost, see [`crate::gas`].
    pub gas: u64,
}

const fn ours(url: &'static str, permit: Permit, gas: u64) -> Kind {
    Kind { url, signer_field: 1, permit, quota: Quota::Messages, gas }
}

const fn packet(url: &'static str, signer_field: u32, permit: Permit, gas: u64) -> Kind {
    Kind { url, signer_field, permit, quota: Quota::Messages, gas }
}

const fn update(url: &'static str, permit: Permit, gas: u64) -> Kind {
    Kind { url, signer_field: 3, permit, quota: Quota::Updates, gas }
}

/// All kinds of messages, ibc-go's with the signer's field number of ibc-go v10.5.1.
pub const KINDS: [Kind; 20] = [
    update("/ibc.core.client.v1.MsgUpdateClient", Permit::RelayOrEvidence, 20_000),
    update("/ibc.core.client.v1.MsgSubmitMisbehaviour", Permit::Registered, 40_000),
    packet("/ibc.core.channel.v2.MsgSendPacket", 4, Permit::Department, 2_000),
    packet("/ibc.core.channel.v2.MsgRecvPacket", 4, Permit::Relay, 4_000),
    packet("/ibc.core.channel.v2.MsgAcknowledgement", 5, Permit::Relay, 4_000),
    packet("/ibc.core.channel.v2.MsgTimeout", 5, Permit::Relay, 4_000),
    packet("/govhub.ibc.v1.MsgRecvTimeout", 4, Permit::Relay, 4_000),
    ours("/govhub.exchange.v1.MsgAsk", Permit::Department, 2_000),
    ours("/govhub.licence.v1.MsgIssue", Permit::Department, 1_000),
    ours("/govhub.licence.v1.MsgIssueBatch", Permit::Department, 10_000),
    ours("/govhub.licence.v1.MsgSuspend", Permit::Department, 1_000),
    ours("/govhub.licence.v1.MsgResume", Permit::Department, 1_000),
    ours("/govhub.licence.v1.MsgRevoke", Permit::Department, 1_000),
    ours("/govhub.licence.v1.MsgCancel", Permit::Department, 1_000),
    ours("/govhub.licence.v1.MsgAmend", Permit::Department, 2_000),
    ours("/govhub.licence.v1.MsgMintCode", Permit::Department, 1_000),
    ours("/govhub.governance.v1.MsgPropose", Permit::Member, 4_000),
    ours("/govhub.governance.v1.MsgApprove", Permit::Member, 2_000),
    ours("/govhub.governance.v1.MsgCancel", Permit::Member, 2_000),
    ours("/govhub.identity.v1.MsgRotateKey", Permit::Registered, 2_000),
];

/// The kind of a type URL.
///
/// # Errors
/// `UNKNOWN_MESSAGE`.
pub fn kind(type_url: &str) -> Result<&'static Kind, Rejection> {
    KINDS.iter().find(|k| k.url == type_url).ok_or_else(|| {
        let found: String = type_url.chars().take(80).collect();
        Rejection::new(Code::UNKNOWN_MESSAGE, format!("this chain has no message `{found}`"))
    })
}

/// The signer that a message names.
///
/// # Errors
/// An unknown message, undecodable bytes, or no address of this chain.
///
/// # Not checked
/// That the rest of the message is canonical: its handler decodes it again.
pub fn signer(message: &Any) -> Result<Address, Rejection> {
    let kind = kind(&message.type_url)?;
    let bad = |why: String| Rejection::new(Code::BAD_MESSAGE, format!("{}: signer: {why}", kind.url));
    let bytes = message.value.as_slice();
    let named = match kind.signer_field {
        1 => Signer1::decode(bytes).map(|m| m.signer),
        3 => Signer3::decode(bytes).map(|m| m.signer),
        4 => Signer4::decode(bytes).map(|m| m.signer),
        5 => Signer5::decode(bytes).map(|m| m.signer),
        other => unreachable!("KINDS has no signer field {other}"),
    };
    let named = named.map_err(|e| bad(e.to_string()))?;
    named.parse().map_err(|e| bad(format!("{e}")))
}

/// The signers that messages ask for: their union, in order of first mention. Transactions are signed in this order.
///
/// # Errors
/// As [`signer`].
pub fn signers(messages: &[Any]) -> Result<Vec<Address>, Rejection> {
    let mut all: Vec<Address> = Vec::new();
    for message in messages {
        let signer = signer(message)?;
        if !all.contains(&signer) {
            all.push(signer);
        }
    }
    Ok(all)
}

macro_rules! signer_at {
    ($name:ident, $tag:literal) => {
        #[derive(Clone, PartialEq, Message)]
        struct $name {
            #[prost(string, tag = $tag)]
            signer: String,
        }
    };
}
signer_at!(Signer1, "1");
signer_at!(Signer3, "3");
signer_at!(Signer4, "4");
signer_at!(Signer5, "5");
