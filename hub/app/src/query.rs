//! Reading the state: one path a module, and the SDK's account query that wallets use.

use govhub_identity::account;
use govhub_store::{Reader, State};
use govhub_types::codec::decode_canonical;
use govhub_types::{Address, BlockContext, Code, Rejection};
use ibc_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::proto::{QueryInfo, QueryInfoResponse};
use crate::{chain, params, upgrade, CODESPACE};

/// Longest data of a query of this crate in bytes: an address.
const QUERY_BYTES_MAX: usize = 256;

/// What a query gives, in the words of ABCI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueryResult {
    /// 0, or the code of the refusal.
    pub code: u32,
    /// `govhub` if refused.
    pub codespace: String,
    /// Words for a person if refused.
    pub log: String,
    /// Protobuf of the answer.
    pub value: Vec<u8>,
}

/// Answers `path` with protobuf `data` over a committed state. `ctx` is that state's block: its time decides what counts as expired.
///
/// Paths, with or without the leading slash: `/cosmos.auth.v1beta1.Query/Account`, `/govhub.<module>.v1.Query/<Name>` for modules
/// app, audit, exchange, governance, ibc, identity, licence.
pub fn query(reader: &dyn Reader, ctx: &BlockContext, path: &str, data: &[u8]) -> QueryResult {
    match answer(reader, ctx, path, data) {
        Ok(value) => QueryResult { code: 0, codespace: String::new(), log: String::new(), value },
        Err(rejection) => QueryResult { code: rejection.code.0, codespace: CODESPACE.into(), log: rejection.message, value: Vec::new() },
    }
}

fn answer(reader: &dyn Reader, ctx: &BlockContext, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let path = format!("/{}", path.trim_start_matches('/'));
    let path = path.as_str();
    match path.split_once(".v1.Query/").map(|(module, _)| module) {
        Some("/govhub.identity") => govhub_identity::query::query(reader, path, data),
        Some("/govhub.governance") => govhub_governance::query::query(reader, path, data),
        Some("/govhub.audit") => govhub_audit::query::query(reader, path, data),
        Some("/govhub.exchange") => govhub_exchange::query::query(reader, path, data),
        Some("/govhub.licence") => govhub_licence::query::query(reader, path, data),
        Some("/govhub.ibc") => govhub_ibc::query::query(reader, ctx, path, data),
        _ => own(reader, ctx, path, data),
    }
}

fn own(reader: &dyn Reader, ctx: &BlockContext, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let answer = match path {
        "/cosmos.auth.v1beta1.Query/Account" => sdk_account(&state, data),
        "/govhub.app.v1.Query/Info" => {
            decode::<QueryInfo>("QueryInfo", data)?;
            Ok(info(&state, ctx).encode_to_vec())
        }
        other => Err(Rejection::new(Code::QUERY_UNKNOWN, format!("no query `{}`", other.chars().take(80).collect::<String>()))),
    };
    match state.fault() {
        Some(fault) => Err(Rejection::new(Code::STORE_FAULT, fault.to_string())),
        None => answer,
    }
}

/// Number, sequence and present key of an account, as SDK clients ask for them.
fn sdk_account(state: &State<'_>, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let asked: QueryAccountRequest = decode("QueryAccountRequest", data)?;
    let address: Address = asked.address.parse().map_err(|e| Rejection::new(Code::QUERY_UNDECODABLE, format!("address: {e}")))?;
    let found = account::active(state, &address)?;
    let base = BaseAccount {
        address: found.address.clone(),
        pub_key: Some(account::present_key(&found).to_any()),
        account_number: found.account_number,
        sequence: account::sequence(state, &address),
    };
    let any = Any { type_url: "/cosmos.auth.v1beta1.BaseAccount".into(), value: base.encode_to_vec() };
    Ok(QueryAccountResponse { account: Some(any) }.encode_to_vec())
}

fn info(state: &State<'_>, ctx: &BlockContext) -> QueryInfoResponse {
    let chain = chain::get(state);
    let (department, region) = chain.as_ref().and_then(|c| c.department.clone()).map_or_else(Default::default, |(d, r)| (d.to_string(), r));
    QueryInfoResponse {
        chain_id: ctx.chain_id.to_string(),
        profile: chain.as_ref().map_or("", |c| c.profile.name()).into(),
        network: chain.as_ref().map_or("", |c| c.network.name()).into(),
        department,
        region,
        app_version: upgrade::version(state),
        upgrade: upgrade::plan(state),
        params: Some(params::get(state)),
    }
}

fn decode<M: Message + Default>(what: &'static str, data: &[u8]) -> Result<M, Rejection> {
    decode_canonical(what, data, QUERY_BYTES_MAX).map_err(|e| Rejection::new(Code::QUERY_UNDECODABLE, e.to_string()))
}
