//! Organisations and their members.

use govhub_types::hash::sha256;
use govhub_types::{KeyKind, SigningKey};
use govhub_x509::testing::{der_signature, pem, Authority};

use crate::messages::msp::{FabricCryptoConfig, FabricMspConfig, FabricNodeOus, FabricOuIdentifier, MspConfig, SerializedIdentity};
use crate::wire::Message;

/// Unit of clients.
pub const CLIENT: &str = "client";
/// Unit of peers.
pub const PEER: &str = "peer";
/// Unit of administrators.
pub const ADMIN: &str = "admin";
/// Unit of orderers.
pub const ORDERER: &str = "orderer";

/// An organisation: its authority and what it puts into the channel's configuration.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Name of its provider.
    pub msp: String,
    /// Its authority.
    pub root: Authority,
    /// Authorities below it.
    pub intermediates: Vec<Authority>,
    /// DER of its revocation lists.
    pub crls: Vec<Vec<u8>>,
    /// PEM of administrators that are named one by one.
    pub admins: Vec<Vec<u8>>,
    /// Whether roles are told apart by units.
    pub roles: bool,
}

impl Organisation {
    /// An organisation whose authority's key comes from `seed`.
    pub fn new(msp: &str, seed: u8) -> Self {
        let root = Authority::root(KeyKind::P256, seed, &format!("ca.{}", msp.to_lowercase()));
        Self { msp: msp.into(), root, intermediates: Vec::new(), crls: Vec::new(), admins: Vec::new(), roles: true }
    }

    /// The member `name` in a unit; key and serial number follow from the names.
    pub fn member(&self, unit: &str, name: &str) -> Node {
        self.member_by(&self.root, unit, name)
    }

    /// The same, issued by `authority`.
    pub fn member_by(&self, authority: &Authority, unit: &str, name: &str) -> Node {
        let seed = sha256(&[self.msp.as_bytes(), b"/", unit.as_bytes(), b"/", name.as_bytes()]);
        let serial = u64::from_be_bytes([0x00, seed[0] | 1, seed[1], seed[2], seed[3], seed[4], seed[5], seed[6]]);
        let key = SigningKey::from_seed(KeyKind::P256, &seed);
        let der = authority.leaf(&[("OU", unit), ("CN", name)], &key.public_key(), serial);
        Node { msp: self.msp.clone(), pem: pem("CERTIFICATE", &der).into_bytes(), key, serial }
    }

    /// Puts a list of serial numbers by its authority into its configuration.
    pub fn revoke(&mut self, nodes: &[&Node]) {
        let serials: Vec<u64> = nodes.iter().map(|node| node.serial).collect();
        self.crls.push(self.root.crl(&serials));
    }

    /// Its value `MSP`.
    pub fn msp_config(&self) -> Vec<u8> {
        let certificate = |authority: &Authority| pem("CERTIFICATE", &authority.der).into_bytes();
        let (root, intermediates) = (certificate(&self.root), self.intermediates.iter().map(certificate).collect::<Vec<_>>());
        let crls: Vec<Vec<u8>> = self.crls.iter().map(|der| pem("X509 CRL", der).into_bytes()).collect();
        let unit = |name| Some(FabricOuIdentifier { certificate: &root, organizational_unit_identifier: name });
        let roles = FabricNodeOus {
            enable: true,
            client_ou_identifier: unit(CLIENT),
            peer_ou_identifier: unit(PEER),
            admin_ou_identifier: unit(ADMIN),
            orderer_ou_identifier: unit(ORDERER),
        };
        let config = FabricMspConfig {
            name: &self.msp,
            root_certs: vec![root.as_slice()].into(),
            intermediate_certs: intermediates.iter().map(Vec::as_slice).collect::<Vec<_>>().into(),
            admins: self.admins.iter().map(Vec::as_slice).collect::<Vec<_>>().into(),
            revocation_list: crls.iter().map(Vec::as_slice).collect::<Vec<_>>().into(),
            crypto_config: Some(FabricCryptoConfig { signature_hash_family: "SHA2", identity_identifier_hash_function: "SHA256" }),
            fabric_node_ous: self.roles.then_some(roles),
            ..Default::default()
        }
        .write();
        MspConfig { kind: 0, config: &config }.write()
    }
}

/// A member: client, peer, administrator or orderer.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name of its provider.
    pub msp: String,
    /// Its certificate.
    pub pem: Vec<u8>,
    /// Its key.
    pub key: SigningKey,
    /// Its certificate's serial number.
    pub serial: u64,
}

impl Node {
    /// Its serialised identity.
    pub fn identity(&self) -> Vec<u8> {
        SerializedIdentity { mspid: &self.msp, id_bytes: &self.pem }.write()
    }

    /// Its signature over `parts`, one behind the other.
    pub fn sign(&self, parts: &[&[u8]]) -> Vec<u8> {
        der_signature(&self.key, &parts.concat())
    }
}
