//! Web3 transactions of version 3: the signed RLP of Ethereum, whose keccak256 is the leaf on every chain, SM chains too.
//!
//! Source: EIP-155, EIP-2930, EIP-1559; FISCO BCOS 3.12 `bcos-rpc` for where the hash stands.

use govhub_lc_core::Reason;

use super::{wrong_chain, Call, Transaction};
use crate::rlp::{self, Item};
use crate::suite::Suite;

/// Items of an access list that are walked over.
const MAX_ACCESS_LIST: usize = 256;

pub(super) fn read(bytes: &[u8], expected_chain: u64) -> Result<Transaction, Reason> {
    let (chain, to, input) = match bytes.split_first() {
        Some((1, rest)) => eip2930(rest)?,
        Some((2, rest)) => eip1559(rest)?,
        Some((0xc0..=0xff, _)) => legacy(bytes)?,
        _ => return Err(Reason::new("web3-type", "neither legacy, nor EIP-2930, nor EIP-1559")),
    };
    if chain != expected_chain || chain == 0 {
        return Err(wrong_chain(chain, expected_chain));
    }
    let to = match rlp::bytes(to)? {
        [] => None,
        _ => Some(rlp::fixed(to)?),
    };
    Ok(Transaction { hash: Suite::Keccak.hash(&[bytes]), call: Ok(Call { to, input: rlp::bytes(input)?.to_vec() }) })
}

type Parts<'a> = (u64, Item<'a>, Item<'a>);

/// `[nonce, price, gas, to, value, data, v, r, s]`, v = 35 + 2 · chain + parity; before EIP-155 no chain is named.
fn legacy(bytes: &[u8]) -> Result<Parts<'_>, Reason> {
    let [nonce, price, gas, to, value, input, v, r, s] = items(bytes)?;
    numbers(&[nonce, price, gas, value, r, s])?;
    let v = rlp::number(v)?;
    let chain = v.checked_sub(35).map(|rest| rest / 2).ok_or_else(|| Reason::new("wrong-chain-or-group", "signed for no chain in particular (before EIP-155)"))?;
    Ok((chain, to, input))
}

/// `1 ‖ [chain, nonce, price, gas, to, value, data, access, parity, r, s]`.
fn eip2930(bytes: &[u8]) -> Result<Parts<'_>, Reason> {
    let [chain, nonce, price, gas, to, value, input, access, parity, r, s] = items(bytes)?;
    numbers(&[nonce, price, gas, value, parity, r, s])?;
    rlp::list(access, MAX_ACCESS_LIST)?;
    Ok((rlp::number(chain)?, to, input))
}

/// `2 ‖ [chain, nonce, priority fee, fee, gas, to, value, data, access, parity, r, s]`.
fn eip1559(bytes: &[u8]) -> Result<Parts<'_>, Reason> {
    let [chain, nonce, priority, fee, gas, to, value, input, access, parity, r, s] = items(bytes)?;
    numbers(&[nonce, priority, fee, gas, value, parity, r, s])?;
    rlp::list(access, MAX_ACCESS_LIST)?;
    Ok((rlp::number(chain)?, to, input))
}

fn items<const N: usize>(bytes: &[u8]) -> Result<[Item<'_>; N], Reason> {
    rlp::list(rlp::decode(bytes)?, N)?.try_into().map_err(|items: Vec<_>| Reason::new("rlp", format!("{} fields; expected {N}", items.len())))
}

fn numbers(items: &[Item<'_>]) -> Result<(), Reason> {
    items.iter().try_for_each(|item| rlp::big_number(*item).map(|_| ()))
}
