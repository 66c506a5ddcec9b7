//! Actions on departments, accounts and issuers.

use clap::Args;
use govhub_identity::genesis::role_from_name;
use govhub_identity::proto;
use govhub_types::{KeyKind, PublicKey};
use ibc_proto::google::protobuf::Any;
use serde::Deserialize;

use super::day::Day;
use super::{any, ToAny};
use crate::cli::CliError;

/// A department.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterDepartment {
    /// Unified social credit code
    #[arg(long)]
    id: String,
    /// Six digits (GB/T 2260)
    #[arg(long)]
    region: String,
    /// Official name
    #[arg(long)]
    name: String,
}

impl ToAny for RegisterDepartment {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::RegisterDepartment { id: self.id.clone(), region: self.region.clone(), name: self.name.clone() };
        Ok(any("/govhub.identity.v1.RegisterDepartment", action))
    }
}

/// An account by its public key.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisterAccount {
    /// ed25519, secp256k1, p256 or sm2
    #[arg(long, value_name = "KIND")]
    kind: String,
    /// Public key in hex, 32 or 33 bytes; `govhub keys show` prints it
    #[arg(long, value_name = "HEX")]
    key: String,
    /// relayer, department, governance; more than one separated by commas
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<String>,
    /// Unified social credit code, if the account speaks for a department
    #[arg(long, default_value = "")]
    #[serde(default)]
    department: String,
}

impl ToAny for RegisterAccount {
    fn to_any(&self) -> Result<Any, CliError> {
        let kind = KeyKind::from_name(&self.kind).ok_or_else(|| CliError::usage("kind: expected ed25519, secp256k1, p256 or sm2"))?;
        let bytes = hex::decode(&self.key).map_err(|e| CliError::usage(format!("key: {e}")))?;
        let key = PublicKey::new(kind, &bytes).map_err(|e| CliError::usage(format!("key: {e}")))?;
        let action = proto::RegisterAccount { public_key: Some(key.to_any()), roles: roles(&self.roles)?, department: self.department.clone() };
        Ok(any("/govhub.identity.v1.RegisterAccount", action))
    }
}

/// Roles of an account.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetRoles {
    /// Address, gov1…
    #[arg(long)]
    address: String,
    /// relayer, department, governance; more than one separated by commas
    #[arg(long, value_delimiter = ',', required = true)]
    roles: Vec<String>,
    /// Unified social credit code, if the account speaks for a department
    #[arg(long, default_value = "")]
    #[serde(default)]
    department: String,
}

impl ToAny for SetRoles {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::SetRoles { address: self.address.clone(), roles: roles(&self.roles)?, department: self.department.clone() };
        Ok(any("/govhub.identity.v1.SetRoles", action))
    }
}

fn roles(names: &[String]) -> Result<Vec<i32>, CliError> {
    let number = |name: &String| {
        let role = role_from_name(name).ok_or_else(|| CliError::usage(format!("role `{name}`: expected relayer, department or governance")))?;
        Ok(role as i32)
    };
    let mut roles = names.iter().map(number).collect::<Result<Vec<_>, CliError>>()?;
    roles.sort_unstable();
    Ok(roles)
}

/// An account to be removed.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RemoveAccount {
    /// Address, gov1…
    #[arg(long)]
    address: String,
}

impl ToAny for RemoveAccount {
    fn to_any(&self) -> Result<Any, CliError> {
        Ok(any("/govhub.identity.v1.RemoveAccount", proto::RemoveAccount { address: self.address.clone() }))
    }
}

/// An authorisation to issue.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AuthoriseIssuer {
    /// Department, unified social credit code
    #[arg(long)]
    issuer: String,
    /// Licence type, 21 characters
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type")]
    licence_type: String,
    /// Six digits
    #[arg(long)]
    region: String,
    /// First day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    not_before: Day,
    /// Last day, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    not_after: Day,
}

impl ToAny for AuthoriseIssuer {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::AuthoriseIssuer {
            issuer: self.issuer.clone(),
            licence_type: self.licence_type.clone(),
            region: self.region.clone(),
            not_before: self.not_before.0,
            not_after: self.not_after.0,
        };
        Ok(any("/govhub.identity.v1.AuthoriseIssuer", action))
    }
}

/// The end of an authorisation.
#[derive(Debug, Args, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeIssuer {
    /// Department, unified social credit code
    #[arg(long)]
    issuer: String,
    /// Licence type, 21 characters
    #[arg(long = "type", value_name = "TYPE")]
    #[serde(rename = "type")]
    licence_type: String,
    /// Six digits
    #[arg(long)]
    region: String,
    /// First day on which it no longer holds, YYYY-MM-DD
    #[arg(long, value_name = "DATE")]
    from_day: Day,
}

impl ToAny for RevokeIssuer {
    fn to_any(&self) -> Result<Any, CliError> {
        let action = proto::RevokeIssuer {
            issuer: self.issuer.clone(),
            licence_type: self.licence_type.clone(),
            region: self.region.clone(),
            from_day: self.from_day.0,
        };
        Ok(any("/govhub.identity.v1.RevokeIssuer", action))
    }
}
