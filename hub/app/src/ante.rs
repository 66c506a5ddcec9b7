//! The ante: what a transaction must satisfy to stand in a block at all (PROTOCOL 4).
//!
//! Decode and size, signers, sequence, quota, gas, signatures; the dearest last. Judged at each transaction's place.

use std::collections::BTreeMap;

use govhub_identity::account;
use govhub_store::State;
use govhub_types::tx::Tx;
use govhub_types::{Address, BlockContext, Code, PublicKey, Rejection};

use crate::message::{self, Quota};
use crate::params::Params;
use crate::gas;

/// A transaction that passed.
#[derive(Debug)]
pub(crate) struct Admitted {
    /// Decoded.
    pub tx: Tx,
    /// Its signers, in signing order.
    pub signers: Vec<Address>,
    /// What it costs.
    pub gas: u64,
}

/// What one account has had in a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Used {
    messages: u32,
    updates: u32,
}

/// What a block has had so far. Not stored: it counts from zero in every block.
#[derive(Clone, Debug, Default)]
pub(crate) struct BlockUsage {
    accounts: BTreeMap<Address, Used>,
    gas: u64,
}

/// What the mempool must know of a transaction before it spends work on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SenderQuota {
    /// The first signer: pending transactions are counted under this account.
    pub sender: Address,
    /// Sequence that the transaction carries for it.
    pub sequence: u64,
    /// Messages in it that count against [`SenderQuota::messages_max`].
    pub messages: u32,
    /// Messages of one account in a block.
    pub messages_max: u32,
    /// Client updates in it.
    pub updates: u32,
    /// Client updates of one account in a block.
    pub updates_max: u32,
}

/// Judges a transaction at its place and counts it; the signers' sequences are left for the caller to raise.
///
/// # Errors
/// A code of the group 1 to 19; then nothing was counted.
pub(crate) fn judge(state: &State<'_>, ctx: &BlockContext, params: &Params, usage: &mut BlockUsage, bytes: &[u8]) -> Result<Admitted, Rejection> {
    let tx = Tx::decode(bytes)?;
    if tx.timeout_height != 0 && ctx.height > tx.timeout_height {
        return Err(refuse(Code::TX_EXPIRED, format!("its timeout height {} has passed, this is block {}: sign again", tx.timeout_height, ctx.height)));
    }
    let signers = known_signers(state, &tx)?;
    let mut account_numbers = Vec::with_capacity(signers.len());
    for (address, given) in signers.iter().zip(&tx.signers) {
        check_sequence(address, account::sequence(state, address), given.sequence)?;
        account_numbers.push(account::active(state, address)?.account_number);
    }
    let counted = count(&tx, &signers)?;
    let after = usage.with(&counted, params)?;
    let gas = gas::needed(bytes.len(), &tx.messages, tx.signers.iter().map(|s| &s.public_key));
    if gas > tx.gas_limit {
        return Err(refuse(Code::OUT_OF_GAS, format!("needs {gas} gas, its limit is {}: raise gas_limit", tx.gas_limit)));
    }
    if usage.gas.saturating_add(gas) > params.block_gas {
        return Err(refuse(Code::BLOCK_FULL, format!("needs {gas} gas, the block has {} left: send it again", params.block_gas.saturating_sub(usage.gas))));
    }
    tx.verify_signatures(&ctx.chain_id, &account_numbers)?;
    usage.accounts.extend(after);
    usage.gas += gas;
    Ok(Admitted { tx, signers, gas })
}

/// The cheap part alone: decoded, known senders with their own keys, within one block's quota. No signature is checked.
pub(crate) fn screen(state: &State<'_>, params: &Params, bytes: &[u8]) -> Result<SenderQuota, Rejection> {
    let tx = Tx::decode(bytes)?;
    let signers = known_signers(state, &tx)?;
    let counted = count(&tx, &signers)?;
    BlockUsage::default().with(&counted, params)?;
    let sender = signers.first().cloned().ok_or_else(|| refuse(Code::TX_SIGNERS, "no signer".into()))?;
    let used = counted.get(&sender).copied().unwrap_or_default();
    Ok(SenderQuota {
        sequence: tx.signers.first().map_or(0, |s| s.sequence),
        sender,
        messages: used.messages,
        messages_max: params.messages_per_account,
        updates: used.updates,
        updates_max: params.updates_per_account,
    })
}

/// The accounts whose signatures the messages ask for, each with the key that the transaction gives for it.
fn known_signers(state: &State<'_>, tx: &Tx) -> Result<Vec<Address>, Rejection> {
    let signers = message::signers(&tx.messages)?;
    if signers.len() != tx.signers.len() {
        return Err(refuse(Code::TX_SIGNERS, format!("the messages ask for {} signers, the transaction has {}", signers.len(), tx.signers.len())));
    }
    for (address, given) in signers.iter().zip(&tx.signers) {
        let Ok(account) = account::active(state, address) else {
            return Err(refuse(Code::UNKNOWN_ACCOUNT, format!("no account {address} on this chain: governance registers accounts")));
        };
        check_key(address, &account::present_key(&account), &given.public_key)?;
    }
    Ok(signers)
}

fn check_key(address: &Address, expected: &PublicKey, found: &PublicKey) -> Result<(), Rejection> {
    (expected == found).then_some(()).ok_or_else(|| refuse(Code::WRONG_KEY, format!("the key given for {address} is not its present key")))
}

fn check_sequence(address: &Address, expected: u64, found: u64) -> Result<(), Rejection> {
    match found.cmp(&expected) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(refuse(Code::BAD_SEQUENCE, format!("{address}: sequence {found} is used, the next is {expected}: sign again"))),
        std::cmp::Ordering::Greater => {
            Err(refuse(Code::SEQUENCE_AHEAD, format!("{address}: sequence {found} is ahead, the next is {expected}: send the ones before it first")))
        }
    }
}

/// Messages and updates per signer.
fn count(tx: &Tx, signers: &[Address]) -> Result<BTreeMap<Address, Used>, Rejection> {
    let mut counted: BTreeMap<Address, Used> = signers.iter().map(|s| (s.clone(), Used::default())).collect();
    for message in &tx.messages {
        let used = counted.entry(message::signer(message)?).or_default();
        match message::kind(&message.type_url)?.quota {
            Quota::Messages => used.messages += 1,
            Quota::Updates => used.updates += 1,
        }
    }
    Ok(counted)
}

impl BlockUsage {
    /// The new counts of the accounts in `more`.
    fn with(&self, more: &BTreeMap<Address, Used>, params: &Params) -> Result<BTreeMap<Address, Used>, Rejection> {
        let mut after = BTreeMap::new();
        for (address, more) in more {
            let before = self.accounts.get(address).copied().unwrap_or_default();
            let used = Used { messages: before.messages.saturating_add(more.messages), updates: before.updates.saturating_add(more.updates) };
            for (what, used, max) in [("messages", used.messages, params.messages_per_account), ("client updates", used.updates, params.updates_per_account)] {
                if used > max {
                    return Err(refuse(Code::OVER_QUOTA, format!("{address}: {used} {what} in one block, at most {max}: send it in a later block")));
                }
            }
            after.insert(address.clone(), used);
        }
        Ok(after)
    }
}

fn refuse(code: Code, why: String) -> Rejection {
    Rejection::new(code, why)
}
