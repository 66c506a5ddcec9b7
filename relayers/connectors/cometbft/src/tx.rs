//! Transactions: signed, sent, waited for, and their refusals sorted by what can be done about them.

use std::time::Duration;

use govhub_types::tx::{sign_tx, Tx};
use govhub_types::{Code, SigningKey};
use govrelay_core::{Account, Failure, Outcome};
use ibc_proto::google::protobuf::Any;
use tendermint_rpc::Client;

use crate::{Chain, ChainError};

/// Codes from here on mean: the same transaction may be accepted later (`govhub_types::code`).
const TEMPORARY_FROM: u32 = 900;

/// Codes of light clients: what they refuse says nothing about a packet.
const CLIENTS_FROM: u32 = 20;
const CLIENTS_TO: u32 = 39;

/// The relayer's key on one chain.
#[derive(Debug)]
pub struct Signer {
    key: SigningKey,
    address: String,
}

impl Signer {
    /// A signer with `key`.
    pub fn new(key: SigningKey) -> Self {
        let address = key.public_key().address().to_string();
        Self { key, address }
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }
}

impl Chain {
    /// Signs; gives the bytes and their hash in upper-case hex.
    pub fn sign(&self, messages: Vec<Any>, signer: &Signer, account: Account) -> (Vec<u8>, String) {
        let bytes = sign_tx(messages, "", self.config.gas_limit, &self.id, &[(&signer.key, account.number, account.sequence)]);
        let hash = hex::encode_upper(Tx::hash(&bytes));
        (bytes, hash)
    }

    /// Sends a signed transaction and waits until it is in a block.
    pub async fn send(&self, bytes: Vec<u8>) -> Outcome {
        let sent = self
            .endpoints
            .ask("a transaction", |http| {
                let bytes = bytes.clone();
                async move { http.broadcast_tx_sync(bytes).await }
            })
            .await;
        match sent {
            Ok(answer) if answer.code.is_err() => Outcome::Refused(sort(answer.code.value(), &answer.log)),
            Ok(_) => self.wait(&bytes).await,
            // CometBFT says so of what it has in its cache: then it may land, and waiting shows it.
            Err(ChainError::Refused { why, .. }) if why.contains("already exists") => self.wait(&bytes).await,
            Err(ChainError::Refused { why, .. }) => Outcome::Refused(Failure::Transient(why)),
            Err(error) => Outcome::Lost(error.to_string()),
        }
    }

    async fn wait(&self, bytes: &[u8]) -> Outcome {
        let deadline = tokio::time::Instant::now() + Duration::from_millis(self.config.inclusion_ms);
        let hash = tendermint::Hash::Sha256(Tx::hash(bytes));
        let pause = self.poll().min(Duration::from_millis(100));
        while tokio::time::Instant::now() < deadline {
            tokio::time::sleep(pause).await;
            let found = self.endpoints.ask("a transaction's result", |http| async move { http.tx(hash, false).await }).await;
            if let Ok(found) = found {
                let height = found.height.value();
                let result = found.tx_result;
                return if result.code.is_ok() {
                    Outcome::Landed { height }
                } else {
                    Outcome::FailedInBlock { height, failure: sort(result.code.value(), &result.log) }
                };
            }
        }
        Outcome::Lost(format!("transaction {hash} is in no block after {} ms", self.config.inclusion_ms))
    }
}

/// What can be done about a refusal with `code`.
///
/// A packet whose timeout passed on the way is temporary too: the next plan settles it as timed out.
pub fn sort(code: u32, log: &str) -> Failure {
    let words = format!("{log} (code {code})");
    match Code(code) {
        Code::BAD_SEQUENCE | Code::SEQUENCE_AHEAD => Failure::Sequence(words),
        Code::REDUNDANT => Failure::Redundant(words),
        Code::OVER_QUOTA
        | Code::HEADER_FROM_FUTURE
        | Code::CONSENSUS_STATE_MISSING
        | Code::PACKET_TIMEOUT_ELAPSED
        | Code::TIMEOUT_NOT_REACHED
        | Code(TEMPORARY_FROM..) => Failure::Temporary(words),
        Code::UNKNOWN_ACCOUNT | Code::NOT_AUTHORISED | Code::WRONG_KEY | Code::BAD_SIGNATURE => {
            Failure::Client(format!("{words}; governance has to register the relayer's account and key with the role `relayer`"))
        }
        Code(CLIENTS_FROM..=CLIENTS_TO) => Failure::Client(words),
        _ => Failure::Rejected(words),
    }
}
