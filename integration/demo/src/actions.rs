//! Messages and actions of governance as a foreign client knows them: by their protobuf fields (`proto/govhub/*/v1`), because the
//! driver links none of the chain's modules.

use govhub_types::key::PublicKey;
use ibc_proto::google::protobuf::Any;
use prost::Message;

/// An `Any` of `message`.
fn any(type_url: &str, message: &impl Message) -> Any {
    Any { type_url: type_url.to_owned(), value: message.encode_to_vec() }
}

/// Proposes `actions`; they are executed together `delay_s` after enough approvals.
pub fn propose(signer: &str, title: &str, actions: Vec<Any>, delay_s: u64) -> Any {
    any("/govhub.governance.v1.MsgPropose", &MsgPropose { signer: signer.into(), title: title.into(), actions, delay_s })
}

/// Approves a proposal.
pub fn approve(signer: &str, proposal_id: u64) -> Any {
    any("/govhub.governance.v1.MsgApprove", &MsgApprove { signer: signer.into(), proposal_id })
}

/// A department.
pub fn register_department(id: &str, region: &str, name: &str) -> Any {
    any("/govhub.identity.v1.RegisterDepartment", &RegisterDepartment { id: id.into(), region: region.into(), name: name.into() })
}

/// An account with the role of a relayer.
pub fn register_relayer(key: &PublicKey) -> Any {
    const ROLE_RELAYER: i32 = 1;
    let action = RegisterAccount { public_key: Some(key.to_any()), roles: vec![ROLE_RELAYER], department: String::new() };
    any("/govhub.identity.v1.RegisterAccount", &action)
}

/// An issuer's authority for one type and region between two days.
pub fn authorise_issuer(issuer: &str, licence_type: &str, region: &str, days: (u32, u32)) -> Any {
    let action = AuthoriseIssuer {
        issuer: issuer.into(),
        licence_type: licence_type.into(),
        region: region.into(),
        not_before: days.0,
        not_after: days.1,
    };
    any("/govhub.identity.v1.AuthoriseIssuer", &action)
}

/// A light client from the canonical bytes of its trust file.
pub fn create_client(trust_file: Vec<u8>) -> Any {
    any("/govhub.app.v1.CreateClient", &CreateClient { trust_file })
}

/// The other end of a client.
pub fn register_counterparty(client_id: &str, counterparty: &str, merkle_prefix: Vec<Vec<u8>>) -> Any {
    let action = RegisterCounterparty { client_id: client_id.into(), counterparty_client_id: counterparty.into(), merkle_prefix };
    any("/govhub.app.v1.RegisterCounterparty", &action)
}

/// Hub: a department speaks through this client.
pub fn bind_department(department: &str, client_id: &str) -> Any {
    any("/govhub.exchange.v1.BindDepartment", &Bind { department: department.into(), client_id: client_id.into() })
}

/// Department's chain: the hub speaks through this client.
pub fn set_hub(client_id: &str) -> Any {
    any("/govhub.exchange.v1.SetHub", &SetHub { client_id: client_id.into() })
}

/// Purposes, legal bases and service items that a question may name; each list sorted.
pub fn set_lists(purposes: &[&str], legal_bases: &[&str], service_items: &[&str]) -> Any {
    let owned = |list: &[&str]| list.iter().map(|item| (*item).to_owned()).collect();
    let action = SetLists { purposes: owned(purposes), legal_bases: owned(legal_bases), service_items: owned(service_items) };
    any("/govhub.exchange.v1.SetLists", &action)
}

/// Margins in seconds and the bound on open packets.
pub fn set_margins(settle_margin_s: u64, issuer_margin_s: u64) -> Any {
    let params = Params { settle_margin_s, issuer_margin_s, max_open: 1_024, own_rules: false };
    any("/govhub.exchange.v1.SetParams", &SetParams { params: Some(params) })
}

/// Who may ask whom for what.
pub fn set_rule(rule: Rule) -> Any {
    any("/govhub.exchange.v1.SetRule", &SetRule { rule: Some(rule) })
}

