//! Policies: signatures counted as Fabric counts them.

use govhub_lc_fabric::config::Group;
use govhub_lc_fabric::messages::common::{NOutOf, SignaturePolicy as RawRule, SignaturePolicyEnvelope};
use govhub_lc_fabric::messages::msp::{CombinedPrincipal, MspPrincipal, MspRole, OrganizationUnit};
use govhub_lc_fabric::msp::{signers, Bad, Msps, Signed, Signer};
use govhub_lc_fabric::policy::{Policies, SignaturePolicy};
use govhub_lc_fabric::testing::{signature_policy, Node, Organisation, Rule, Tree, ADMIN, CLIENT, ORDERER, PEER};
use govhub_lc_fabric::wire::Message;
use govhub_types::hash::sha256;
use govhub_x509::When;

const MEMBER: i32 = 0;
const AN_ADMIN: i32 = 1;
const A_CLIENT: i32 = 2;
const A_PEER: i32 = 3;

struct World {
    organisations: [Organisation; 2],
}

impl World {
    fn new() -> Self {
        Self { organisations: [Organisation::new("A", 13), Organisation::new("B", 14)] }
    }

    fn node(&self, organisation: usize, unit: &str, name: &str) -> Node {
        self.organisations[organisation].member(unit, name)
    }

    fn signers(&self, nodes: &[&Node]) -> Vec<Signer> {
        let raw: Vec<Vec<u8>> = self.organisations.iter().map(Organisation::msp_config).collect();
        let mut msps = Msps::new(false);
        for one in &raw {
            msps.add(one).expect("our own");
        }
        let signed: Vec<(Vec<u8>, Vec<u8>)> = nodes.iter().map(|node| (node.identity(), node.sign(&[b"statement"]))).collect();
        let statements: Vec<_> = signed.iter().map(|(identity, signature)| Signed { message: [b"state", b"ment", b""], identity, signature }).collect();
        signers(&msps, &statements, When::AtIssue, Bad::PassOver).expect("passed over")
    }

    fn holds(&self, policy: &[u8], nodes: &[&Node]) -> bool {
        SignaturePolicy::read(policy).expect("readable").holds(&self.signers(nodes))
    }
}

fn leaf(index: i32) -> Vec<u8> {
    RawRule { signed_by: Some(index), n_out_of: None }.write()
}

fn n_of(n: i32, rules: &[Vec<u8>]) -> Vec<u8> {
    RawRule { signed_by: None, n_out_of: Some(NOutOf { n, rules: rules.iter().map(Vec::as_slice).collect::<Vec<_>>().into() }) }.write()
}

fn policy(rule: &[u8], principals: &[(i32, Vec<u8>)]) -> Vec<u8> {
    let identities: Vec<_> = principals.iter().map(|(class, bytes)| MspPrincipal { principal_classification: *class, principal: bytes }).collect();
    SignaturePolicyEnvelope { version: 0, rule, identities: identities.into() }.write()
}

fn role(msp: &str, role: i32) -> (i32, Vec<u8>) {
    (0, MspRole { msp_identifier: msp, role }.write())
}

#[test]
fn roles_are_satisfied_by_those_who_have_them() {
    let world = World::new();
    let nodes = [CLIENT, PEER, ADMIN, ORDERER].map(|unit| world.node(0, unit, "x"));
    let table = [(MEMBER, [true; 4]), (AN_ADMIN, [false, false, true, false]), (A_CLIENT, [true, false, false, false]), (A_PEER, [false, true, false, false])];
    for (role, expected) in table {
        let found = nodes.each_ref().map(|node| world.holds(&signature_policy(1, &[("A", role)]), &[node]));
        assert_eq!(found, expected, "role {role}");
    }
    assert!(!world.holds(&signature_policy(1, &[("B", MEMBER)]), &[&nodes[0]]), "another organisation");
    assert!(!world.holds(&signature_policy(1, &[("A", 9)]), &[&nodes[0]]), "a role that is not known");
}

#[test]
fn one_signer_satisfies_one_leaf() {
    let world = World::new();
    let (one, two) = (world.node(0, PEER, "one"), world.node(0, PEER, "two"));
    let both = signature_policy(2, &[("A", A_PEER), ("A", A_PEER)]);
    assert!(world.holds(&both, &[&one, &two]));
    assert!(!world.holds(&both, &[&one]));
    assert!(!world.holds(&both, &[&one, &one]), "the same signature twice");
}

