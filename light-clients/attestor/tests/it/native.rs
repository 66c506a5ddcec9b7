//! JSON of attestors' services and of governance.

use std::collections::BTreeMap;

use govhub_lc_attestor::native::{check_proof, explain, items, self_check, trust_file};
use govhub_lc_attestor::testing::Attestors;
use govhub_lc_attestor::{Attestation, AttestorSet, ClientState, ConsensusState, Outcome, Statement};
use govhub_lc_core::native::Item;
use govhub_lc_core::{AbsenceMode, CheckOutcome, LightClient};
use serde_json::{json, Value};

use crate::world::{absent, ago, honest, path, statements, value, World};

fn set(set: &AttestorSet) -> Value {
    let attestors: Vec<Value> = set
        .attestors()
        .iter()
        .map(|one| json!({ "name": one.name, "key_type": one.public_key.kind().name(), "public_key": hex::encode(one.public_key.as_bytes()) }))
        .collect();
    json!({ "epoch": set.epoch(), "threshold": set.threshold(), "attestors": attestors })
}

fn statement(one: &Statement) -> Value {
    match one.outcome() {
        Outcome::Value(value) => json!({ "path": hex::encode(one.path()), "value": hex::encode(value) }),
        Outcome::Absent => json!({ "path": hex::encode(one.path()), "absent": true }),
    }
}

/// An attestation as a service publishes it.
fn published(attestors: &Attestors, attestation: &Attestation, statements: &[Statement]) -> Value {
    let header = attestors.header(attestation);
    let signatures: Vec<Value> =
        header.signatures.iter().map(|one| json!({ "attestor": one.attestor, "signature": hex::encode(&one.signature) })).collect();
    let mut file = json!({
        "epoch": header.epoch, "height": attestation.height.to_string(), "time_ns": attestation.time.unix_ns().to_string(),
        "statements": statements.iter().map(statement).collect::<Vec<_>>(), "signatures": signatures,
    });
    if let Some(next) = &attestation.next {
        file["next"] = set(next);
    }
    file
}

fn code<T>(result: Result<T, govhub_lc_core::Reason>) -> &'static str {
    result.map_or_else(|reason| reason.code, |_| "ok")
}

#[test]
fn a_published_attestation_updates_the_client_and_each_of_its_statements_proves() {
    let mut world = World::new();
    let turn = Attestation { next: Some(world.attestors.successors(2).set), ..honest(7) };
    let file = published(&world.attestors, &turn, &statements()).to_string();
    let found = items(file.as_bytes()).expect("reads");
    assert_eq!(found.len(), 1 + statements().len());
    assert_eq!(found[0].label(), "attestation of 0-7, epoch 1");
    for item in &found {
        match item {
            Item::Header { header, .. } => drop(world.accept(header)),
            Item::Proof { proof, label } => {
                let checks = check_proof(&world.client, &world.states, proof).unwrap_or_else(|reason| panic!("{label}: {reason}"));
                assert!(checks.iter().all(|check| check.outcome == CheckOutcome::Pass));
                let mut bent = proof.clone();
                // The last byte of the last hash: tag and number of the count stand behind it.
                let last = bent.len() - 3;
                bent[last] ^= 1;
                assert_eq!(code(check_proof(&world.client, &world.states, &bent)), "statement-not-attested");
            }
        }
    }
    assert_eq!(world.client.attestors().epoch(), 2);
}

#[test]
fn alone_an_item_is_well_formed_and_no_more() {
    let world = World::new();
    let file = published(&world.attestors, &honest(7), &statements()).to_string();
    for item in items(file.as_bytes()).expect("reads") {
        let checks = self_check(&item).expect("well formed");
        assert!(checks.iter().any(|check| check.outcome == CheckOutcome::Pass));
        assert!(checks.iter().any(|check| check.outcome == CheckOutcome::NotCheckable), "whom to believe is not in the file");
    }
    let bent = Item::Proof { label: "bent".into(), proof: vec![1, 2, 3] };
    assert_eq!(code(self_check(&bent)), "malformed");
}

