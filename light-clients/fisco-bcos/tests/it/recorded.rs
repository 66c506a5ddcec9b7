//! Real headers beside the crate (`testdata/SOURCE.md`): a block 0, and changes of sealers that only the union of several nodes' signatures
//! carries.

use std::collections::BTreeMap;

use govhub_lc_core::native::Item;
use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_fisco_bcos::native::{items, trust_file};
use govhub_lc_fisco_bcos::{ClientState, ConsensusState, Suite};
use govhub_types::{Height, Time};
use serde_json::Value;

use crate::common::{refused, Follower, States};

const BLOCK_0: &str = include_str!("../../testdata/k1_v3124_block_0.json");
const K1: &str = include_str!("../../testdata/k1_v3124_blocks_45_to_48.json");
const SM: &str = include_str!("../../testdata/sm_v320_blocks_31_to_33.json");

fn headers(text: &str) -> Vec<Value> {
    serde_json::from_str(text).expect("a list")
}

/// A client that believes the first header of a recording.
fn anchored(list: &[Value]) -> Follower {
    let first = &list[0];
    let copies = Value::Array(list.iter().filter(|header| header["number"] == first["number"]).cloned().collect());
    let mut whole = first.clone();
    whole["signatureList"] = copies.as_array().expect("a list").iter().flat_map(|copy| copy["signatureList"].as_array().expect("a list").clone()).collect();
    let options = [("chain_id", "chain0"), ("group_id", "group0"), ("genesis_hash", &"11".repeat(32))];
    let options: BTreeMap<String, String> = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let file = trust_file(whole.to_string().as_bytes(), &options).expect("a checkpoint");
    let client = ClientState::decode(file.params.as_ref().expect("params")).expect("right");
    let states = States([(client.latest_height(), file.anchor.expect("an anchor"))].into());
    Follower { client, states, now: Time::from_unix_s(1_796_000_000) }
}

#[test]
fn recorded_changes_of_the_set_are_followed_with_all_nodes_signatures_and_halt_with_one_nodes() {
    for (text, suite, change) in [(K1, Suite::Keccak, 47), (SM, Suite::Sm, 32)] {
        let list = headers(text);
        let start = anchored(&list);
        assert_eq!(start.client.suite(), suite);
        let first = list[0]["number"].as_u64().expect("a number");
        let later: Vec<Value> = list.iter().filter(|header| header["number"] != first).cloned().collect();
        let mut follower = start.clone();
        for item in items(Value::Array(later.clone()).to_string().as_bytes()).expect("headers") {
            let Item::Header { header, .. } = &item else { panic!("headers") };
            follower.follow(header);
        }
        let last = list.last().expect("not empty")["number"].as_u64().expect("a number");
        assert_eq!(follower.client.latest_height(), Height::new(0, last));
        assert_ne!(follower.client.sealers(), start.client.sealers());

        let mut alone = start;
        let mut halted = None;
        for number in first + 1..=last {
            let one = later.iter().find(|header| header["number"] == number).expect("recorded");
            let items = items(one.to_string().as_bytes()).expect("a header");
            let Item::Header { header, .. } = &items[0] else { panic!("a header") };
            match alone.judge(header) {
                Verdict::Accepted(_) => drop(alone.follow(header)),
                Verdict::NotEnoughTrust(_) => { halted = Some(number); break }
                other => panic!("block {number}: {other:?}"),
            }
        }
        assert_eq!(halted, Some(change));
    }
}

#[test]
fn a_recorded_block_0_names_its_chain_group_and_sealers_and_needs_a_time() {
    let found = |block: &Value, options: &[(&str, &str)]| {
        let options = options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        trust_file(block.to_string().as_bytes(), &options)
    };
    let block: Value = serde_json::from_str(BLOCK_0).expect("a header");
    let time = ("anchor_time_s", "1790000000");
    let file = found(&block, &[time]).expect("names all but its time");
    let client = ClientState::decode(file.params.as_ref().expect("params")).expect("right");
    assert_eq!((client.chain_id().as_str(), client.latest_height()), ("chain0/group0", Height::new(0, 0)));
    assert_eq!((client.suite(), client.sealers().sealers().len(), client.sealers().total()), (Suite::Keccak, 4, 4));
    let anchor = ConsensusState::decode(file.anchor.as_ref().expect("an anchor")).expect("right");
    assert_eq!(format!("0x{}", hex::encode(anchor.hash)), block["hash"]);
    assert_eq!(anchor.time, Time::from_unix_s(1_790_000_000));

    assert_eq!(refused(found(&block, &[])), "option-missing");
    assert_eq!(refused(found(&block, &[("anchor_time_s", "0")])), "option-value");
    assert_eq!(refused(found(&block, &[time, ("group_id", "group1")])), "option-value");
    assert_eq!(refused(found(&block, &[time, ("chain_id", "chain1")])), "option-value");
    assert_eq!(refused(found(&block, &[time, ("genesis_hash", &"11".repeat(32))])), "option-value");
    assert_eq!(refused(found(&block, &[time, ("suite", "sm")])), "header-hash");
    let mut bent = block.clone();
    let text = block["extraData"].as_str().expect("text");
    bent["extraData"] = format!("{}0b", &text[..text.len() - 2]).into();
    assert_eq!(refused(found(&bent, &[time])), "header-hash");
}