#[test]
fn evaluation_is_greedy_and_goes_from_left_to_right() {
    let world = World::new();
    let (peer, admin) = (world.node(0, PEER, "peer"), world.node(0, ADMIN, "admin"));
    // Whoever comes first takes the leaf "any member", and does not give it back.
    let rule = n_of(2, &[leaf(0), leaf(1)]);
    let member_then_peer = policy(&rule, &[role("A", MEMBER), role("A", A_PEER)]);
    assert!(world.holds(&member_then_peer, &[&admin, &peer]));
    assert!(!world.holds(&member_then_peer, &[&peer, &admin]), "as Fabric: no going back");
}

#[test]
fn a_branch_that_fails_gives_back_what_it_used() {
    let world = World::new();
    let (one, two) = (world.node(0, PEER, "one"), world.node(1, PEER, "two"));
    let principals = [role("A", A_PEER), role("B", A_CLIENT)];
    let fails = n_of(2, &[leaf(0), leaf(1)]);
    let either = policy(&n_of(1, &[fails.clone(), leaf(0)]), &principals);
    assert!(world.holds(&either, &[&one]));
    assert!(!world.holds(&policy(&n_of(2, &[fails, leaf(0)]), &principals), &[&one, &two]));
}

#[test]
fn thresholds_of_zero_and_beyond_all_rules_are_never_reached() {
    let world = World::new();
    let one = world.node(0, PEER, "one");
    for n in [0, -1, i32::MIN, 2, i32::MAX] {
        assert!(!world.holds(&signature_policy(n, &[("A", A_PEER)]), &[&one]), "{n}");
    }
    assert!(!world.holds(&signature_policy(0, &[]), &[]));
    assert!(!world.holds(&signature_policy(1, &[]), &[&one]));
}

#[test]
fn units_certificates_combinations_and_nobody() {
    let world = World::new();
    let (peer, client) = (world.node(0, PEER, "x"), world.node(0, CLIENT, "x"));
    let certifiers = sha256(&[&world.organisations[0].root.der]);
    let unit = |unit: &str, certifiers: &[u8]| {
        (1, OrganizationUnit { msp_identifier: "A", organizational_unit_identifier: unit, certifiers_identifier: certifiers }.write())
    };
    let single = |principal: (i32, Vec<u8>)| policy(&leaf(0), &[principal]);
    assert!(world.holds(&single(unit(PEER, &certifiers)), &[&peer]));
    assert!(!world.holds(&single(unit(PEER, &certifiers)), &[&client]));
    assert!(!world.holds(&single(unit(PEER, b"")), &[&peer]), "the authorities are part of it");
    assert!(world.holds(&single((2, peer.identity())), &[&peer]));
    assert!(!world.holds(&single((2, peer.identity())), &[&client]));
    let combined = |parts: &[(i32, Vec<u8>)]| {
        let parts: Vec<_> = parts.iter().map(|(class, bytes)| MspPrincipal { principal_classification: *class, principal: bytes }).collect();
        (4, CombinedPrincipal { principals: parts.into() }.write())
    };
    assert!(world.holds(&single(combined(&[role("A", MEMBER), role("A", A_PEER)])), &[&peer]));
    assert!(!world.holds(&single(combined(&[role("A", MEMBER), role("A", A_PEER)])), &[&client]));
    assert!(!world.holds(&single(combined(&[])), &[&peer]));
    assert!(!world.holds(&single((3, vec![8, 0])), &[&peer]), "nobody is anonymous");
    assert!(!world.holds(&single((9, Vec::new())), &[&peer]));
}

#[test]
fn a_revoked_signer_satisfies_nothing() {
    let mut world = World::new();
    let peer = world.node(0, PEER, "peer");
    assert!(world.holds(&signature_policy(1, &[("A", MEMBER)]), &[&peer]));
    world.organisations[0].revoke(&[&peer]);
    for principal in [role("A", MEMBER), role("A", A_PEER), (2, peer.identity())] {
        assert!(!world.holds(&policy(&leaf(0), &[principal]), &[&peer]));
    }
}

