//! The block store: what was decided, by height. Written in the same batch as the state it led to.
//!
//! Keys of [`Column::Blocks`]: be64(height) ‖ kind. Keys of [`Column::TxIndex`]: `b` ‖ block hash, `t` ‖ transaction hash.

use govhub_consensus::{Block, ValidatorSet};
use govhub_store::{Column, Store, StoreError, Writes};
use prost::Message;
use tendermint::block::Commit;
use tendermint_proto::v0_38::abci::ResponseFinalizeBlock;
use tendermint_proto::v0_38::types as proto;

const BLOCK: u8 = b'b';
const COMMIT: u8 = b'c';
const RESULTS: u8 = b'r';
const VALIDATORS: u8 = b'v';

const BY_BLOCK_HASH: u8 = b'b';
const BY_TX_HASH: u8 = b't';

/// Key of the hash of the genesis document that this database began with.
const GENESIS_HASH: &[u8] = b"genesis_hash";

fn key(height: u64, kind: u8) -> Vec<u8> {
    let mut key = height.to_be_bytes().to_vec();
    key.push(kind);
    key
}

fn index_key(kind: u8, hash: &[u8]) -> Vec<u8> {
    let mut key = vec![kind];
    key.extend_from_slice(hash);
    key
}

/// A block's writes, to be committed with the state.
#[derive(Default)]
pub struct BlockWrites(Writes);

impl BlockWrites {
    fn put(&mut self, column: Column, key: Vec<u8>, value: Vec<u8>) {
        self.0.columns.entry(column).or_default().insert(key, Some(value));
    }

    /// Removes a key of `column`.
    pub fn delete(&mut self, column: Column, key: Vec<u8>) {
        self.0.columns.entry(column).or_default().insert(key, None);
    }

    /// A decided block, whose encoding is `bytes`, with its commit and results.
    pub fn decided(&mut self, block: &Block, bytes: Vec<u8>, commit: &Commit, results: &ResponseFinalizeBlock) {
        let height = block.header.height.value();
        for (index, hash) in govhub_consensus::header::tx_hashes(&block.txs).iter().enumerate() {
            let place = [height.to_be_bytes().as_slice(), &(index as u32).to_be_bytes()].concat();
            self.put(Column::TxIndex, index_key(BY_TX_HASH, hash), place);
        }
        self.put(Column::TxIndex, index_key(BY_BLOCK_HASH, block.header.hash().as_bytes()), height.to_be_bytes().to_vec());
        self.put(Column::Blocks, key(height, BLOCK), bytes);
        self.put(Column::Blocks, key(height, COMMIT), proto::Commit::from(commit.clone()).encode_to_vec());
        self.put(Column::Blocks, key(height, RESULTS), results.encode_to_vec());
    }

    /// The set that decides `height`.
    pub fn validators(&mut self, height: u64, validators: &ValidatorSet) {
        self.put(Column::Blocks, key(height, VALIDATORS), validators.to_bytes());
    }

    /// Hash of the genesis document.
    pub fn genesis_hash(&mut self, hash: &[u8; 32]) {
        self.put(Column::Meta, GENESIS_HASH.to_vec(), hash.to_vec());
    }

    /// The writes.
    pub fn into_writes(self) -> Writes {
        self.0
    }
}

/// Reads of the block store.
#[derive(Clone)]
pub struct Blocks {
    store: Store,
}

fn corrupt(what: impl Into<String>) -> StoreError {
    StoreError::Corrupt { what: what.into() }
}

impl Blocks {
    /// Over the node's store.
    pub fn new(store: Store) -> Self {
        Self { store }
    }

    fn get(&self, height: u64, kind: u8) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.column_get(Column::Blocks, &key(height, kind))
    }

    /// Encoded block.
    pub fn bytes(&self, height: u64) -> Result<Option<Vec<u8>>, StoreError> {
        self.get(height, BLOCK)
    }

    /// Block with its encoding.
    pub fn block(&self, height: u64) -> Result<Option<(Block, Vec<u8>)>, StoreError> {
        let Some(bytes) = self.bytes(height)? else { return Ok(None) };
        let block = Block::decode(&bytes).map_err(|e| corrupt(format!("block {height}: {e}")))?;
        Ok(Some((block, bytes)))
    }

    /// The commit this node decided by.
    pub fn seen_commit(&self, height: u64) -> Result<Option<Commit>, StoreError> {
        let Some(bytes) = self.get(height, COMMIT)? else { return Ok(None) };
        let raw = proto::Commit::decode(bytes.as_slice()).map_err(|e| corrupt(format!("commit {height}: {e}")))?;
        raw.try_into().map(Some).map_err(|e| corrupt(format!("commit {height}: {e}")))
    }

    /// Results and events.
    pub fn results(&self, height: u64) -> Result<Option<ResponseFinalizeBlock>, StoreError> {
        let Some(bytes) = self.get(height, RESULTS)? else { return Ok(None) };
        ResponseFinalizeBlock::decode(bytes.as_slice()).map(Some).map_err(|e| corrupt(format!("results {height}: {e}")))
    }

    /// The set that decides `height`.
    pub fn validators(&self, height: u64) -> Result<Option<ValidatorSet>, StoreError> {
        let Some(bytes) = self.get(height, VALIDATORS)? else { return Ok(None) };
        ValidatorSet::from_bytes(&bytes).map(Some).ok_or_else(|| corrupt(format!("validators {height}")))
    }

    /// Hash of the genesis document that this database began with.
    pub fn genesis_hash(&self) -> Result<Option<Vec<u8>>, StoreError> {
        self.store.column_get(Column::Meta, GENESIS_HASH)
    }

    /// Height of the block with this hash.
    pub fn height_of(&self, block_hash: &[u8]) -> Result<Option<u64>, StoreError> {
        let Some(bytes) = self.store.column_get(Column::TxIndex, &index_key(BY_BLOCK_HASH, block_hash))? else { return Ok(None) };
        bytes.try_into().map(u64::from_be_bytes).map(Some).map_err(|_| corrupt("block index"))
    }

    /// Height and position of the newest transaction with this hash.
    pub fn place_of(&self, tx_hash: &[u8]) -> Result<Option<(u64, u32)>, StoreError> {
        let Some(bytes) = self.store.column_get(Column::TxIndex, &index_key(BY_TX_HASH, tx_hash))? else { return Ok(None) };
        let parts = bytes.split_at_checked(8).and_then(|(height, index)| Some((height.try_into().ok()?, index.try_into().ok()?)));
        let (height, index) = parts.ok_or_else(|| corrupt("transaction index"))?;
        Ok(Some((u64::from_be_bytes(height), u32::from_be_bytes(index))))
    }
}
