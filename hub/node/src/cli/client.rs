//! A client of a node's RPC for commands: post a transaction and wait for it, query, prove.

use std::time::Duration;

use ibc_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use ibc_proto::google::protobuf::Any;
use govhub_types::tx::sign_tx;
use govhub_types::{ChainId, Code};
use prost::Message;
use serde_json::json;
use tendermint::merkle::proof::ProofOp;
use tendermint_rpc::client::CompatMode;
use tendermint_rpc::error::ErrorDetail;
use tendermint_rpc::{Client, HttpClient, HttpClientUrl};

use super::{CliError, Exit};
use crate::keys::NamedKey;
use crate::rpc::TEMPORARY;

/// How long a posted transaction may take into a block.
const INCLUSION_TIMEOUT: Duration = Duration::from_secs(30);
/// How often to look for it.
const INCLUSION_POLL: Duration = Duration::from_millis(100);
/// How long a node may take for an answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(10);
/// Gas that commands ask for: the largest a single command of ours uses, many times over.
const GAS_LIMIT: u64 = 50_000_000;
/// ABCI path of Cosmos accounts.
const ACCOUNT_PATH: &str = "/cosmos.auth.v1beta1.Query/Account";

/// A node's RPC.
#[derive(Clone, Debug)]
pub struct Rpc {
    url: String,
    http: HttpClient,
}

/// An event of a transaction: type and attributes.
pub type TxEvent = (String, Vec<(String, String)>);

/// What became of a transaction that is in a block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TxOutcome {
    /// Height of its block.
    pub height: u64,
    /// SHA-256 of its bytes, upper-case hex.
    pub hash: String,
    /// Code, 0 for success.
    pub code: u32,
    /// Where the code is defined.
    pub codespace: String,
    /// Words for people.
    pub log: String,
    /// Gas used.
    pub gas_used: i64,
    /// Events in order.
    pub events: Vec<TxEvent>,
}

/// An answer from the state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Height of the state it was read from.
    pub height: u64,
    /// Bytes; empty for "nothing".
    pub value: Vec<u8>,
}

/// A value or its absence, with proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// Height of the state; the header that carries its root is `height + 1`.
    pub height: u64,
    /// The value; empty where absence is proved.
    pub value: Vec<u8>,
    /// Proof operations, leaf first.
    pub ops: Vec<ProofOp>,
}

impl TxOutcome {
    /// Prints height, hash and code, and gives the exit status: done, or the verdict is no.
    pub fn report(&self, json: bool) -> Exit {
        let value = json!({
            "height": self.height, "hash": self.hash, "code": self.code, "codespace": self.codespace, "log": self.log, "gas_used": self.gas_used,
        });
        let refused = if self.code == 0 { String::new() } else { format!("\nrefused: {}", self.log) };
        super::print(json, &value, format_args!("height {} hash {} code {}{refused}", self.height, self.hash, self.code));
        if self.code == 0 { Exit::Done } else { Exit::No }
    }

    /// First value of `attribute` in an event of type `kind`.
    pub fn attribute(&self, kind: &str, attribute: &str) -> Option<&str> {
        let attributes = self.events.iter().filter(|(k, _)| k == kind).flat_map(|(_, attributes)| attributes);
        attributes.into_iter().find(|(key, _)| key == attribute).map(|(_, value)| value.as_str())
    }
}

impl Rpc {
    /// A client of the node at `url`, e.g. `http://127.0.0.1:26657`. Nothing is sent yet.
    ///
    /// # Errors
    /// Usage, if `url` is none.
    pub fn new(url: &str) -> Result<Self, CliError> {
        let parsed: HttpClientUrl = url.parse().map_err(|e| CliError::usage(format!("not a node's URL: `{url}`: {e}")))?;
        let http = HttpClient::builder(parsed).compat_mode(CompatMode::V0_38).timeout(ANSWER_TIMEOUT).build();
        let http = http.map_err(|e| CliError::usage(format!("not a node's URL: `{url}`: {e}")))?;
        Ok(Self { url: url.to_owned(), http })
    }

    /// The underlying client, for reads that have no method here.
    pub fn http(&self) -> &HttpClient {
        &self.http
    }

    /// The error of a call that failed while `doing` something.
    pub fn failed(&self, doing: &str, error: &tendermint_rpc::Error) -> CliError {
        match error.detail() {
            ErrorDetail::Response(refused) if refused.source.code().value() == TEMPORARY => {
                CliError::temporary(format!("{doing}: {}", refused.source)).hint("run the command again")
            }
            ErrorDetail::Response(refused) => CliError::no(format!("{doing}: {}", refused.source)),
            // The error's own text carries a trace of the library.
            detail => CliError::temporary(format!("{doing}: no answer from `{}`: {detail}", self.url)).hint("is the node running there? `--node URL` names another"),
        }
    }

    /// Chain id of the node.
    pub async fn chain_id(&self) -> Result<ChainId, CliError> {
        let status = self.http.status().await.map_err(|e| self.failed("asking for the chain id", &e))?;
        let found = status.node_info.network.to_string();
        found.parse().map_err(|e| CliError::defect(format!("the node's chain id: {e}")))
    }

    /// Height of the newest block.
    pub async fn height(&self) -> Result<u64, CliError> {
        let status = self.http.status().await.map_err(|e| self.failed("asking for the height", &e))?;
        Ok(status.sync_info.latest_block_height.value())
    }

