//! Principals: whom a policy asks for.
//!
//! Source: fabric `msp/mspimpl.go` `SatisfiesPrincipal` (rules of V1_4_3).

use govhub_lc_core::Reason;

use super::provider::certificate;
use super::{Role, Signer};
use crate::messages::msp::{
    CombinedPrincipal, MspPrincipal, MspRole, OrganizationUnit, SerializedIdentity, PRINCIPAL_COMBINED, PRINCIPAL_IDENTITY,
    PRINCIPAL_ORGANIZATION_UNIT, PRINCIPAL_ROLE,
};
use crate::wire::Message;

/// Levels of combined principals.
const MAX_DEPTH: usize = 4;

/// A principal that can be asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal<'a> {
    /// Any member of a provider.
    Member(&'a str),
    /// A member in a role.
    Role(&'a str, Role),
    /// A member with a unit, below given authorities.
    Unit(OrganizationUnit<'a>),
    /// This certificate and no other.
    Identity(&'a str, Box<govhub_x509::Identity>),
    /// All of them.
    Combined(Vec<Principal<'a>>),
    /// Nobody: what X.509 identities never are (anonymous), and classes and roles that are not known.
    Nobody,
}

impl<'a> Principal<'a> {
    /// Reads a principal.
    ///
    /// # Errors
    /// `malformed`; `policy-too-large`; the codes of `govhub-x509` for a certificate that cannot be read.
    pub fn read(raw: &MspPrincipal<'a>) -> Result<Self, Reason> {
        Self::read_below(raw, 0)
    }

    fn read_below(raw: &MspPrincipal<'a>, depth: usize) -> Result<Self, Reason> {
        if depth == MAX_DEPTH {
            return Err(Reason::new("policy-too-large", format!("principals combined on more than {MAX_DEPTH} levels")));
        }
        Ok(match raw.principal_classification {
            PRINCIPAL_ROLE => role(&MspRole::read(raw.principal)?),
            PRINCIPAL_ORGANIZATION_UNIT => Self::Unit(OrganizationUnit::read(raw.principal)?),
            PRINCIPAL_IDENTITY => {
                let identity = SerializedIdentity::read(raw.principal)?;
                Self::Identity(identity.mspid, Box::new(certificate(identity.id_bytes)?.identity()))
            }
            PRINCIPAL_COMBINED => {
                let parts = CombinedPrincipal::read(raw.principal)?.principals;
                let parts = parts.iter().map(|part| Self::read_below(part, depth + 1)).collect::<Result<Vec<_>, Reason>>()?;
                if parts.is_empty() { Self::Nobody } else { Self::Combined(parts) }
            }
            _ => Self::Nobody,
        })
    }

    /// Whether `signer` is one. Never, if its certificate is not a member's.
    pub fn is(&self, signer: &Signer) -> bool {
        let Ok(member) = signer.member() else { return false };
        let of = |msp: &str| signer.msp().name() == msp;
        match self {
            Self::Member(msp) => of(msp),
            Self::Role(msp, Role::Admin) => of(msp) && (member.named_admin || member.role == Some(Role::Admin)),
            Self::Role(msp, role) => of(msp) && member.role == Some(*role),
            Self::Unit(unit) => {
                let units = signer.certificate().subject().organizational_units();
                let has = units.iter().any(|found| found == unit.organizational_unit_identifier);
                of(unit.msp_identifier) && has && member.certifiers[..] == *unit.certifiers_identifier
            }
            Self::Identity(msp, identity) => of(msp) && signer.certificate().identity() == **identity,
            Self::Combined(parts) => parts.iter().all(|part| part.is(signer)),
            Self::Nobody => false,
        }
    }
}

fn role<'a>(raw: &MspRole<'a>) -> Principal<'a> {
    let role = match raw.role {
        0 => return Principal::Member(raw.msp_identifier),
        1 => Role::Admin,
        2 => Role::Client,
        3 => Role::Peer,
        4 => Role::Orderer,
        _ => return Principal::Nobody,
    };
    Principal::Role(raw.msp_identifier, role)
}
