//! Configuration blocks: judged under the configuration before them, their updates made again.

use govhub_lc_core::LightClient;
use govhub_lc_fabric::testing::{header_any, signature_policy, Channel, Draft, Kind, Leaf, Node, Organisation, Rule, Tree, ORDERER, PEER};
use govhub_lc_fabric::ConsensusState;

use crate::world::{accepted, bft, raft, Host, CHANNEL};

fn timeout(tree: &mut Tree) {
    tree.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").bytes = b"\x0a\x021s".to_vec();
}

fn references(nodes: &[Node]) -> Vec<&Node> {
    nodes.iter().collect()
}

/// The configuration block with that entry, signed as the channel signs.
fn block(channel: &Channel, entry: Vec<u8>) -> Vec<u8> {
    channel.signed(&channel.config_draft(entry))
}

/// Why a configuration block is refused whose read set, write set and result are bent; the unbent twin is accepted.
fn update_bent(change: impl Fn(&mut Tree), bend: impl FnOnce(&mut Tree, &mut Tree, &mut Tree)) -> &'static str {
    let channel = raft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let mut wanted = channel.tree.clone();
    change(&mut wanted);
    let (mut read, mut write, mut result) = channel.tree.update_to(&wanted);
    let made = |read: &Tree, write: &Tree, result: &Tree| {
        let update = channel.update_envelope(&channel.id, read, write, &references(&admins));
        block(&channel, channel.config_envelope(result, 1, Some(&update)))
    };
    accepted(host.judge(&header_any(made(&read, &write, &result))));
    bend(&mut read, &mut write, &mut result);
    host.refuses(made(&read, &write, &result))
}

#[test]
fn a_configuration_is_followed_and_kept_with_its_block() {
    for mut channel in [raft(), bft()] {
        let (mut host, admins) = (Host::of(&channel), channel.administrators());
        let update = host.follow(channel.reconfigure(timeout, &references(&admins)));
        let state = ConsensusState::decode(&update.consensus_states[0].1).expect("our own");
        assert_eq!((state.config_block, state.kept_at, state.config.expect("kept").sequence), (1, 1, 1));
        host.follow(channel.order_something());
        host.follow(channel.reconfigure(|tree| tree.at(&["Orderer"]).mod_policy = "Writers".into(), &references(&admins)));
        host.follow(channel.order_something());
    }
}

#[test]
fn orderers_alone_cannot_make_a_configuration_up() {
    for channel in [raft(), bft()] {
        let (host, admins) = (Host::of(&channel), channel.administrators());
        let by = |nodes: &[&Node]| block(&channel, channel.config_entry(timeout, nodes).0);
        accepted(host.judge(&header_any(by(&references(&admins)))));
        accepted(host.judge(&header_any(by(&[&admins[0], &admins[1]]))));
        assert_eq!(host.refuses(by(&[])), "config-update-signatures");
        assert_eq!(host.refuses(by(&[&admins[0]])), "config-update-signatures", "one of two organisations");
        assert_eq!(host.refuses(by(&[&admins[0], &admins[0]])), "config-update-signatures", "one administrator twice");
        assert_eq!(host.refuses(by(&[&admins[2], &admins[3]])), "config-update-signatures", "another section's administrators");
        assert_eq!(host.refuses(by(&references(&channel.orderers))), "config-update-signatures", "orderers are no administrators");
    }
}

#[test]
fn an_organisation_changes_its_own_values_and_no_others() {
    let channel = raft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let msp = |tree: &mut Tree| {
        let mut housing = Organisation::new("HousingMSP", 13);
        housing.revoke(&[&housing.clone().member(PEER, "peer9")]);
        tree.at(&["Application", "HousingMSP"]).values.get_mut("MSP").expect("there").bytes = housing.msp_config();
    };
    accepted(host.judge(&header_any(block(&channel, channel.config_entry(msp, &[&admins[2]]).0))));
    assert_eq!(host.refuses(block(&channel, channel.config_entry(msp, &[&admins[3]]).0)), "config-update-signatures");
    let user = channel.organisations[0].member("client", "user");
    assert_eq!(host.refuses(block(&channel, channel.config_entry(msp, &[&user]).0)), "config-update-signatures");
}

