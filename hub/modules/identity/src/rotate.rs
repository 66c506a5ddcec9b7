//! Key rotation: asked for in one block, in force from the next.

use govhub_store::{Column, State};
use govhub_types::{Address, BlockContext, ChainId, Event};
use prost::Message;

use crate::proto::{MsgRotateKey, PendingKey};
use crate::{account, IdentityError};

/// Domain of the new key's proof.
const DOMAIN: &[u8] = b"govhub/rotate/1";
/// Rotations that take effect in one block; more wait for the next. Each is one read and one write.
const PER_BLOCK: usize = 256;

const PENDING: &[u8] = b"ip";
const PENDING_END: &[u8] = b"iq";

/// What the new key signs: chain, address and number, so that a proof serves for one account of one chain.
pub fn proof_bytes(chain_id: &ChainId, address: &Address, account_number: u64) -> Vec<u8> {
    [DOMAIN, chain_id.as_str().as_bytes(), &[0], address.as_bytes(), &account_number.to_be_bytes()].concat()
}

/// Puts the new key in wait for the next block. Asking again in the same block replaces it.
///
/// # Errors
/// A key of no known kind or that belongs to an account, a wrong proof, or [`account::KEYS_MAX`] keys used up.
pub(crate) fn execute(
    state: &mut State<'_>, ctx: &BlockContext, caller: &Address, msg: &MsgRotateKey, events: &mut Vec<Event>,
) -> Result<(), IdentityError> {
    let present = account::active(state, caller)?;
    if present.keys.len() >= account::KEYS_MAX {
        return Err(IdentityError::Full { what: "keys of one account", max: account::KEYS_MAX });
    }
    let any = msg.public_key.clone().unwrap_or_default();
    let key = account::check_key(state, &any)?;
    key.verify(&proof_bytes(&ctx.chain_id, caller, present.account_number), &msg.proof)
        .map_err(|e| IdentityError::BadProof { why: e.to_string() })?;
    account::take_key(state, &any, caller);
    let pending = PendingKey { address: caller.to_string(), public_key: Some(any) };
    state.column_put(Column::Index, &[PENDING, caller.as_bytes()].concat(), pending.encode_to_vec());
    events.push(Event::new("identity_key_rotation").with("address", caller).with("from_height", ctx.height + 1));
    Ok(())
}

pub(crate) fn begin_block(state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) {
    for (key, bytes) in state.column_range(Column::Index, PENDING, PENDING_END, PER_BLOCK) {
        let pending = PendingKey::decode(bytes.as_slice()).expect("written by execute() above");
        let address: Address = pending.address.parse().expect("execute() wrote an address");
        account::add_key(state, ctx.height, &address, &pending.public_key.unwrap_or_default());
        state.column_delete(Column::Index, &key);
        events.push(Event::new("identity_key_rotated").with("address", &address));
    }
}

pub(crate) fn is_due(state: &State<'_>) -> bool {
    !state.column_range(Column::Index, PENDING, PENDING_END, 1).is_empty()
}
