//! Accounts: number, sequence, roles, department, and every key with the height from which it is the account's.

use govhub_store::{Column, State, Substore};
use govhub_types::hash::sha256;
use govhub_types::{Address, DepartmentId, PublicKey};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::proto::{Account, KeyPeriod, Role};
use crate::{department, IdentityError};

/// Keys that an account may have had. A key a month for five years; the record is read at every transaction.
pub const KEYS_MAX: usize = 64;
/// Accounts of one page of a query.
pub const PAGE: usize = 100;

const NEXT_NUMBER: &[u8] = b"n";
const LISTING: &[u8] = b"ia";
const LISTING_END: &[u8] = b"ib";

/// The account at `address`, removed ones included.
pub fn get(state: &State<'_>, address: &Address) -> Option<Account> {
    let bytes = state.get(Substore::Accounts, &account_key(address))?;
    Some(Account::decode(bytes.as_slice()).expect("written by put() below"))
}

/// The account at `address`, unless it was removed.
///
/// # Errors
/// [`IdentityError::UnknownAccount`].
pub fn active(state: &State<'_>, address: &Address) -> Result<Account, IdentityError> {
    get(state, address).filter(|a| a.removed_at == 0).ok_or_else(|| IdentityError::UnknownAccount { address: address.to_string() })
}

/// The sequence that the account's next transaction must carry.
pub fn sequence(state: &State<'_>, address: &Address) -> u64 {
    let bytes = state.get(Substore::Accounts, &sequence_key(address));
    bytes.map_or(0, |b| u64::from_be_bytes(b.as_slice().try_into().expect("raise_sequence() wrote 8 bytes")))
}

/// Counts a transaction of `address`.
pub fn raise_sequence(state: &mut State<'_>, address: &Address) {
    let next = sequence(state, address).checked_add(1).expect("2^64 transactions take longer than the sun lasts");
    state.put(Substore::Accounts, &sequence_key(address), next.to_be_bytes().to_vec());
}

/// The key that signs for the account now.
pub fn present_key(account: &Account) -> PublicKey {
    let period = account.keys.last().expect("an account is registered with a key");
    let any = period.public_key.as_ref().expect("stored with its key");
    PublicKey::from_any(any).expect("checked when it was stored")
}

/// The key that signed for the account in the block at `height`, if it stood then.
pub fn key_at(account: &Account, height: u64) -> Option<&Any> {
    if account.removed_at != 0 && height >= account.removed_at {
        return None;
    }
    account.keys.iter().rev().find(|k| k.from_height <= height).and_then(|k| k.public_key.as_ref())
}

/// True iff the account has `role`.
pub fn has_role(account: &Account, role: Role) -> bool {
    account.roles.contains(&(role as i32))
}

/// The department that the account speaks for: role `department`, and not removed.
pub fn department_of(account: &Account) -> Option<DepartmentId> {
    (account.removed_at == 0 && has_role(account, Role::Department))
        .then(|| account.department.parse().expect("check_roles() parsed it"))
}

/// Registers the account of a key, from `height` on.
///
/// # Errors
/// A key of no known kind or that is another account's, roles that do not go together, an unknown department.
pub fn register(state: &mut State<'_>, height: u64, key: &Any, roles: &[i32], department: &str) -> Result<Account, IdentityError> {
    let public = check_key(state, key)?;
    let roles = check_roles(state, roles, department)?;
    let address = public.address();
    if get(state, &address).is_some() {
        return Err(IdentityError::KeyTaken { owner: address.to_string() });
    }
    let account_number = next_number(state);
    state.put(Substore::Accounts, NEXT_NUMBER, (account_number + 1).to_be_bytes().to_vec());
    let account = Account {
        address: address.to_string(),
        account_number,
        roles,
        department: department.to_owned(),
        keys: vec![KeyPeriod { public_key: Some(key.clone()), from_height: height }],
        removed_at: 0,
    };
    take_key(state, key, &address);
    put(state, &address, &account);
    state.column_put(Column::Index, &[LISTING, &account_number.to_be_bytes()].concat(), address.to_string().into_bytes());
    Ok(account)
}

