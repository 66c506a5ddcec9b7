//! Transactions put together by hand and sent by RPC, past `govrelay`: how an attacker, or a careless relayer, would do it.

use std::path::Path;
use std::time::Duration;

use anyhow::{bail, ensure, Context, Result};
use govhub_ibc::types::{packet_commitment_path, url, MsgRecvPacket, Packet};
use govhub_keyfile::Sealing;
use govhub_types::key::SigningKey;
use govhub_types::tx::sign_tx;
use govhub_types::ChainId;
use ibc_proto::cosmos::auth::v1beta1::{BaseAccount, QueryAccountRequest, QueryAccountResponse};
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::{Height, MsgUpdateClient};
use ibc_proto::ibc::core::commitment::v1::MerkleProof;
use ibc_proto::ibc::lightclients::tendermint::v1::{ClientState, Header};
use ibc_proto::ics23::CommitmentProof;
use prost::Message;
use tendermint::block::signed_header::SignedHeader;
use tendermint_rpc::{Client, HttpClient, Paging};

/// Gas that any of these transactions may use; there are no fees.
const GAS: u64 = 50_000_000;
/// How long a transaction may take to get into a block.
const INCLUSION_LIMIT: Duration = Duration::from_secs(10);

/// An account and the chain on which it acts.
pub struct Hand {
    rpc: HttpClient,
    chain_id: ChainId,
    key: SigningKey,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In the block of this height, with code 0.
    Accepted {
        /// Height of the block.
        height: u64,
    },
    /// Refused, before or in a block.
    Refused {
        /// The chain's stable code.
        code: u32,
        /// The chain's words.
        log: String,
    },
}

impl Fate {
    /// For a step's outcome.
    pub fn words(&self) -> String {
        match self {
            Self::Accepted { .. } => "accepted".into(),
            Self::Refused { code, log } => format!("refused with code {code}: {}", log.chars().take(200).collect::<String>()),
        }
    }

    /// True for a refusal with this code.
    pub fn is(&self, wanted: u32) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == wanted)
    }
}

impl Hand {
    /// An account with `key` on the chain at `rpc`.
    ///
    /// # Errors
    /// The address of the RPC is no URL.
    pub fn new(rpc: &str, chain_id: ChainId, key: SigningKey) -> Result<Self> {
        Ok(Self { rpc: HttpClient::new(rpc).with_context(|| format!("the address `{rpc}`"))?, chain_id, key })
    }

    /// The account whose key a home of a dev network keeps: `<home>/keys/<name>.json`.
    ///
    /// # Errors
    /// The file is absent, sealed, or no key.
    pub fn of_home(home: &Path, name: &str, rpc: &str, chain_id: ChainId) -> Result<Self> {
        Self::new(rpc, chain_id, key_of(home, name)?)
    }

    /// Bech32 address of the account: the signer of its messages.
    pub fn address(&self) -> String {
        self.key.public_key().address().to_string()
    }

    /// Signs, sends, and waits for the block.
    ///
    /// # Errors
    /// The chain does not answer, or took the transaction and did not put it into a block in time.
    pub async fn send(&self, messages: Vec<Any>) -> Result<Fate> {
        let (number, sequence) = self.account().await?;
        let bytes = sign_tx(messages, "", GAS, &self.chain_id, &[(&self.key, number, sequence)]);
        self.send_bytes(bytes).await
    }

