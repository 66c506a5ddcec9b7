//! Which receipts of version 3 are refused because their bytes also read otherwise.
//!
//! Output and logs are hashed one after the other: `output ‖ (address as 40 hexadecimal digits ‖ topics ‖ data)*`. No rule on the bytes
//! alone can tell a log from an output that was chosen to look like one; that is why the trust file must close deployment or name
//! attestors. What the rules here add is this: **if every contract of the chain returns and logs whole 32-byte words**, as compilers of
//! Solidity make them, then what is believed was logged.
//!
//! Let the true reading have m logs and the claimed one n. Whatever is in words, a log adds 40 + 32k bytes, so both readings are as long
//! modulo 32 only if m ≡ n (mod 4). Nothing outside the claimed addresses may look like an address, so every true log starts where a
//! claimed one does: m <= n. With n <= 3 that leaves m = n, and both readings are one.
//!
//! From version 1 on a gas price stands between output and logs, chosen by the sender. It must be empty as claimed, and no part may end
//! in what could be one that shifts the words.

use govhub_lc_core::Reason;

use super::Reading;
use crate::proto::govhub::lightclients::fisco::v1 as raw;

/// Digits of an address.
const ADDRESS_DIGITS: usize = 40;

/// Bytes by which two true readings differ in the place of an address: a multiple of this.
const SHIFT: usize = 8;

/// Logs in a receipt that is to prove an event.
const MAX_EVENTS: usize = 3;

const WORD: usize = 32;

pub(super) fn check(receipt: &raw::ReceiptV3, reading: Reading) -> Result<(), Reason> {
    let ambiguous = |why: &str| Err(Reason::new("ambiguous-receipt", why));
    if hidden_address(receipt) {
        return ambiguous("output or data hold 40 hexadecimal digits: they may be a log, or the log before may be longer");
    }
    if reading != Reading::Events {
        return Ok(());
    }
    if receipt.logs.len() > MAX_EVENTS {
        return ambiguous("more than three logs: with four more or fewer it would read as well");
    }
    if !receipt.output.len().is_multiple_of(WORD) || receipt.logs.iter().any(|log| !log.data.len().is_multiple_of(WORD)) {
        return ambiguous("output or data are not whole words of 32 bytes: their ends could be anywhere");
    }
    if !receipt.effective_gas_price.is_empty() {
        return ambiguous("a gas price stands between output and logs without a length");
    }
    if receipt.version > 0 && (like_price(&receipt.output) || receipt.logs.iter().any(|log| like_price(&log.data))) {
        return ambiguous("output or data end in what may be a gas price");
    }
    Ok(())
}

/// Whether something that reads as an address stands elsewhere than at the start of a claimed log. An address may run a few digits over
/// its edges by chance; less than [`SHIFT`] of them lead to no second reading.
fn hidden_address(receipt: &raw::ReceiptV3) -> bool {
    let mut region = receipt.output.clone();
    let mut starts = Vec::with_capacity(receipt.logs.len());
    for log in &receipt.logs {
        starts.push(region.len());
        region.extend_from_slice(log.address.as_bytes());
        log.topics.iter().for_each(|topic| region.extend_from_slice(topic));
        region.extend_from_slice(&log.data);
    }
    let mut run = 0;
    region.iter().enumerate().any(|(at, byte)| {
        run = if hexadecimal(*byte) { run + 1 } else { 0 };
        run >= ADDRESS_DIGITS && !starts.iter().any(|start| start.abs_diff(at + 1 - ADDRESS_DIGITS) < SHIFT)
    })
}

fn hexadecimal(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// Whether `part` ends in eight characters of a number in text: prices of other lengths do not shift words by what a log does.
fn like_price(part: &[u8]) -> bool {
    part.len() >= SHIFT && part[part.len() - SHIFT..].iter().all(|byte| hexadecimal(*byte) || *byte == b'x')
}