/// Gives an account other roles.
///
/// # Errors
/// No such account, roles that do not go together, an unknown department.
pub fn set_roles(state: &mut State<'_>, address: &Address, roles: &[i32], department: &str) -> Result<(), IdentityError> {
    let account = active(state, address)?;
    let roles = check_roles(state, roles, department)?;
    put(state, address, &Account { roles, department: department.to_owned(), ..account });
    Ok(())
}

/// Removes an account at `height`, for ever.
///
/// # Errors
/// No such account.
pub fn remove(state: &mut State<'_>, height: u64, address: &Address) -> Result<(), IdentityError> {
    let account = active(state, address)?;
    put(state, address, &Account { removed_at: height, ..account });
    Ok(())
}

/// Makes `key` the account's from `height` on.
pub(crate) fn add_key(state: &mut State<'_>, height: u64, address: &Address, key: &Any) {
    let Some(mut account) = get(state, address) else { return };
    account.keys.push(KeyPeriod { public_key: Some(key.clone()), from_height: height });
    put(state, address, &account);
}

/// Notes that `key` is `address`'s and nobody else's.
pub(crate) fn take_key(state: &mut State<'_>, key: &Any, address: &Address) {
    state.put(Substore::Accounts, &owner_key(key), address.to_string().into_bytes());
}

/// A key of a known kind that is nobody's yet.
pub(crate) fn check_key(state: &State<'_>, key: &Any) -> Result<PublicKey, IdentityError> {
    let public = PublicKey::from_any(key).map_err(|e| IdentityError::BadKey { why: e.to_string() })?;
    if let Some(owner) = state.get(Substore::Accounts, &owner_key(key)) {
        return Err(IdentityError::KeyTaken { owner: stored_text(owner) });
    }
    Ok(public)
}

/// Up to [`PAGE`] accounts from number `from` on, and where the next page starts (0 at the end).
pub fn page(state: &State<'_>, from: u64) -> (Vec<Account>, u64) {
    let mut found = state.column_range(Column::Index, &[LISTING, &from.to_be_bytes()].concat(), LISTING_END, PAGE + 1);
    let next = match found.len() > PAGE {
        true => found.pop().map_or(0, |(key, _)| u64::from_be_bytes(key[LISTING.len()..].try_into().expect("register() wrote 8 bytes"))),
        false => 0,
    };
    let of = |bytes: Vec<u8>| get(state, &stored_text(bytes).parse().expect("register() wrote an address"));
    (found.into_iter().filter_map(|(_, address)| of(address)).collect(), next)
}

fn check_roles(state: &State<'_>, roles: &[i32], department: &str) -> Result<Vec<i32>, IdentityError> {
    let bad = |why: &str| Err(IdentityError::BadRoles { why: why.to_owned() });
    if roles.is_empty() || roles.windows(2).any(|w| w[0] >= w[1]) {
        return bad("at least one, ascending, without repeats");
    }
    if roles.iter().any(|&r| r == 0 || Role::try_from(r).is_err()) {
        return bad("relayer 1, department 2, governance 3");
    }
    if roles.contains(&(Role::Department as i32)) == department.is_empty() {
        return bad("the role of a department and the department it is for go together");
    }
    if !department.is_empty() {
        let id: DepartmentId = department.parse().map_err(|e: govhub_types::IdError| IdentityError::BadField { field: "department", why: e.to_string() })?;
        department::get(state, &id).ok_or_else(|| IdentityError::UnknownDepartment { id: id.to_string() })?;
    }
    Ok(roles.to_vec())
}

fn next_number(state: &State<'_>) -> u64 {
    state.get(Substore::Accounts, NEXT_NUMBER).map_or(0, |b| u64::from_be_bytes(b.as_slice().try_into().expect("register() wrote 8 bytes")))
}

fn stored_text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).expect("bech32 is ASCII")
}

fn put(state: &mut State<'_>, address: &Address, account: &Account) {
    state.put(Substore::Accounts, &account_key(address), account.encode_to_vec());
}

fn account_key(address: &Address) -> Vec<u8> {
    [b"a", address.as_bytes()].concat()
}

fn sequence_key(address: &Address) -> Vec<u8> {
    [b"s", address.as_bytes()].concat()
}

fn owner_key(key: &Any) -> Vec<u8> {
    [b"k", sha256(&[&key.encode_to_vec()]).as_slice()].concat()
}
