//! What governance does to identities: the actions that an executed proposal carries.

use govhub_store::State;
use govhub_types::codec::{decode_canonical, CodecError};
use govhub_types::{Address, BlockContext, Event, IdError, Rejection};
use ibc_proto::google::protobuf::Any;

use crate::proto::{AuthoriseIssuer, RegisterAccount, RegisterDepartment, RemoveAccount, RevokeIssuer, SetRoles};
use crate::{account, department, issuer, IdentityError, MESSAGE_BYTES_MAX};

/// Type URLs of the actions that [`apply`] takes.
pub const ACTIONS: [&str; 6] = [
    "/govhub.identity.v1.RegisterDepartment",
    "/govhub.identity.v1.RegisterAccount",
    "/govhub.identity.v1.SetRoles",
    "/govhub.identity.v1.RemoveAccount",
    "/govhub.identity.v1.AuthoriseIssuer",
    "/govhub.identity.v1.RevokeIssuer",
];

/// Executes one action of an executed proposal.
///
/// # Errors
/// The field that is wrong; the host discards the proposal's layer.
///
/// # Not checked
/// That governance decided it: only the host's proposal execution may call this.
pub fn apply(state: &mut State<'_>, ctx: &BlockContext, action: &Any, events: &mut Vec<Event>) -> Result<(), Rejection> {
    let event = run(state, ctx.height, action)?;
    events.push(event);
    Ok(())
}

fn run(state: &mut State<'_>, height: u64, action: &Any) -> Result<Event, IdentityError> {
    fn decode<M: prost::Message + Default>(what: &'static str, action: &Any) -> Result<M, CodecError> {
        decode_canonical(what, &action.value, MESSAGE_BYTES_MAX)
    }
    match action.type_url.as_str() {
        "/govhub.identity.v1.RegisterDepartment" => {
            let a: RegisterDepartment = decode("RegisterDepartment", action)?;
            department::register(state, height, &a.id, &a.region, &a.name)?;
            Ok(Event::new("identity_department_registered").with("department", a.id))
        }
        "/govhub.identity.v1.RegisterAccount" => {
            let a: RegisterAccount = decode("RegisterAccount", action)?;
            let account = account::register(state, height, &a.public_key.unwrap_or_default(), &a.roles, &a.department)?;
            Ok(Event::new("identity_account_registered").with("address", account.address).with("account_number", account.account_number))
        }
        "/govhub.identity.v1.SetRoles" => {
            let a: SetRoles = decode("SetRoles", action)?;
            account::set_roles(state, &address(&a.address)?, &a.roles, &a.department)?;
            Ok(Event::new("identity_roles_set").with("address", a.address))
        }
        "/govhub.identity.v1.RemoveAccount" => {
            let a: RemoveAccount = decode("RemoveAccount", action)?;
            account::remove(state, height, &address(&a.address)?)?;
            Ok(Event::new("identity_account_removed").with("address", a.address))
        }
        "/govhub.identity.v1.AuthoriseIssuer" => {
            let a: AuthoriseIssuer = decode("AuthoriseIssuer", action)?;
            let (department, licence_type, region) = issuer_key(&a.issuer, &a.licence_type, &a.region)?;
            issuer::authorise(state, height, &department, &licence_type, &region, a.not_before, a.not_after)?;
            Ok(Event::new("identity_issuer_authorised").with("issuer", a.issuer).with("licence_type", a.licence_type).with("region", a.region))
        }
        "/govhub.identity.v1.RevokeIssuer" => {
            let a: RevokeIssuer = decode("RevokeIssuer", action)?;
            let (department, licence_type, region) = issuer_key(&a.issuer, &a.licence_type, &a.region)?;
            issuer::revoke(state, height, &department, &licence_type, &region, a.from_day)?;
            Ok(Event::new("identity_issuer_revoked").with("issuer", a.issuer).with("licence_type", a.licence_type).with("region", a.region))
        }
        other => Err(IdentityError::unknown(other)),
    }
}

/// Parses an address of a message.
pub(crate) fn address(text: &str) -> Result<Address, IdentityError> {
    text.parse().map_err(|e| IdentityError::BadField { field: "address", why: format!("{e}") })
}

/// Parses the three names of a grant.
pub(crate) fn issuer_key(
    issuer: &str, licence_type: &str, region: &str,
) -> Result<(govhub_types::DepartmentId, govhub_types::LicenceType, govhub_types::Region), IdentityError> {
    let bad = |field: &'static str| move |e: IdError| IdentityError::BadField { field, why: e.to_string() };
    Ok((issuer.parse().map_err(bad("issuer"))?, licence_type.parse().map_err(bad("licence_type"))?, region.parse().map_err(bad("region"))?))
}
