//! Issuers: who may issue which licence type in which region, from which day to which, with everything that ever held.

use govhub_store::{State, Substore};
use govhub_types::{DepartmentId, LicenceType, Region};
use prost::Message;

use crate::proto::{Grant, Grants, Regions};
use crate::{department, IdentityError};

/// Grants of one issuer, type and region. One a year for a century would fit; each check reads them all.
pub const GRANTS_MAX: usize = 100;
/// Regions of one issuer and type: more than the counties of the largest province. A check "in any region" reads them all.
pub const REGIONS_MAX: usize = 256;

/// True iff `issuer` was authorised to issue `licence_type` on `day`: in `region`, or in any if that is `None`.
pub fn authorised(state: &State<'_>, issuer: &DepartmentId, licence_type: &LicenceType, region: Option<&Region>, day: u32) -> bool {
    let holds = |region: &str| grants(state, issuer, licence_type, region).iter().any(|g| grant_holds(g, day));
    match region {
        Some(region) => holds(region.as_str()),
        None => regions(state, issuer, licence_type).iter().any(|region| holds(region)),
    }
}

/// True iff `grant` covers `day`.
pub fn grant_holds(grant: &Grant, day: u32) -> bool {
    grant.not_before <= day && day <= grant.not_after && (grant.revoked_from == 0 || day < grant.revoked_from)
}

/// All that was ever granted, in order.
pub fn grants(state: &State<'_>, issuer: &DepartmentId, licence_type: &LicenceType, region: &str) -> Vec<Grant> {
    let bytes = state.get(Substore::Identity, &grants_key(issuer, licence_type, region));
    bytes.map_or_else(Vec::new, |b| Grants::decode(b.as_slice()).expect("written by put() below").grants)
}

/// Authorises an issuer from `not_before` to `not_after`, both included.
///
/// # Errors
/// It is no registered department, the dates are crossed, or a bound is reached.
pub fn authorise(
    state: &mut State<'_>, height: u64, issuer: &DepartmentId, licence_type: &LicenceType, region: &Region, not_before: u32, not_after: u32,
) -> Result<(), IdentityError> {
    department::get(state, issuer).ok_or_else(|| IdentityError::UnknownDepartment { id: issuer.to_string() })?;
    if not_after < not_before {
        return Err(IdentityError::BadDates { not_before, not_after });
    }
    let mut all = grants(state, issuer, licence_type, region.as_str());
    if all.len() >= GRANTS_MAX {
        return Err(IdentityError::Full { what: "grants of one issuer, type and region", max: GRANTS_MAX });
    }
    let mut known = regions(state, issuer, licence_type);
    if let Err(place) = known.binary_search_by(|r| r.as_str().cmp(region.as_str())) {
        if known.len() >= REGIONS_MAX {
            return Err(IdentityError::Full { what: "regions of one issuer and type", max: REGIONS_MAX });
        }
        known.insert(place, region.to_string());
        state.put(Substore::Identity, &regions_key(issuer, licence_type), Regions { regions: known }.encode_to_vec());
    }
    all.push(Grant { not_before, not_after, granted_at: height, revoked_from: 0, revoked_at: 0 });
    put(state, issuer, licence_type, region, all);
    Ok(())
}

/// Ends every grant that would hold on `from_day` or later. A day in the past is allowed: governance may find that a grant was void.
///
/// # Errors
/// No grant would change; day 0 means nothing.
pub fn revoke(
    state: &mut State<'_>, height: u64, issuer: &DepartmentId, licence_type: &LicenceType, region: &Region, from_day: u32,
) -> Result<(), IdentityError> {
    let mut all = grants(state, issuer, licence_type, region.as_str());
    let mut changed = false;
    for grant in &mut all {
        if from_day != 0 && from_day <= grant.not_after && (grant.revoked_from == 0 || from_day < grant.revoked_from) {
            grant.revoked_from = from_day;
            grant.revoked_at = height;
            changed = true;
        }
    }
    if !changed {
        return Err(IdentityError::NothingToRevoke {
            issuer: issuer.to_string(),
            licence_type: licence_type.to_string(),
            region: region.to_string(),
            from_day,
        });
    }
    put(state, issuer, licence_type, region, all);
    Ok(())
}

fn put(state: &mut State<'_>, issuer: &DepartmentId, licence_type: &LicenceType, region: &Region, grants: Vec<Grant>) {
    state.put(Substore::Identity, &grants_key(issuer, licence_type, region.as_str()), Grants { grants }.encode_to_vec());
}

fn regions(state: &State<'_>, issuer: &DepartmentId, licence_type: &LicenceType) -> Vec<String> {
    let bytes = state.get(Substore::Identity, &regions_key(issuer, licence_type));
    bytes.map_or_else(Vec::new, |b| Regions::decode(b.as_slice()).expect("written by authorise() above").regions)
}

// All parts have fixed lengths (18, 21, 6), so keys cannot run into one another.
fn grants_key(issuer: &DepartmentId, licence_type: &LicenceType, region: &str) -> Vec<u8> {
    [b"i", issuer.as_str().as_bytes(), licence_type.as_str().as_bytes(), region.as_bytes()].concat()
}

fn regions_key(issuer: &DepartmentId, licence_type: &LicenceType) -> Vec<u8> {
    [b"r", issuer.as_str().as_bytes(), licence_type.as_str().as_bytes()].concat()
}
