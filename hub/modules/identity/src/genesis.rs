//! Identities of the genesis document.

use govhub_store::State;
use govhub_types::{Address, PublicKey};
use ibc_proto::google::protobuf::Any;
use serde::{Deserialize, Serialize};

use crate::proto::Role;
use crate::{account, actions, department, issuer};

/// What a chain starts with. Everything here can be changed later by governance.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Departments.
    pub departments: Vec<DepartmentConfig>,
    /// Accounts, numbered in this order from 0.
    pub accounts: Vec<AccountConfig>,
    /// Authorised issuers.
    pub issuers: Vec<IssuerConfig>,
}

/// One department.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartmentConfig {
    /// Unified social credit code.
    pub id: String,
    /// Six digits.
    pub region: String,
    /// Official name.
    pub name: String,
}

/// One account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    /// Bech32 address, repeated for the reader: it must be the key's.
    pub address: String,
    /// Type URL of the public key.
    pub key_type: String,
    /// The key in hex, 32 or 33 bytes.
    pub key: String,
    /// `relayer`, `department`, `governance`.
    pub roles: Vec<String>,
    /// The department it speaks for, if its roles say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
}

/// One grant to an issuer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssuerConfig {
    /// Department.
    pub issuer: String,
    /// 21 characters.
    pub licence_type: String,
    /// Six digits.
    pub region: String,
    /// First day.
    pub not_before: u32,
    /// Last day.
    pub not_after: u32,
}

impl AccountConfig {
    /// The entry of `key` with `roles`.
    pub fn new(key: &PublicKey, roles: &[Role], department: Option<&str>) -> Self {
        let any = key.to_any();
        Self {
            address: key.address().to_string(),
            key_type: any.type_url,
            key: hex(key_bytes(&any.value)),
            roles: roles.iter().map(|&r| role_name(r).to_owned()).collect(),
            department: department.map(str::to_owned),
        }
    }
}

/// The word for a role.
pub fn role_name(role: Role) -> &'static str {
    match role {
        Role::Unspecified => "unspecified",
        Role::Relayer => "relayer",
        Role::Department => "department",
        Role::Governance => "governance",
    }
}

/// The role of a word.
pub fn role_from_name(name: &str) -> Option<Role> {
    [Role::Relayer, Role::Department, Role::Governance].into_iter().find(|&r| role_name(r) == name)
}

/// Writes the genesis state.
///
/// # Errors
/// The entry that is wrong, and why.
pub fn genesis(state: &mut State<'_>, config: &Config) -> Result<(), String> {
    for (i, d) in config.departments.iter().enumerate() {
        department::register(state, 0, &d.id, &d.region, &d.name).map_err(|e| format!("departments[{i}]: {e}"))?;
    }
    for (i, a) in config.accounts.iter().enumerate() {
        add_account(state, a).map_err(|why| format!("accounts[{i}]: {why}"))?;
    }
    for (i, g) in config.issuers.iter().enumerate() {
        actions::issuer_key(&g.issuer, &g.licence_type, &g.region)
            .and_then(|(department, licence_type, region)| issuer::authorise(state, 0, &department, &licence_type, &region, g.not_before, g.not_after))
            .map_err(|e| format!("issuers[{i}]: {e}"))?;
    }
    Ok(())
}

fn add_account(state: &mut State<'_>, config: &AccountConfig) -> Result<(), String> {
    let key = unhex(&config.key).filter(|k| k.len() <= 33).ok_or("key: lower-case hex of 32 or 33 bytes")?;
    let length = u8::try_from(key.len()).expect("at most 33");
    let any = Any { type_url: config.key_type.clone(), value: [&[0x0a, length][..], &key].concat() };
    let address = PublicKey::from_any(&any).map_err(|e| format!("key: {e}"))?.address();
    if config.address.parse::<Address>().ok().as_ref() != Some(&address) {
        return Err(format!("address: the key's is {address}, found `{}`", config.address));
    }
    let mut roles = Vec::new();
    for name in &config.roles {
        roles.push(role_from_name(name).ok_or_else(|| format!("roles: relayer, department or governance, found `{name}`"))? as i32);
    }
    roles.sort_unstable();
    account::register(state, 0, &any, &roles, config.department.as_deref().unwrap_or_default()).map(|_| ()).map_err(|e| e.to_string())
}

/// The key inside the canonical `PubKey { 1: bytes key }`.
fn key_bytes(value: &[u8]) -> &[u8] {
    value.get(2..).unwrap_or_default()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| char::from(b).to_digit(16).filter(|_| !b.is_ascii_uppercase()).map(|d| d as u8);
    let bytes = text.as_bytes();
    bytes.len().is_multiple_of(2).then(|| bytes.chunks(2).map(|c| Some(digit(c[0])? << 4 | digit(c[1])?)).collect()).flatten()
}
