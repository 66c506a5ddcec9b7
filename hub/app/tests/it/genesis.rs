//! A chain starts from a sound document, and from no other.

use govhub_app::{app_version, genesis, AppState, GenesisDoc, Profile, APP_VERSION};
use govhub_store::Substore;
use serde_json::{json, Value};

use crate::world::{app_state, genesis_doc, World};

fn reread(change: impl FnOnce(&mut Value)) -> Result<(), String> {
    let mut json = serde_json::to_value(genesis_doc(app_state(Profile::Hub))).expect("a document is JSON");
    change(&mut json);
    let doc: GenesisDoc = serde_json::from_value(json).map_err(|e| e.to_string())?;
    genesis(&doc).map(|_| ()).map_err(|e| e.to_string())
}

#[test]
fn a_document_survives_json_and_gives_the_same_root() {
    let doc = genesis_doc(app_state(Profile::Hub));
    let text = serde_json::to_string_pretty(&doc).expect("a document is JSON");
    let back: GenesisDoc = serde_json::from_str(&text).expect("our own JSON");
    assert_eq!(genesis(&doc), genesis(&back));
    assert_eq!(serde_json::to_string_pretty(&back).expect("JSON"), text);
}

#[test]
fn every_substore_of_both_profiles_holds_its_genesis_key() {
    for profile in [Profile::Hub, Profile::Department] {
        let writes = genesis(&genesis_doc(app_state(profile))).expect("sound");
        for substore in Substore::ALL {
            assert_eq!(writes.substores[&substore].get(&[0u8][..]), Some(&Some(vec![1])), "{}", substore.name());
        }
    }
    assert_eq!(app_version(&World::hub().reader()), Ok(APP_VERSION));
}

#[test]
fn each_broken_field_is_refused_by_its_name() {
    assert_eq!(reread(|_| ()), Ok(()));
    let cases: [(&str, fn(&mut Value)); 14] = [
        ("chain_id", |d| d["chain_id"] = json!("Hub")),
        ("initial_height", |d| d["initial_height"] = json!("2")),
        ("validators", |d| d["validators"] = json!([])),
        ("app_hash", |d| d["app_hash"] = json!("00".repeat(32))),
        ("version", |d| d["consensus_params"]["version"]["app"] = json!("7")),
        ("members", |d| d["app_state"]["governance"]["members"] = json!([])),
        ("threshold", |d| d["app_state"]["governance"]["threshold"] = json!(1)),
        ("min_delay_s", |d| d["app_state"]["network"] = json!("prod")),
        ("unknown variant `test`", |d| d["app_state"]["network"] = json!("test")),
        ("governance", |d| d["app_state"]["identity"]["accounts"][0]["roles"] = json!(["relayer"])),
        ("accounts[3]", |d| d["app_state"]["identity"]["accounts"][3]["key"] = json!("00")),
        ("department", |d| d["app_state"]["profile"] = json!("department")),
        ("block_gas", |d| d["app_state"]["params"] = json!({"messages_per_account": 1, "updates_per_account": 1, "block_gas": 1})),
        ("unknown field", |d| d["app_state"]["surprise"] = json!(1)),
    ];
    for (name, change) in cases {
        let error = reread(change).expect_err(name);
        assert!(error.contains(name), "{name}: {error}");
    }
}

#[test]
fn a_chain_without_a_governance_set_does_not_start() {
    let without = |members: usize| {
        let mut state: AppState = app_state(Profile::Hub);
        state.governance.members.truncate(members);
        genesis(&genesis_doc(state)).map(|_| ())
    };
    assert_eq!(without(3), Ok(()));
    for members in 0..3 {
        assert!(without(members).expect_err("too small").to_string().contains("3 to 64 members"), "{members}");
    }
}