    /// As [`Hand::send`], for a transaction that is already signed.
    ///
    /// # Errors
    /// As [`Hand::send`].
    pub async fn send_bytes(&self, bytes: Vec<u8>) -> Result<Fate> {
        let checked = self.rpc.broadcast_tx_sync(bytes).await.context("sending a transaction")?;
        if checked.code.is_err() {
            return Ok(Fate::Refused { code: checked.code.value(), log: checked.log });
        }
        let end = tokio::time::Instant::now() + INCLUSION_LIMIT;
        while tokio::time::Instant::now() < end {
            if let Ok(found) = self.rpc.tx(checked.hash, false).await {
                let (code, log) = (found.tx_result.code, found.tx_result.log);
                return Ok(match code.is_ok() {
                    true => Fate::Accepted { height: found.height.value() },
                    false => Fate::Refused { code: code.value(), log },
                });
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("transaction {} was taken and is in no block after {} s", checked.hash, INCLUSION_LIMIT.as_secs())
    }

    /// Account number and next sequence.
    async fn account(&self) -> Result<(u64, u64)> {
        let request = QueryAccountRequest { address: self.address() }.encode_to_vec();
        let found = self.rpc.abci_query(Some("/cosmos.auth.v1beta1.Query/Account".into()), request, None, false).await.context("reading the account")?;
        ensure!(found.code.is_ok(), "account `{}`: {}", self.address(), found.log);
        let account = QueryAccountResponse::decode(found.value.as_slice())?.account.context("an answer without an account")?;
        let account = BaseAccount::decode(account.value.as_slice())?;
        Ok((account.account_number, account.sequence))
    }

    /// Newest height that client `client_id` on this chain has accepted.
    ///
    /// # Errors
    /// There is no such client of the Tendermint family.
    pub async fn client_height(&self, client_id: &str) -> Result<Height> {
        let key = format!("clients/{client_id}/clientState");
        let found = self.rpc.abci_query(Some("store/ibc/key".into()), key, None, false).await.context("reading a client")?;
        let any = Any::decode(found.value.as_slice())?;
        ClientState::decode(any.value.as_slice())?.latest_height.with_context(|| format!("client `{client_id}` has no height"))
    }

    /// The message that brings client `client_id` to the header.
    pub fn update(&self, client_id: &str, header: &Header) -> Any {
        let client_message = Any { type_url: "/ibc.lightclients.tendermint.v1.Header".into(), value: header.encode_to_vec() };
        let message = MsgUpdateClient { client_id: client_id.into(), client_message: Some(client_message), signer: self.address() };
        Any { type_url: url::UPDATE_CLIENT.into(), value: message.encode_to_vec() }
    }

    /// The message that delivers `packet` with `proof` under the header at `height` of the source.
    pub fn recv(&self, packet: &Packet, proof: Vec<u8>, height: Height) -> Any {
        let message = MsgRecvPacket { packet: Some(packet.clone()), proof_commitment: proof, proof_height: Some(height), signer: self.address() };
        Any { type_url: url::RECV_PACKET.into(), value: message.encode_to_vec() }
    }
}

/// A chain from which headers and proofs are taken.
pub struct Source {
    rpc: HttpClient,
    revision: u64,
}

impl Source {
    /// The chain at `rpc`.
    ///
    /// # Errors
    /// The address is no URL.
    pub fn new(rpc: &str, chain_id: &ChainId) -> Result<Self> {
        Ok(Self { rpc: HttpClient::new(rpc).with_context(|| format!("the address `{rpc}`"))?, revision: chain_id.revision() })
    }

    /// Newest height.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn latest(&self) -> Result<u64> {
        Ok(self.rpc.status().await.context("reading the status")?.sync_info.latest_block_height.value())
    }

    /// `height` with this chain's revision.
    pub fn height(&self, height: u64) -> Height {
        Height { revision_number: self.revision, revision_height: height }
    }

    /// Waits until the chain has `height`.
    ///
    /// # Errors
    /// It does not within ten seconds.
    pub async fn wait_for(&self, height: u64) -> Result<()> {
        for _ in 0..100 {
            if self.latest().await? >= height {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("the chain did not reach height {height}")
    }

    /// The header at `height` with its commit.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn signed_header(&self, height: u64) -> Result<SignedHeader> {
        Ok(self.rpc.commit(at(height)?).await.with_context(|| format!("reading the header at {height}"))?.signed_header)
    }

    /// The header at `height` as an update over `trusted`.
    ///
    /// # Errors
    /// The chain does not answer.
    pub async fn header(&self, height: u64, trusted: Height) -> Result<Header> {
        let signed = self.signed_header(height).await?;
        Ok(Header {
            signed_header: Some(signed.into()),
            validator_set: Some(self.validators(height).await?),
            trusted_validators: Some(self.validators(trusted.revision_height + 1).await?),
            trusted_height: Some(trusted),
        })
    }

    /// The validators at `height`, the first in hash order named as proposer (PROTOCOL 1).
    async fn validators(&self, height: u64) -> Result<tendermint_proto::v0_38::types::ValidatorSet> {
        let found = self.rpc.validators(at(height)?, Paging::All).await.with_context(|| format!("reading the validators at {height}"))?;
        let mut validators = found.validators;
        validators.sort_by_key(|v| v.address);
        let proposer = validators.first().cloned();
        let set = tendermint_proto::v0_38::types::ValidatorSet::from(tendermint::validator::Set::new(validators, proposer));
        // Like CometBFT, the total power is left out: the reader adds up.
        Ok(tendermint_proto::v0_38::types::ValidatorSet { total_voting_power: 0, ..set })
    }

    /// Proof of the packet's commitment for the header at `height`, as a packet message carries it.
    ///
    /// # Errors
    /// The chain serves none.
    pub async fn commitment_proof(&self, packet: &Packet, height: u64) -> Result<Vec<u8>> {
        let path = packet_commitment_path(&packet.source_client, packet.sequence);
        let found = self.rpc.abci_query(Some("store/ibc/key".into()), path, Some(at(height - 1)?), true).await.context("reading a proof")?;
        ensure!(!found.value.is_empty(), "no commitment of packet {}/{} at height {}", packet.source_client, packet.sequence, height - 1);
        let ops = found.proof.context("an answer without proof")?.ops;
        let proofs = ops.iter().map(|op| CommitmentProof::decode(op.data.as_slice())).collect::<Result<_, _>>()?;
        Ok(MerkleProof { proofs }.encode_to_vec())
    }

    /// The packet that the transactions of block `height` sent from `client`, the last if there are several.
    ///
    /// # Errors
    /// None was sent there.
    pub async fn sent_in(&self, height: u64, client: &str) -> Result<Packet> {
        let results = self.rpc.block_results(at(height)?).await.with_context(|| format!("reading the results of block {height}"))?;
        let events = results.txs_results.iter().flatten().flat_map(|tx| &tx.events);
        let value = |event: &tendermint::abci::Event, name: &str| {
            let found = event.attributes.iter().find(|a| a.key_bytes() == name.as_bytes())?;
            Some(String::from_utf8_lossy(found.value_bytes()).into_owned())
        };
        let sent = events.filter(|e| e.kind == "send_packet" && value(e, "packet_source_client").as_deref() == Some(client));
        let text = sent.last().and_then(|e| value(e, "encoded_packet_hex")).with_context(|| format!("block {height} sent nothing from `{client}`"))?;
        Ok(Packet::decode(hex::decode(text)?.as_slice())?)
    }
}

fn at(height: u64) -> Result<tendermint::block::Height> {
    tendermint::block::Height::try_from(height).context("the height")
}

/// The secret key in `<home>/keys/<name>.json`.
///
/// # Errors
/// The file is absent, sealed, or no key.
pub fn key_of(home: &Path, name: &str) -> Result<SigningKey> {
    let path = govhub_keyfile::path(home, name)?;
    Ok(govhub_keyfile::read(&path, None, Sealing::Optional)?)
}