#[test]
fn each_version_of_an_update_must_be_the_one_in_force() {
    assert_eq!(update_bent(timeout, |read, _, _| read.at(&["Orderer"]).version = 7), "config-version");
    assert_eq!(update_bent(timeout, |read, write, _| (read.version, write.version) = (1, 1)), "config-version");
    let set = |write: &mut Tree, version| write.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").version = version;
    assert_eq!(update_bent(timeout, |_, write, _| set(write, 2)), "config-version");
    assert_eq!(update_bent(timeout, |_, write, _| set(write, 0)), "config-version");
    assert_eq!(
        update_bent(timeout, |read, _, _| drop(read.at(&["Orderer"]).groups.insert("Nobody".into(), Tree::new()))),
        "config-read-set"
    );
    assert_eq!(
        update_bent(timeout, |_, write, _| drop(write.at(&["Orderer"]).values.insert("New".into(), Leaf { version: 1, ..Leaf::new(vec![1]) }))),
        "config-version",
        "new elements start at 0"
    );
}

#[test]
fn an_update_that_changes_nothing_is_refused() {
    assert_eq!(
        update_bent(timeout, |read, write, _| {
            *read = Tree::default();
            *write = Tree::default();
        }),
        "config-empty"
    );
}

#[test]
fn the_configuration_must_be_the_one_that_the_update_gives() {
    let result = |bend: fn(&mut Tree)| update_bent(timeout, |_, _, result| bend(result));
    assert_eq!(result(|tree| tree.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").bytes.push(0)), "config-result");
    assert_eq!(result(|tree| tree.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").version = 0), "config-result");
    assert_eq!(result(|tree| drop(tree.at(&["Application"]).groups.remove("LandMSP"))), "config-result");
    assert_eq!(result(|tree| tree.at(&["Application"]).mod_policy = "Writers".into()), "config-result");
    // An element slipped in beside the change: no group says that it has it.
    let slipped = |_: &mut Tree, write: &mut Tree, result: &mut Tree| {
        write.at(&["Orderer"]).values.insert("New".into(), Leaf::new(vec![1]));
        result.at(&["Orderer"]).values.insert("New".into(), Leaf::new(vec![1]));
    };
    assert_eq!(update_bent(timeout, slipped), "config-result");
}

#[test]
fn every_changed_element_names_who_may_change_it() {
    let policy = |name: &'static str| {
        move |_: &mut Tree, write: &mut Tree, _: &mut Tree| write.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").mod_policy = name.into()
    };
    assert_eq!(update_bent(timeout, policy("")), "config-mod-policy");
    assert_eq!(update_bent(timeout, policy("a b")), "config-mod-policy");
    assert_eq!(update_bent(timeout, policy("/Channel//Admins")), "config-mod-policy");
}

#[test]
fn it_is_the_old_elements_policy_that_must_agree() {
    let mut channel = raft();
    let (mut host, admins) = (Host::of(&channel), channel.administrators());
    let set = |name: &'static str| move |tree: &mut Tree| tree.at(&["Orderer"]).values.get_mut("BatchTimeout").expect("there").mod_policy = name.into();
    // Handing the value over to the application's administrators needs the orderers' administrators.
    let hand_over = set("/Channel/Application/Admins");
    assert_eq!(host.refuses(block(&channel, channel.config_entry(hand_over, &[&admins[2], &admins[3]]).0)), "config-update-signatures");
    host.follow(channel.reconfigure(hand_over, &[&admins[0], &admins[1]]));
    assert_eq!(host.refuses(block(&channel, channel.config_entry(timeout, &[&admins[0], &admins[1]]).0)), "config-update-signatures");
    host.follow(channel.reconfigure(timeout, &[&admins[2], &admins[3]]));
    // A policy that is not there lets nobody change anything.
    host.follow(channel.reconfigure(set("Nobody"), &[&admins[2], &admins[3]]));
    assert_eq!(host.refuses(block(&channel, channel.config_entry(set("Admins"), &references(&admins)).0)), "policy-missing");
}

#[test]
fn sequence_channel_and_own_number_must_fit() {
    let channel = bft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let (good, result) = channel.config_entry(timeout, &references(&admins));
    accepted(host.judge(&header_any(block(&channel, good.clone()))));
    let (read, write, _) = channel.tree.update_to(&result);
    let update = channel.update_envelope(&channel.id, &read, &write, &references(&admins));
    for sequence in [0, 2] {
        assert_eq!(host.refuses(block(&channel, channel.config_envelope(&result, sequence, Some(&update)))), "config-sequence");
    }
    assert_eq!(host.refuses(block(&channel, channel.config_envelope(&result, 1, None))), "config-update-missing");
    let elsewhere = channel.update_envelope("another-channel", &read, &write, &references(&admins));
    assert_eq!(host.refuses(block(&channel, channel.config_envelope(&result, 1, Some(&elsewhere)))), "channel-mismatch");
    let own_envelope = channel.config_envelope(&result, 1, None);
    assert_eq!(host.refuses(block(&channel, channel.config_envelope(&result, 1, Some(&own_envelope)))), "config-update-type");
    let draft = channel.config_draft(good.clone());
    let names_genesis = Draft { last_config: 0, ..draft.clone() };
    assert_eq!(host.refuses(channel.signed(&names_genesis)), "last-config");
    let with_others = Draft { data: vec![good, channel.clone().put("key", b"value")], ..draft };
    assert_eq!(host.refuses(channel.signed(&with_others)), "config-not-alone");
}

#[test]
fn a_configuration_without_its_data_is_taken_for_a_missing_one() {
    let channel = bft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let draft = channel.config_draft(channel.config_entry(timeout, &references(&admins)).0);
    assert_eq!(host.refuses(draft.without_data(&channel.signatures(&draft))), "config-block-missed");
    accepted(host.judge(&header_any(channel.signed(&draft))));
}

#[test]
fn an_old_configuration_cannot_be_brought_back_with_its_own_update() {
    let mut channel = raft();
    let (mut host, admins) = (Host::of(&channel), channel.administrators());
    let (first, _) = channel.config_entry(timeout, &references(&admins));
    host.follow(channel.reconfigure(timeout, &references(&admins)));
    assert_eq!(host.refuses(block(&channel, first.clone())), "config-sequence");
    // The same update under the next number.
    let (read, write, result) = raft().tree.update_to(&{
        let mut tree = raft().tree;
        timeout(&mut tree);
        tree
    });
    let update = channel.update_envelope(&channel.id, &read, &write, &references(&admins));
    assert_eq!(host.refuses(block(&channel, channel.config_envelope(&result, 2, Some(&update)))), "config-version");
    // And a block that goes by the configuration before.
    let draft = Draft { last_config: 0, ..channel.draft(vec![channel.clone().put("key", b"value")]) };
    assert_eq!(host.refuses(channel.signed(&draft)), "last-config");
}

/// Removes the last consenter.
fn remove_last(channel: &mut Channel, administrators: &[&Node]) -> (Vec<u8>, Draft) {
    let before = channel.clone();
    channel.orderers.pop();
    let (orderers, policy) = (channel.orderers_value(), channel.bft_policy());
    let (entry, _) = before.config_entry(
        |tree| {
            let section = tree.at(&["Orderer"]);
            section.values.get_mut("Orderers").expect("there").bytes = orderers;
            *section = std::mem::take(section).policy_kept("BlockValidation", 1, &policy);
        },
        administrators,
    );
    let draft = before.config_draft(entry);
    (before.signed(&draft), draft)
}

trait PolicyKept {
    fn policy_kept(self, name: &str, kind: i32, value: &[u8]) -> Self;
}

impl PolicyKept for Tree {
    /// Replaces a policy and keeps its version.
    fn policy_kept(self, name: &str, kind: i32, value: &[u8]) -> Self {
        let version = self.policies[name].version;
        let mut tree = self.policy(name, kind, value);
        tree.policies.get_mut(name).expect("set").version = version;
        tree
    }
}

#[test]
fn the_block_that_removes_a_consenter_is_signed_under_the_old_consenters() {
    let mut channel = Channel::new(CHANNEL, Kind::Bft, 5);
    let (mut host, admins) = (Host::of(&channel), channel.administrators());
    let old = channel.clone();
    let (honest, draft) = remove_last(&mut channel, &references(&admins));
    // Of five, four must sign, the removed one among them; three, a quorum of the new four, are too few.
    host.clone().follow(draft.block(&old.signatures_of(&draft, [1, 2, 3, 5])));
    assert_eq!(host.refuses(draft.block(&old.signatures_of(&draft, [1, 2, 3]))), "insufficient-quorum");
    host.follow(honest);
    assert_eq!(host.client.trust_class().to_string(), "BFT quorum, n=4, f=1");

    channel.chain.push(draft);
    channel.config_block = 1;
    let next = channel.draft(vec![channel.clone().put("key", b"value")]);
    let signatures = [channel.signatures_of(&next, [1, 2]), vec![next.by_number(5, &old.orderers[4])]].concat();
    assert_eq!(host.refuses(next.block(&signatures)), "insufficient-quorum", "the removed one signs no more");
    host.follow(next.block(&channel.signatures_of(&next, [1, 2, 3])));
}

#[test]
fn the_policy_for_bft_blocks_is_the_one_that_follows_from_the_consenters() {
    let channel = bft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let with = |policy: Vec<u8>, kind: i32| {
        let change = |tree: &mut Tree| {
            let section = tree.at(&["Orderer"]);
            *section = std::mem::take(section).policy_kept("BlockValidation", kind, &policy);
        };
        block(&channel, channel.config_entry(change, &references(&admins)).0)
    };
    assert_eq!(host.refuses(with(signature_policy(1, &[("DataOrdMSP", 4)]), 1)), "bft-policy");
    assert_eq!(host.refuses(with(b"\x0a\x07Writers".to_vec(), 3)), "bft-policy");
    let mut fewer = bft();
    fewer.orderers.pop();
    assert_eq!(host.refuses(with(fewer.bft_policy(), 1)), "bft-policy");
}

#[test]
fn one_consenter_under_two_numbers_is_refused() {
    let channel = bft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let with = |bend: &dyn Fn(&mut Channel)| {
        let mut bent = channel.clone();
        bend(&mut bent);
        let change = |tree: &mut Tree| {
            let section = tree.at(&["Orderer"]);
            section.values.get_mut("Orderers").expect("there").bytes = bent.orderers_value();
            *section = std::mem::take(section).policy_kept("BlockValidation", 1, &bent.bft_policy());
        };
        block(&channel, channel.config_entry(change, &references(&admins)).0)
    };
    let fifth = channel.orderer_organisations[0].member(ORDERER, "orderer5");
    accepted(host.judge(&header_any(with(&|bent| bent.orderers.push(fifth.clone())))));
    assert_eq!(host.refuses(with(&|bent| bent.orderers.push(bent.orderers[0].clone()))), "consenters", "one certificate");
    // The same key in another certificate.
    let key = channel.orderers[0].key.clone();
    let der = channel.orderer_organisations[0].root.leaf(&[("OU", ORDERER), ("CN", "renewed")], &key.public_key(), 77);
    let renewed = Node { key, pem: govhub_x509::testing::pem("CERTIFICATE", &der).into_bytes(), ..fifth.clone() };
    assert_eq!(host.refuses(with(&|bent| bent.orderers.push(renewed.clone()))), "consenters", "one key");
    assert_eq!(host.refuses(with(&|bent| bent.orderers.clear())), "consenters", "none");
}

#[test]
fn a_consenter_whose_certificate_is_revoked_counts_for_nothing() {
    let mut channel = bft();
    let (mut host, admins) = (Host::of(&channel), channel.administrators());
    let mut organisation = channel.orderer_organisations[0].clone();
    organisation.revoke(&[&channel.orderers[0]]);
    let change = |tree: &mut Tree| tree.at(&["Orderer", "DataOrdMSP"]).values.get_mut("MSP").expect("there").bytes = organisation.msp_config();
    host.follow(channel.reconfigure(change, &references(&admins)));
    let draft = channel.draft(vec![channel.clone().put("key", b"value")]);
    assert_eq!(host.refuses(draft.block(&channel.signatures_of(&draft, [1, 2, 3]))), "insufficient-quorum");
    host.follow(draft.block(&channel.signatures_of(&draft, [2, 3, 4])));
}

#[test]
fn what_is_not_followed_is_refused_by_name_when_a_channel_changes_to_it() {
    let changed = |channel: &Channel, change: &dyn Fn(&mut Tree)| {
        let admins = channel.administrators();
        let host = Host::of(channel);
        host.refuses(block(channel, channel.config_entry(change, &references(&admins)).0))
    };
    let set = |section: &'static str, name: &'static str, bytes: &'static [u8]| {
        move |tree: &mut Tree| {
            let path: &[&str] = if section.is_empty() { &[] } else { &[section] };
            tree.at(path).values.get_mut(name).expect("there").bytes = bytes.to_vec();
        }
    };
    let raft = raft();
    assert_eq!(changed(&raft, &set("Orderer", "ConsensusType", b"\x0a\x04solo")), "consensus-type-unsupported");
    assert_eq!(changed(&raft, &set("Orderer", "ConsensusType", b"\x0a\x05kafka")), "consensus-type-unsupported");
    assert_eq!(changed(&raft, &set("Orderer", "ConsensusType", b"\x0a\x03BFT")), "consensus-type-unsupported", "without capability V3_0");
    assert_eq!(changed(&raft, &set("Orderer", "ConsensusType", b"\x0a\x08etcdraft")), "consenters");
    assert_eq!(changed(&raft, &set("", "Capabilities", b"\x0a\x08\x0a\x04V1_3\x12\x00")), "capability-unsupported");
    assert_eq!(changed(&raft, &set("", "Capabilities", b"\x0a\x08\x0a\x04V9_9\x12\x00")), "capability-unsupported");
    assert_eq!(changed(&raft, &set("", "HashingAlgorithm", b"\x0a\x08SHA3_256")), "hashing-unsupported");
    assert_eq!(changed(&raft, &set("", "BlockDataHashingStructure", b"\x08\x01")), "hashing-unsupported");
    assert_eq!(changed(&raft, &|tree| drop(tree.groups.insert("Consortiums".into(), Tree::new()))), "config-section");
    assert_eq!(changed(&raft, &|tree| drop(tree.groups.remove("Application"))), "config-section");
    assert_eq!(changed(&raft, &|tree| drop(tree.at(&["Orderer"]).values.remove("ConsensusType"))), "config-value-missing");
    assert_eq!(changed(&raft, &|tree| tree.at(&["Orderer"]).policies.get_mut("Admins").expect("there").bytes = b"\x08\x02".to_vec()), "policy-unsupported");
}

#[test]
fn raft_may_become_bft_and_bft_never_raft() {
    let (mut channel, target) = (Channel::new(CHANNEL, Kind::Raft, 4), bft());
    let (mut host, admins) = (Host::of(&channel), channel.administrators());
    let become_like = |target: &Channel| {
        let target = target.tree.clone();
        move |tree: &mut Tree| {
            let (wanted, section) = (target.groups["Orderer"].clone(), tree.at(&["Orderer"]));
            section.values = wanted.values;
            section.policies = wanted.policies;
            tree.values = target.values;
        }
    };
    host.follow(channel.reconfigure(become_like(&target), &references(&admins)));
    assert_eq!(host.client.trust_class().to_string(), "BFT quorum, n=4, f=1");
    channel.kind = Kind::Bft;
    host.follow(channel.order_something());
    let back = channel.config_entry(become_like(&Channel::new(CHANNEL, Kind::Raft, 4)), &references(&admins)).0;
    assert_eq!(host.refuses(block(&channel, back)), "consensus-type-changed");
}

#[test]
fn an_organisation_keeps_its_name_and_two_of_one_name_are_one() {
    let channel = raft();
    let (host, admins) = (Host::of(&channel), channel.administrators());
    let changed = |change: &dyn Fn(&mut Tree)| host.refuses(block(&channel, channel.config_entry(change, &references(&admins)).0));
    let set = |tree: &mut Tree, organisation: &Organisation| tree.at(&["Application", "LandMSP"]).values.get_mut("MSP").expect("there").bytes = organisation.msp_config();
    assert_eq!(changed(&|tree| set(tree, &Organisation::new("OtherMSP", 15))), "msp-name-changed");
    assert_eq!(changed(&|tree| set(tree, &Organisation::new("HousingMSP", 15))), "msp-two-versions");
    // The same organisation in both sections is fine.
    let shared = |tree: &mut Tree| {
        let section = tree.at(&["Application"]).groups["HousingMSP"].clone();
        tree.at(&["Orderer"]).groups.insert("HousingMSP".into(), section);
    };
    accepted(host.judge(&header_any(block(&channel, channel.config_entry(shared, &references(&admins)).0))));
}

#[test]
fn organisations_join_and_leave() {
    let mut channel = raft();
    let (mut host, admins) = (Host::of(&channel), channel.administrators());
    let third = Organisation::new("TaxMSP", 15);
    let group = Tree::new()
        .value("MSP", third.msp_config())
        .roles("Admins", "TaxMSP", &[1])
        .roles("Readers", "TaxMSP", &[0])
        .roles("Writers", "TaxMSP", &[2])
        .roles("Endorsement", "TaxMSP", &[3]);
    host.follow(channel.reconfigure(|tree| drop(tree.at(&["Application"]).groups.insert("TaxMSP".into(), group)), &references(&admins)));
    let theirs = third.member("admin", "admin");
    let change = |tree: &mut Tree| drop(tree.at(&["Application"]).groups.remove("LandMSP"));
    assert_eq!(host.refuses(block(&channel, channel.config_entry(change, &[&theirs]).0)), "config-update-signatures");
    host.follow(channel.reconfigure(change, &[&theirs, &admins[2]]));
    host.follow(channel.reconfigure(|tree| *tree.at(&["Application"]) = std::mem::take(tree.at(&["Application"])).meta("Extra", Rule::All, "Admins"), &[&theirs, &admins[2]]));
}
