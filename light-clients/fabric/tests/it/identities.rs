//! Who is a member, and in which role.

use govhub_lc_fabric::messages::msp::{FabricMspConfig, MspConfig};
use govhub_lc_fabric::msp::{Msp, Role};
use govhub_lc_fabric::testing::{Node, Organisation, ADMIN, CLIENT, ORDERER, PEER};
use govhub_lc_fabric::wire::Message;
use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::testing::{pem, Draft, DIES_S};
use govhub_x509::{Certificate, When};

fn msp(organisation: &Organisation) -> Msp {
    let bytes = organisation.msp_config();
    let config = MspConfig::read(&bytes).expect("our own");
    Msp::new(&FabricMspConfig::read(config.config).expect("our own"), false).expect("can be set up")
}

fn role(organisation: &Organisation, pem: &[u8]) -> Result<Option<Role>, &'static str> {
    let certificate = Certificate::from_pem(pem).expect("our own");
    msp(organisation).member(&certificate, When::AtIssue).map(|member| member.role).map_err(|reason| reason.code)
}

fn of(organisation: &Organisation, node: &Node) -> Result<Option<Role>, &'static str> {
    role(organisation, &node.pem)
}

fn organisation() -> Organisation {
    Organisation::new("HousingMSP", 13)
}

#[test]
fn a_members_role_is_its_unit() {
    let ours = organisation();
    for (unit, expected) in [(CLIENT, Role::Client), (PEER, Role::Peer), (ADMIN, Role::Admin), (ORDERER, Role::Orderer)] {
        assert_eq!(of(&ours, &ours.member(unit, "somebody")), Ok(Some(expected)));
    }
    assert_eq!(of(&ours, &ours.member("cleaning", "somebody")), Err("identity-role"));
    let both = ours.root.leaf(&[("OU", PEER), ("OU", CLIENT), ("CN", "both")], &key(1), 5);
    assert_eq!(role(&ours, &to_pem(&both)), Err("identity-role"));
    let without_roles = Organisation { roles: false, ..ours.clone() };
    assert_eq!(of(&without_roles, &ours.member("cleaning", "somebody")), Ok(None));
}

#[test]
fn only_the_organisations_own_authority_makes_members() {
    let (ours, other) = (organisation(), Organisation::new("LandMSP", 14));
    assert_eq!(of(&ours, &other.member(PEER, "peer0")), Err("unknown-issuer"));
    // Another authority of the same name, with another key.
    let mut namesake = Organisation::new("HousingMSP", 99);
    namesake.root.name = ours.root.name.clone();
    assert_eq!(of(&ours, &namesake.member(PEER, "peer0")), Err("key-identifier-mismatch"));
}

#[test]
fn an_authority_is_no_member() {
    let ours = organisation();
    assert_eq!(role(&ours, &to_pem(&ours.root.der)), Err("leaf-is-authority"));
}

#[test]
fn an_authority_that_issues_for_authorities_does_not_issue_for_members() {
    let mut ours = organisation();
    let below = ours.root.authority(50, "below", None);
    let (direct, indirect) = (ours.member(PEER, "direct"), ours.member_by(&below, PEER, "indirect"));
    assert_eq!((of(&ours, &direct), of(&ours, &indirect)), (Ok(Some(Role::Peer)), Err("unknown-issuer")));
    ours.intermediates.push(below);
    // The roles' units name the root as certifier; leave them out of this test.
    ours.roles = false;
    assert_eq!((of(&ours, &direct), of(&ours, &indirect)), (Err("identity-issuer"), Ok(None)));
}

#[test]
fn a_unit_counts_only_in_certificates_of_its_certifier() {
    let mut ours = organisation();
    let below = ours.root.authority(50, "below", None);
    let indirect = ours.member_by(&below, PEER, "indirect");
    ours.intermediates.push(below);
    assert_eq!(of(&ours, &indirect), Err("identity-role"), "the units are for certificates of the root");
}

#[test]
fn a_revoked_certificate_is_no_members_and_a_list_by_strangers_revokes_nothing() {
    let mut ours = organisation();
    let (good, revoked) = (ours.member(PEER, "good"), ours.member(PEER, "revoked"));
    ours.revoke(&[&revoked]);
    assert_eq!((of(&ours, &good), of(&ours, &revoked)), (Ok(Some(Role::Peer)), Err("certificate-revoked")));
    let mut forged = organisation();
    forged.root.key = SigningKey::from_seed(KeyKind::P256, &[7; 32]);
    let mut draft = govhub_x509::testing::CrlDraft::new(&ours.root, &[good.serial]);
    ours.crls.push(draft.signed_by(&forged.root.key));
    assert_eq!(of(&ours, &good), Ok(Some(Role::Peer)), "as Fabric does, recorded live");
    draft.entries.clear();
    ours.crls = vec![draft.signed_by(&ours.root.key)];
    assert_eq!(of(&ours, &revoked), Ok(Some(Role::Peer)), "the twin that lists nobody");
}

