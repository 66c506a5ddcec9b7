//! Identities, their providers, and principals of policies (`msp/identities.proto`, `msp_config.proto`, `msp_principal.proto`).

use crate::wire::{messages, Many};

/// Certificates or revocation lists of one kind in one provider.
pub const MAX_CERTIFICATES: usize = 128;

/// Parts of one combined principal.
pub const MAX_COMBINED: usize = 32;

messages! {
    /// An identity: a provider and a certificate of it.
    SerializedIdentity<'a> {
        1 mspid: &'a str,
        /// Certificate, PEM.
        2 id_bytes: &'a [u8],
    }
    /// Value `MSP` of an organisation.
    MspConfig<'a> {
        /// 0 X.509 ([`FabricMspConfig`]), 1 Idemix.
        1 kind: i32,
        2 config: &'a [u8],
    }
    /// A provider of X.509 identities. Certificates and lists are PEM.
    FabricMspConfig<'a> {
        1 name: &'a str,
        2 root_certs: Many<&'a [u8], MAX_CERTIFICATES>,
        3 intermediate_certs: Many<&'a [u8], MAX_CERTIFICATES>,
        4 admins: Many<&'a [u8], MAX_CERTIFICATES>,
        5 revocation_list: Many<&'a [u8], MAX_CERTIFICATES>,
        /// A node's own key: never in a channel's configuration.
        6 signing_identity: Option<&'a [u8]>,
        7 organizational_unit_identifiers: Many<FabricOuIdentifier<'a>, MAX_CERTIFICATES>,
        8 crypto_config: Option<FabricCryptoConfig<'a>>,
        9 tls_root_certs: Many<&'a [u8], MAX_CERTIFICATES>,
        10 tls_intermediate_certs: Many<&'a [u8], MAX_CERTIFICATES>,
        11 fabric_node_ous: Option<FabricNodeOus<'a>>,
    }
    /// Hash functions.
    FabricCryptoConfig<'a> {
        1 signature_hash_family: &'a str,
        2 identity_identifier_hash_function: &'a str,
    }
    /// A unit, and the authority that must have issued its certificates, if one is named.
    FabricOuIdentifier<'a> {
        1 certificate: &'a [u8],
        2 organizational_unit_identifier: &'a str,
    }
    /// Units that tell roles apart.
    FabricNodeOus<'a> {
        1 enable: bool,
        2 client_ou_identifier: Option<FabricOuIdentifier<'a>>,
        3 peer_ou_identifier: Option<FabricOuIdentifier<'a>>,
        4 admin_ou_identifier: Option<FabricOuIdentifier<'a>>,
        5 orderer_ou_identifier: Option<FabricOuIdentifier<'a>>,
    }
    /// Whom a policy asks for.
    MspPrincipal<'a> {
        /// One of the `PRINCIPAL_` constants.
        1 principal_classification: i32,
        2 principal: &'a [u8],
    }
    /// [`PRINCIPAL_ROLE`].
    MspRole<'a> {
        1 msp_identifier: &'a str,
        /// 0 member, 1 admin, 2 client, 3 peer, 4 orderer.
        2 role: i32,
    }
    /// [`PRINCIPAL_ORGANIZATION_UNIT`].
    OrganizationUnit<'a> {
        1 msp_identifier: &'a str,
        2 organizational_unit_identifier: &'a str,
        3 certifiers_identifier: &'a [u8],
    }
    /// [`PRINCIPAL_COMBINED`].
    CombinedPrincipal<'a> {
        1 principals: Many<MspPrincipal<'a>, MAX_COMBINED>,
    }
}

/// Type 0 of [`MspConfig`].
pub const MSP_X509: i32 = 0;
/// [`MspRole`].
pub const PRINCIPAL_ROLE: i32 = 0;
/// [`OrganizationUnit`].
pub const PRINCIPAL_ORGANIZATION_UNIT: i32 = 1;
/// [`SerializedIdentity`].
pub const PRINCIPAL_IDENTITY: i32 = 2;
/// Idemix: no X.509 identity is anonymous.
pub const PRINCIPAL_ANONYMITY: i32 = 3;
/// [`CombinedPrincipal`].
pub const PRINCIPAL_COMBINED: i32 = 4;