#[test]
fn several_attestations_stand_in_one_file() {
    let world = World::new();
    let file = json!({ "attestations": [published(&world.attestors, &honest(7), &statements()), published(&world.attestors, &honest(8), &statements())] });
    assert_eq!(items(file.to_string().as_bytes()).expect("reads").len(), 2 * (1 + statements().len()));
    assert_eq!(code(items(br#"{"attestations":[]}"#)), "ok");
}

#[test]
fn a_file_that_is_not_as_written_down_is_refused_for_its_reason() {
    let world = World::new();
    let good = published(&world.attestors, &honest(7), &statements());
    let bent = |bend: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        bend(&mut file);
        code(items(file.to_string().as_bytes()))
    };
    assert_eq!(bent(&|_| {}), "ok");
    assert_eq!(bent(&|file| file["more"] = json!(1)), "not-json");
    assert_eq!(bent(&|file| file["height"] = json!("7")), "height");
    assert_eq!(bent(&|file| file["time_ns"] = json!("007")), "time");
    assert_eq!(bent(&|file| file["statements"][0]["absent"] = json!(true)), "statement");
    assert_eq!(bent(&|file| file["statements"][2]["absent"] = json!(false)), "statement");
    assert_eq!(bent(&|file| file["statements"][0]["path"] = json!("AB")), "path");
    assert_eq!(bent(&|file| file["statements"][0]["value"] = json!("abc")), "value");
    assert_eq!(bent(&|file| file["statements"][0]["value"] = json!("")), "empty-value");
    assert_eq!(bent(&|file| file["statements"].as_array_mut().expect("an array").reverse()), "statement-order");
    assert_eq!(bent(&|file| file["statements"][1] = file["statements"][0].clone()), "statement-order");
    assert_eq!(bent(&|file| file["signatures"][0]["signature"] = json!("zz")), "signature");
    assert_eq!(bent(&|file| file["statements"] = vec![file["statements"][0].clone(); 1_025].into()), "too-long");
    assert_eq!(code(items(b"not json")), "not-json");
    assert_eq!(code(items(&vec![b' '; 4 * 1024 * 1024 + 1])), "too-long");
    let unsorted = [value(&path(2, 1), b"a"), absent(&path(1, 1))];
    assert_eq!(code(items(published(&world.attestors, &honest(7), &unsorted).to_string().as_bytes())), "statement-order");
}

fn genesis(attestors: &Attestors) -> Value {
    json!({ "chain_id": "dept-1", "height": "0-5", "time_ns": ago(60).unix_ns().to_string(), "attestors": set(&attestors.set) })
}

fn options(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect()
}

#[test]
fn a_trust_file_holds_what_genesis_and_options_say_and_explains_it() {
    let world = World::new();
    let file = trust_file(genesis(&world.attestors).to_string().as_bytes(), &options(&[("diversifier", "govhub-1/dept")])).expect("a trust file");
    assert_eq!(ClientState::decode(file.params.as_ref().expect("params")), Ok(world.client.clone()));
    assert_eq!(ConsensusState::decode(file.anchor.as_ref().expect("an anchor")), Ok(ConsensusState::empty(ago(60))));
    assert_eq!((file.family.as_str(), file.chain_id.as_str(), file.key_map.clone()), ("gov-attestor", "dept-1", None));
    assert_eq!((file.absence, file.our_absence), (AbsenceMode::Proof as i32, AbsenceMode::Proof as i32));
    let explained = explain(&file).expect("explained");
    let value = |name: &str| explained.iter().find(|one| one.name == name).map(|one| one.value.clone()).unwrap_or_default();
    assert_eq!((value("threshold"), value("trust"), value("diversifier")), ("3 of 5".into(), "attestors, n=5, f=2".into(), "govhub-1/dept".into()));
    assert!(value("attestors").contains(&hex::encode(world.attestors.keys[4].public_key().as_bytes())), "every key is shown");
    let other = options(&[("diversifier", "govhub-1/dept"), ("trusting_period_s", "3600"), ("max_clock_drift_s", "5"), ("our_absence", "receipt")]);
    let file = trust_file(genesis(&world.attestors).to_string().as_bytes(), &other).expect("a trust file");
    assert_eq!(file.our_absence, AbsenceMode::Receipt as i32);
    let client = ClientState::decode(file.params.as_ref().expect("params")).expect("a client");
    assert_eq!(client.expires_at(&World::new().states).map(|end| end.unix_s()), Some(ago(60).unix_s() + 3600));
}

#[test]
fn options_and_genesis_are_refused_by_name() {
    let world = World::new();
    let good = genesis(&world.attestors);
    let with = |pairs: &[(&str, &str)]| code(trust_file(good.to_string().as_bytes(), &options(pairs)));
    let named = ("diversifier", "govhub-1/dept");
    assert_eq!(with(&[named]), "ok");
    assert_eq!(with(&[]), "option-missing");
    assert_eq!(with(&[named, ("quorum", "3")]), "option-unknown");
    assert_eq!(with(&[named, ("trusting_period_s", "two weeks")]), "option");
    assert_eq!(with(&[named, ("our_absence", "maybe")]), "option");
    assert_eq!(with(&[named, ("trusting_period_s", "0")]), "trusting-period");
    assert_eq!(with(&[("diversifier", "")]), "diversifier");
    let bent = |bend: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        bend(&mut file);
        code(trust_file(file.to_string().as_bytes(), &options(&[named])))
    };
    assert_eq!(bent(&|file| file["attestors"]["threshold"] = json!(2)), "threshold");
    assert_eq!(bent(&|file| file["attestors"]["attestors"][0]["key_type"] = json!("rsa")), "attestor-key");
    assert_eq!(bent(&|file| file["attestors"]["attestors"][1] = file["attestors"]["attestors"][0].clone()), "duplicate-attestor-name");
    assert_eq!(bent(&|file| file["chain_id"] = json!("a b")), "chain-id");
    assert_eq!(bent(&|file| drop(file.as_object_mut().expect("an object").remove("time_ns"))), "not-json");
}