/// One line of the hub's rules; what no line allows is refused.
#[derive(Clone, PartialEq, Message)]
pub struct Rule {
    /// Department that asks.
    #[prost(string, tag = "1")]
    pub asker: String,
    /// Department that is asked.
    #[prost(string, tag = "2")]
    pub issuer: String,
    /// Kind and version.
    #[prost(string, tag = "3")]
    pub kind: String,
    /// Type of licence.
    #[prost(string, tag = "4")]
    pub licence_type: String,
    /// Purpose.
    #[prost(string, tag = "5")]
    pub purpose: String,
    /// Legal basis.
    #[prost(string, tag = "6")]
    pub legal_basis: String,
    /// HOLDER_PRESENT 1, HOLDER_AUTHORISED 2, STATUTORY 3.
    #[prost(uint32, tag = "7")]
    pub authorisation: u32,
    /// First day.
    #[prost(uint32, tag = "8")]
    pub not_before: u32,
    /// Last day.
    #[prost(uint32, tag = "9")]
    pub not_after: u32,
}

#[derive(Clone, PartialEq, Message)]
struct MsgPropose {
    #[prost(string, tag = "1")]
    signer: String,
    #[prost(string, tag = "2")]
    title: String,
    #[prost(message, repeated, tag = "3")]
    actions: Vec<Any>,
    #[prost(uint64, tag = "4")]
    delay_s: u64,
}

#[derive(Clone, PartialEq, Message)]
struct MsgApprove {
    #[prost(string, tag = "1")]
    signer: String,
    #[prost(uint64, tag = "2")]
    proposal_id: u64,
}

#[derive(Clone, PartialEq, Message)]
struct RegisterDepartment {
    #[prost(string, tag = "1")]
    id: String,
    #[prost(string, tag = "2")]
    region: String,
    #[prost(string, tag = "3")]
    name: String,
}

#[derive(Clone, PartialEq, Message)]
struct RegisterAccount {
    #[prost(message, optional, tag = "1")]
    public_key: Option<Any>,
    #[prost(int32, repeated, tag = "2")]
    roles: Vec<i32>,
    #[prost(string, tag = "3")]
    department: String,
}

#[derive(Clone, PartialEq, Message)]
struct AuthoriseIssuer {
    #[prost(string, tag = "1")]
    issuer: String,
    #[prost(string, tag = "2")]
    licence_type: String,
    #[prost(string, tag = "3")]
    region: String,
    #[prost(uint32, tag = "4")]
    not_before: u32,
    #[prost(uint32, tag = "5")]
    not_after: u32,
}

#[derive(Clone, PartialEq, Message)]
struct CreateClient {
    #[prost(bytes = "vec", tag = "1")]
    trust_file: Vec<u8>,
}

#[derive(Clone, PartialEq, Message)]
struct RegisterCounterparty {
    #[prost(string, tag = "1")]
    client_id: String,
    #[prost(string, tag = "2")]
    counterparty_client_id: String,
    #[prost(bytes = "vec", repeated, tag = "3")]
    merkle_prefix: Vec<Vec<u8>>,
}

#[derive(Clone, PartialEq, Message)]
struct Bind {
    #[prost(string, tag = "1")]
    department: String,
    #[prost(string, tag = "2")]
    client_id: String,
}

#[derive(Clone, PartialEq, Message)]
struct SetHub {
    #[prost(string, tag = "1")]
    client_id: String,
}

#[derive(Clone, PartialEq, Message)]
struct SetLists {
    #[prost(string, repeated, tag = "1")]
    purposes: Vec<String>,
    #[prost(string, repeated, tag = "2")]
    legal_bases: Vec<String>,
    #[prost(string, repeated, tag = "3")]
    service_items: Vec<String>,
}

#[derive(Clone, PartialEq, Message)]
struct Params {
    #[prost(uint64, tag = "1")]
    settle_margin_s: u64,
    #[prost(uint64, tag = "2")]
    issuer_margin_s: u64,
    #[prost(uint64, tag = "3")]
    max_open: u64,
    #[prost(bool, tag = "4")]
    own_rules: bool,
}

#[derive(Clone, PartialEq, Message)]
struct SetParams {
    #[prost(message, optional, tag = "1")]
    params: Option<Params>,
}

#[derive(Clone, PartialEq, Message)]
struct SetRule {
    #[prost(message, optional, tag = "1")]
    rule: Option<Rule>,
}
