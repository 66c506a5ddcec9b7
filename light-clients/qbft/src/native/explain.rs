//! What each value of a trust file means, for whoever approves it.

use govhub_lc_core::native::Explained;
use govhub_lc_core::{Reason, TrustFile};

use crate::proto::govhub::lightclients::qbft::v1 as raw;
use crate::seals::quorum;
use crate::{check_anchor, ClientState, ConsensusState, WordRule};

/// Explains every value.
///
/// # Errors
/// What makes the file one that no client could be made from.
pub fn explain(file: &TrustFile) -> Result<Vec<Explained>, Reason> {
    let missing = |what: &str| Reason::new(if what == "params" { "params" } else { "anchor" }, "missing");
    let client = ClientState::decode(file.params.as_ref().ok_or_else(|| missing("params"))?)?;
    let anchor = ConsensusState::decode(file.anchor.as_ref().ok_or_else(|| missing("anchor"))?)?;
    check_anchor(&client, &anchor)?;
    let mut out = chain(client.raw(), &anchor);
    out.extend(people(&client));
    out.extend(rules(client.raw()));
    out.extend(places(&client));
    Ok(out)
}

fn chain(state: &raw::ClientState, anchor: &ConsensusState) -> Vec<Explained> {
    let flavour = crate::Flavour::from_raw(state.flavour).map_or("unknown", crate::Flavour::name);
    vec![
        say("chain_id", state.chain_id, "The EIP-155 chain id. No header holds it: compare the anchor's hash with the operators'."),
        say("flavour", flavour, "Which program makes the blocks; it decides how votes count. A change of program needs a new anchor."),
        say("anchor_number", state.latest_height, "The block that is believed without proof."),
        say("anchor_hash", hex(&anchor.block_hash), "Its hash. Whoever approves this file vouches for it: get it from several operators."),
        say("anchor_time_s", anchor.timestamp_s, "Its time, seconds since 1970. The trusting period counts from here."),
        say("anchor_state_root", hex(&anchor.state_root), "The state after it."),
    ]
}

fn people(client: &ClientState) -> Vec<Explained> {
    let authority = client.authority();
    let validators = authority.validators();
    let names: Vec<String> = validators.iter().map(|address| hex(address)).collect();
    let pending: Vec<String> = authority.votes().map(|(on, by, add)| format!("{} to {} {}", hex(&by), if add { "add" } else { "drop" }, hex(&on))).collect();
    vec![
        say("validators", names.join(", "), "Who may seal the next block; they hand over to others by votes, or as the contract says."),
        say("quorum", format!("{} of {}", quorum(validators.len()), validators.len()), "How many must have sealed each block, whatever the chain's own setting."),
        say("trust", authority.trust_class(), "n validators, of whom f may lie. With f = 0 one liar suffices for a false block."),
        say("pending_votes", or_none(&pending), "Votes that the anchor leaves open."),
    ]
}

fn rules(state: &raw::ClientState) -> Vec<Explained> {
    let transitions: Vec<String> = state.transitions.iter().map(transition).collect();
    let contract = state.validator_contract.as_ref().map_or("votes".into(), |contract| format!("contract {}, list at slot {}, code {}", hex(&contract.address), hex(&contract.array_slot), hex(&contract.code_hash)));
    let skip = state.skip_level.as_ref().map_or("none".into(), |level| format!("more than {}/{}", level.numerator, level.denominator));
    let false_list = if state.false_list == i32::from(raw::FalseList::Refuse) { "refuse" } else { "record" };
    let items: Vec<String> = state.header_items.iter().map(u32::to_string).collect();
    vec![
        say("epoch_length", state.epoch_length, "Pending votes are dropped at every multiple. A wrong number makes the client count votes wrongly."),
        say("validators_by", contract, "What decides who the validators are, from the start."),
        say("transitions", or_none(&transitions), "Changes of the whole set that the operators agreed on. One that is missing here stops the client."),
        say("trusting_period_s", state.trusting_period_s, "How long a header is believed. Must be shorter than it takes to notice that validators lie."),
        say("max_clock_drift_s", state.max_clock_drift_s, "How far a header's time may be ahead of the hub's."),
        say("skip_level", skip, "How much of the trusted set must have sealed a header that skips others. Only where the validators' keys serve no other chain."),
        say("false_list", false_list, "What becomes of a header whose list of validators is not the tallied one: refused, or followed and recorded. It is never adopted."),
        say("header_items", items.join(", "), "How many items a header may have; more come with forks."),
    ]
}

fn places(client: &ClientState) -> Vec<Explained> {
    let map = client.packet_map();
    let word = match map.word {
        WordRule::ValueOrSha256 => "the value if it has 32 bytes, else its SHA-256",
        WordRule::Keccak256 => "Keccak-256 of the value",
    };
    let code = map.code_hash.map_or("any".into(), |hash| hex(&hash));
    vec![
        say("contract", hex(&map.contract), "The contract that holds packets. Whoever can change it can forge them."),
        say("code_hash", code, "Its code, if only this one is believed. Behind a proxy this is the proxy's."),
        say("base_slot", hex(&map.base_slot), "A packet path stands at keccak256(keccak256(path) || base slot)."),
        say("word", word, "What stands there for a value."),
    ]
}

fn transition(entry: &raw::Transition) -> String {
    match (&entry.validators, &entry.contract) {
        (Some(set), _) => format!("block {}: {}", entry.block, set.addresses.iter().map(|address| hex(address)).collect::<Vec<_>>().join(" ")),
        (_, Some(contract)) => format!("block {}: contract {}", entry.block, hex(&contract.address)),
        (None, None) => format!("block {}", entry.block),
    }
}

fn say(name: &'static str, value: impl std::fmt::Display, meaning: &'static str) -> Explained {
    Explained { name, value: value.to_string(), meaning }
}

fn or_none(list: &[String]) -> String {
    if list.is_empty() {
        "none".into()
    } else {
        list.join("; ")
    }
}

fn hex(bytes: &[u8]) -> String {
    format!("0x{}", ::hex::encode(bytes))
}