    /// Account number and next sequence of `address`.
    ///
    /// # Errors
    /// The verdict is no if the account is not registered.
    pub async fn account(&self, address: &str) -> Result<(u64, u64), CliError> {
        let request = QueryAccountRequest { address: address.to_owned() };
        let answer = self.query(ACCOUNT_PATH, &request.encode_to_vec()).await?;
        let unreadable = |e: prost::DecodeError| CliError::defect(format!("the node's account of {address}: {e}"));
        let response = QueryAccountResponse::decode(answer.value.as_slice()).map_err(unreadable)?;
        let account = response.account.ok_or_else(|| CliError::no(format!("account {address} is not registered on this chain")))?;
        let account = BaseAccount::decode(account.value.as_slice()).map_err(unreadable)?;
        Ok((account.account_number, account.sequence))
    }

    /// Signs `messages` with `key`, posts them as one transaction and waits until it is in a block.
    ///
    /// # Errors
    /// The verdict is no, with the node's words, if the transaction never enters a block; temporary if it is not included in time. A
    /// transaction that is included and refused is no error: see [`TxOutcome::code`].
    pub async fn post_tx(&self, messages: Vec<Any>, key: &NamedKey) -> Result<TxOutcome, CliError> {
        let chain_id = self.chain_id().await?;
        let (number, sequence) = self.account(&key.address().to_string()).await?;
        let bytes = sign_tx(messages, "", GAS_LIMIT, &chain_id, &[(key.secret(), number, sequence)]);
        self.post_bytes(bytes).await
    }

    /// Posts a signed transaction and waits until it is in a block. Errors as [`Rpc::post_tx`].
    pub async fn post_bytes(&self, bytes: Vec<u8>) -> Result<TxOutcome, CliError> {
        let sent = self.http.broadcast_tx_sync(bytes).await.map_err(|e| self.failed("posting the transaction", &e))?;
        if sent.code.is_err() {
            let refused = format!("the node refuses the transaction: {} (code {})", sent.log, sent.code.value());
            let temporary = Code(sent.code.value()).is_temporary();
            return Err(if temporary { CliError::temporary(refused) } else { CliError::no(refused) });
        }
        self.wait(sent.hash).await
    }

    async fn wait(&self, hash: tendermint::Hash) -> Result<TxOutcome, CliError> {
        let deadline = tokio::time::Instant::now() + INCLUSION_TIMEOUT;
        loop {
            match self.http.tx(hash, false).await {
                Ok(found) => return Ok(outcome(found)),
                Err(e) if !matches!(e.detail(), ErrorDetail::Response(_)) => return Err(self.failed("waiting for the transaction", &e)),
                Err(_) if tokio::time::Instant::now() < deadline => tokio::time::sleep(INCLUSION_POLL).await,
                Err(_) => {
                    let late = format!("transaction {hash} is in no block after {} s", INCLUSION_TIMEOUT.as_secs());
                    return Err(CliError::temporary(late).hint("it may still be included: look it up before posting it again"));
                }
            }
        }
    }

    /// Asks the state machine: `path` names the query, `data` is its request.
    ///
    /// # Errors
    /// The verdict is no, with the state machine's words, for a code other than 0.
    pub async fn query(&self, path: &str, data: &[u8]) -> Result<Answer, CliError> {
        let answer = self.abci(path, data, None, false).await?;
        Ok(Answer { height: answer.height.value(), value: answer.value })
    }

    /// Reads `key` of substore `store` at the newest provable height, with its proof.
    ///
    /// # Not checked
    /// The proof: whoever relies on it verifies it against a header of height + 1 that a light client accepted.
    pub async fn prove(&self, store: &str, key: &[u8]) -> Result<Proven, CliError> {
        let answer = self.abci(&format!("store/{store}/key"), key, None, true).await?;
        let ops = answer.proof.ok_or_else(|| CliError::defect("the node sent no proof"))?.ops;
        Ok(Proven { height: answer.height.value(), value: answer.value, ops })
    }

    async fn abci(&self, path: &str, data: &[u8], height: Option<u64>, prove: bool) -> Result<tendermint_rpc::endpoint::abci_query::AbciQuery, CliError> {
        let height = height.map(|h| h.try_into().map_err(|_| CliError::usage("heights stay below 2^63"))).transpose()?;
        let asked = self.http.abci_query(Some(path.to_owned()), data, height, prove).await;
        let answer = asked.map_err(|e| self.failed(&format!("query `{path}`"), &e))?;
        if answer.code.is_err() {
            return Err(CliError::no(format!("query `{path}`: {} (code {})", answer.log, answer.code.value())));
        }
        Ok(answer)
    }
}

fn outcome(found: tendermint_rpc::endpoint::tx::Response) -> TxOutcome {
    let result = found.tx_result;
    let text = |value: Result<&str, tendermint::Error>| value.unwrap_or("").to_owned();
    let attributes = |event: &tendermint::abci::Event| event.attributes.iter().map(|a| (text(a.key_str()), text(a.value_str()))).collect();
    TxOutcome {
        height: found.height.value(),
        hash: found.hash.to_string(),
        code: result.code.value(),
        codespace: result.codespace,
        log: result.log,
        gas_used: result.gas_used,
        events: result.events.iter().map(|event| (event.kind.clone(), attributes(event))).collect(),
    }
}
