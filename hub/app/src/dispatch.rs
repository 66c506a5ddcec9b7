//! One message: may its signer send it, and which module executes it.

use govhub_exchange::lists::{self, List};
use govhub_exchange::{lanes, Caller, Exchange};
use govhub_governance::config;
use govhub_identity::{account, Account, Role};
use govhub_ibc::packet::{self, Effect};
use govhub_ibc::types::{url, MsgAcknowledgement, MsgRecvPacket, MsgRecvTimeout, MsgSendPacket, MsgTimeout, MAX_MESSAGE_BYTES};
use govhub_ibc::client;
use govhub_store::State;
use govhub_types::codec::decode_canonical;
use govhub_types::{Address, BlockContext, ClientId, Code, Event, Rejection};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::{MsgSubmitMisbehaviour, MsgUpdateClient};

use crate::message::{self, Permit};
use crate::Host;

/// What a message did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// A message that is no relayed packet.
    Message,
    /// A relayed packet message that changed something.
    Packet,
    /// A relayed packet message that somebody else had brought before: nothing changed.
    Redundant,
}

/// Executes one message signed by `signer`.
///
/// # Errors
/// The refusal of the permit or of the module; the state may then hold half of the message's changes, so the caller discards its layer.
pub fn execute(state: &mut State<'_>, ctx: &BlockContext, signer: &Address, message: &Any, events: &mut Vec<Event>) -> Result<Done, Rejection> {
    let kind = message::kind(&message.type_url)?;
    let account = account::active(state, signer)?;
    let exchange = Exchange::new(&Host);
    match kind.url {
        url::UPDATE_CLIENT => {
            let msg: MsgUpdateClient = decode("MsgUpdateClient", message)?;
            let content = msg.client_message.unwrap_or_default();
            let client_id = client_id(&msg.client_id)?;
            if is_evidence(&content) {
                client::submit_misbehaviour(state, ctx, &client_id, &content, events)?;
            } else {
                may_relay(state, &account, &client_id)?;
                client::update(state, ctx, &client_id, &content, events)?;
            }
            Ok(Done::Message)
        }
        #[allow(deprecated)] // ibc-go keeps accepting it
        url::SUBMIT_MISBEHAVIOUR => {
            let msg: MsgSubmitMisbehaviour = decode("MsgSubmitMisbehaviour", message)?;
            client::submit_misbehaviour(state, ctx, &client_id(&msg.client_id)?, &msg.misbehaviour.unwrap_or_default(), events)?;
            Ok(Done::Message)
        }
        url::SEND_PACKET => {
            must(state, &account, kind.permit)?;
            let msg: MsgSendPacket = decode("MsgSendPacket", message)?;
            let [payload] = <[_; 1]>::try_from(msg.payloads)
                .map_err(|all| refuse(Code::BAD_MESSAGE, format!("exactly one payload, found {}", all.len())))?;
            packet::send(state, ctx, &exchange, &client_id(&msg.source_client)?, msg.timeout_timestamp, payload, signer, events)?;
            Ok(Done::Message)
        }
        url::RECV_PACKET => {
            let msg: MsgRecvPacket = decode("MsgRecvPacket", message)?;
            may_relay(state, &account, &destination(msg.packet.as_ref())?)?;
            packet::recv(state, ctx, &exchange, &msg, events).map(Done::from)
        }
        url::ACKNOWLEDGEMENT => {
            let msg: MsgAcknowledgement = decode("MsgAcknowledgement", message)?;
            may_relay(state, &account, &source(msg.packet.as_ref())?)?;
            packet::acknowledge(state, ctx, &exchange, &msg, events).map(Done::from)
        }
        url::TIMEOUT => {
            let msg: MsgTimeout = decode("MsgTimeout", message)?;
            may_relay(state, &account, &source(msg.packet.as_ref())?)?;
            packet::timeout(state, ctx, &exchange, &msg, events).map(Done::from)
        }
        url::RECV_TIMEOUT => {
            let msg: MsgRecvTimeout = decode("MsgRecvTimeout", message)?;
            may_relay(state, &account, &destination(msg.packet.as_ref())?)?;
            packet::recv_timeout(state, ctx, &exchange, &msg, events).map(Done::from)
        }
        other => {
            must(state, &account, kind.permit)?;
            let caller = Caller { address: signer.clone(), department: account::department_of(&account) };
            match other {
                _ if govhub_exchange::MESSAGES.contains(&other) => exchange.handle(state, ctx, &caller, message, events)?,
                _ if govhub_licence::MESSAGES.contains(&other) => {
                    govhub_licence::handle(state, ctx, &caller, |state, word| lists::contains(state, List::Purpose, word), message, events)?;
                }
                _ if govhub_governance::MESSAGES.contains(&other) => govhub_governance::handle(state, ctx, &Host, &signer.to_string(), message, events)?,
                _ if govhub_identity::MESSAGES.contains(&other) => govhub_identity::handle(state, ctx, signer, message, events)?,
                _ => return Err(refuse(Code::UNKNOWN_MESSAGE, format!("no module takes `{other}`"))),
            }
            Ok(Done::Message)
        }
    }
}