#[test]
fn dates_count_only_where_the_caller_names_a_moment() {
    let ours = organisation();
    let certificate = Certificate::from_pem(&ours.member(PEER, "peer0").pem).expect("our own");
    let at = |when| msp(&ours).member(&certificate, when).map(|member| member.role).map_err(|reason| reason.code);
    assert_eq!(at(When::AtIssue), Ok(Some(Role::Peer)));
    assert_eq!(at(When::At(Time::from_unix_s(DIES_S))), Ok(Some(Role::Peer)));
    assert_eq!(at(When::At(Time::from_unix_s(DIES_S + 1))), Err("certificate-expired"));
}

#[test]
fn keys_are_p256_or_with_v3_ed25519() {
    let ours = organisation();
    let key = SigningKey::from_seed(KeyKind::Ed25519, &[3; 32]).public_key();
    let der = ours.root.leaf(&[("OU", PEER), ("CN", "peer0")], &key, 5);
    let certificate = Certificate::from_der(&der).expect("our own");
    let bytes = ours.msp_config();
    let config = MspConfig::read(&bytes).expect("our own");
    let config = FabricMspConfig::read(config.config).expect("our own");
    let judged = |ed25519| Msp::new(&config, ed25519).expect("can be set up").member(&certificate, When::AtIssue).map(|member| member.role);
    assert_eq!(judged(true), Ok(Some(Role::Peer)));
    assert_eq!(judged(false).expect_err("not before V3_0").code, "identity-key");
    let secp256k1 = SigningKey::from_seed(KeyKind::Secp256k1, &[3; 32]).public_key();
    assert_eq!(role(&ours, &to_pem(&ours.root.leaf(&[("OU", PEER), ("CN", "peer0")], &secp256k1, 6))), Err("identity-key"));
}

#[test]
fn administrators_are_named_or_have_the_unit() {
    let mut ours = Organisation { roles: false, ..organisation() };
    let (named, other) = (ours.member(CLIENT, "named"), ours.member(CLIENT, "other"));
    ours.admins.push(named.pem.clone());
    let is_named = |node: &Node| msp(&ours).member(&Certificate::from_pem(&node.pem).expect("our own"), When::AtIssue).map(|member| member.named_admin);
    assert_eq!((is_named(&named), is_named(&other)), (Ok(true), Ok(false)));
}

#[test]
fn providers_that_cannot_be_judged_are_refused() {
    let ours = organisation();
    let bytes = ours.msp_config();
    let config = MspConfig::read(&bytes).expect("our own");
    let good = FabricMspConfig::read(config.config).expect("our own");
    let refused = |config: FabricMspConfig<'_>| Msp::new(&config, false).expect_err("must be refused").code;
    assert_eq!(refused(FabricMspConfig { root_certs: Vec::new().into(), ..good.clone() }), "msp-setup");
    assert_eq!(refused(FabricMspConfig { name: "", ..good.clone() }), "msp-setup");
    let leaf = ours.member(PEER, "peer0").pem;
    assert_eq!(refused(FabricMspConfig { root_certs: vec![leaf.as_slice()].into(), ..good.clone() }), "msp-setup");
    let sha3 = govhub_lc_fabric::messages::msp::FabricCryptoConfig { signature_hash_family: "SHA3", identity_identifier_hash_function: "" };
    assert_eq!(refused(FabricMspConfig { crypto_config: Some(sha3), ..good.clone() }), "msp-unsupported");
    let anonymous = Draft::authority(ours.root.name.clone(), &ours.root.key.public_key(), 1, None).without("2.5.29.14");
    let without_key_id = to_pem(&Draft { issuer: ours.root.name.clone(), ..anonymous }.signed_by(&ours.root.key));
    assert_eq!(refused(FabricMspConfig { root_certs: vec![without_key_id.as_slice()].into(), fabric_node_ous: None, ..good.clone() }), "msp-setup");
    assert_eq!(refused(FabricMspConfig { root_certs: vec![&b"no certificate"[..]].into(), ..good }), "x509-malformed-pem");
    let idemix = MspConfig { kind: 1, config: b"\x0a\x01i" }.write();
    assert_eq!(govhub_lc_fabric::msp::Msps::new(true).add(&idemix).expect_err("Idemix").code, "msp-unsupported");
}

fn key(seed: u8) -> govhub_types::PublicKey {
    SigningKey::from_seed(KeyKind::P256, &[seed; 32]).public_key()
}

fn to_pem(der: &[u8]) -> Vec<u8> {
    pem("CERTIFICATE", der).into_bytes()
}