#[test]
fn policies_that_cannot_be_read_are_refused() {
    let refused = |bytes: &[u8]| SignaturePolicy::read(bytes).expect_err("must be refused").code;
    let member = role("A", MEMBER);
    assert_eq!(refused(&policy(&leaf(1), std::slice::from_ref(&member))), "policy-malformed");
    assert_eq!(refused(&policy(&leaf(-1), std::slice::from_ref(&member))), "policy-malformed");
    assert_eq!(refused(&policy(b"", std::slice::from_ref(&member))), "policy-malformed");
    assert_eq!(refused(&policy(&[leaf(0), n_of(1, &[])].concat(), std::slice::from_ref(&member))), "policy-malformed");
    let mut version = policy(&leaf(0), std::slice::from_ref(&member));
    version.extend([0x08, 1]);
    assert_eq!(refused(&version), "policy-malformed");
    let deep = (0..8).fold(leaf(0), |rule, _| n_of(1, &[rule]));
    assert_eq!(refused(&policy(&deep, std::slice::from_ref(&member))), "policy-too-large");
    let wide = n_of(1, &vec![n_of(1, &vec![leaf(0); 200]); 6]);
    assert_eq!(refused(&policy(&wide, &[member])), "policy-too-large");
    assert_eq!(refused(&policy(&leaf(0), &[(2, b"\x0a\x01A".to_vec())])), "x509-malformed-pem");
}

/// Whether `/Channel/Application/Policy` holds with this rule over groups A and B, each of which asks for a peer of its own.
fn meta(rule: Rule, groups: &[&str], nodes: &[&Node], world: &World) -> Result<(), &'static str> {
    let mut section = Tree::new().meta("Policy", rule, "Endorsement");
    for group in groups {
        let below = if *group == "C" { Tree::new() } else { Tree::new().roles("Endorsement", group, &[A_PEER]) };
        section = section.group(group, below);
    }
    let bytes = Tree::new().group("Application", section).write();
    let root = Group::read(&bytes).expect("our own");
    Policies::of(&root).check("/Channel/Application/Policy", &world.signers(nodes)).map_err(|reason| reason.code)
}

#[test]
fn implicit_meta_policies_count_groups() {
    let world = World::new();
    let (a, b) = (world.node(0, PEER, "a"), world.node(1, PEER, "b"));
    let not = Err("policy-not-satisfied");
    assert_eq!(meta(Rule::Any, &["A", "B"], &[&b], &world), Ok(()));
    assert_eq!(meta(Rule::All, &["A", "B"], &[&b], &world), not);
    assert_eq!(meta(Rule::Majority, &["A", "B"], &[&b], &world), not);
    assert_eq!(meta(Rule::All, &["A", "B"], &[&a, &b], &world), Ok(()));
    assert_eq!(meta(Rule::Majority, &["A", "B"], &[&a, &b], &world), Ok(()));
    assert_eq!(meta(Rule::Majority, &["A", "B", "C"], &[&a, &b], &world), Ok(()), "a group without the policy counts among all");
    assert_eq!(meta(Rule::All, &["A", "B", "C"], &[&a, &b], &world), not, "and never agrees");
}

#[test]
fn an_implicit_meta_policy_over_no_groups_holds_for_nobody() {
    let world = World::new();
    let a = world.node(0, PEER, "a");
    for rule in [Rule::Any, Rule::All, Rule::Majority] {
        assert_eq!(meta(rule, &[], &[&a], &world), Err("policy-not-satisfied"));
    }
}

#[test]
fn paths_that_lead_nowhere_are_refused() {
    let bytes = Tree::new().group("Application", Tree::new().roles("Policy", "A", &[MEMBER])).write();
    let root = Group::read(&bytes).expect("our own");
    let world = World::new();
    let signers = world.signers(&[&world.node(0, PEER, "a")]);
    let check = |path: &str| Policies::of(&root).check(path, &signers).map_err(|reason| reason.code);
    assert_eq!(check("/Channel/Application/Policy"), Ok(()));
    for path in ["", "/", "/Channel", "/Channel/", "/Channel/Policy", "Application/Policy", "/Other/Application/Policy", "/Channel/Application/Policy/", "/Channel//Policy"] {
        assert_eq!(check(path), Err("policy-missing"), "{path}");
    }
    let from = |group: &[&str], name: &str| Policies::of(&root).check_from(group, name, &signers).map_err(|reason| reason.code);
    assert_eq!(from(&["Application"], "Policy"), Ok(()));
    assert_eq!(from(&[], "Application/Policy"), Ok(()));
    assert_eq!(from(&["Application"], "/Channel/Application/Policy"), Ok(()));
    assert_eq!(from(&["Nothing"], "Policy"), Err("policy-missing"));
    assert_eq!(from(&["Application"], ""), Err("policy-missing"));
}