impl From<Effect> for Done {
    fn from(effect: Effect) -> Self {
        match effect {
            Effect::Done => Done::Packet,
            Effect::Noop => Done::Redundant,
        }
    }
}

/// Judges a permit that depends on the account alone.
fn must(state: &State<'_>, account: &Account, permit: Permit) -> Result<(), Rejection> {
    let (may, who) = match permit {
        Permit::Registered => (true, ""),
        Permit::Department => (account::department_of(account).is_some(), "an account that speaks for a department"),
        Permit::Member => (config::is_member(&config::get(state), &account.address), "a member of governance"),
        Permit::Relay | Permit::RelayOrEvidence => (account::has_role(account, Role::Relayer), "a relayer"),
    };
    may.then_some(()).ok_or_else(|| refuse(Code::NOT_AUTHORISED, format!("only {who} may send this; {} is none", account.address)))
}

/// A relayer may relay over every client, a department's account over its own.
fn may_relay(state: &State<'_>, account: &Account, client_id: &ClientId) -> Result<(), Rejection> {
    if account::has_role(account, Role::Relayer) {
        return Ok(());
    }
    let own = account::department_of(account).is_some_and(|department| match lanes::own_department(state) {
        Some(here) => here == department && lanes::hub_client(state).as_ref() == Some(client_id),
        None => lanes::department_of(state, client_id.as_str()) == Some(department),
    });
    own.then_some(()).ok_or_else(|| {
        refuse(Code::NOT_AUTHORISED, format!("only a relayer, or the department behind {client_id}, may send this; {} is neither", account.address))
    })
}

/// True for every family's evidence: `/ibc.lightclients.tendermint.v1.Misbehaviour`, `/govhub.lightclients.<family>.v1.Misbehaviour`.
fn is_evidence(content: &Any) -> bool {
    content.type_url.ends_with(".Misbehaviour")
}

fn source(packet: Option<&govhub_ibc::types::Packet>) -> Result<ClientId, Rejection> {
    client_id(packet.map_or("", |p| &p.source_client))
}

fn destination(packet: Option<&govhub_ibc::types::Packet>) -> Result<ClientId, Rejection> {
    client_id(packet.map_or("", |p| &p.destination_client))
}

fn client_id(text: &str) -> Result<ClientId, Rejection> {
    text.parse().map_err(|e: govhub_types::IdError| refuse(Code::BAD_MESSAGE, e.to_string()))
}

fn decode<M: prost::Message + Default>(what: &'static str, message: &Any) -> Result<M, Rejection> {
    decode_canonical(what, &message.value, MAX_MESSAGE_BYTES).map_err(|e| refuse(Code::BAD_MESSAGE, e.to_string()))
}

fn refuse(code: govhub_types::Code, why: String) -> Rejection {
    Rejection::new(code, why)
}
