//! A trust file of this family in words.

use govhub_lc_core::native::Explained;
use govhub_lc_core::{LightClient, Reason, TrustFile};

use crate::key_map::{EventTrust, Place};
use crate::state::{ClientState, ConsensusState};

/// Explains every value of a trust file.
///
/// # Errors
/// The reason for which the file would be refused.
pub fn explain(file: &TrustFile) -> Result<Vec<Explained>, Reason> {
    let missing = |what| Reason::new(what, "missing");
    let client = ClientState::decode(file.params.as_ref().ok_or_else(|| missing("params"))?)?;
    let anchor = ConsensusState::decode(file.anchor.as_ref().ok_or_else(|| missing("anchor"))?)?;
    let mut said = Vec::new();
    let mut say = |name, value: String, meaning| said.push(Explained { name, value, meaning });
    say("chain_id", client.chain_id(), "chain and group; headers name neither, transactions both");
    say("genesis_hash", hex::encode(client.genesis_hash), "block 0 of the group: compare it with several nodes");
    say("version", client.version.name().into(), "generation of FISCO BCOS");
    say("suite", client.suite.name().into(), "hash and signature; nothing of the other suite is accepted");
    say("anchor_block", client.latest_number.to_string(), "the block from which on every block is checked");
    say("anchor_hash", hex::encode(anchor.hash), "its hash: all that follows is believed because it stands on this");
    say("anchor_time", anchor.time.to_string(), "Unix time from which the trusting period runs");
    for sealer in client.sealers.sealers() {
        say("sealer", format!("{} weight {}", hex::encode(sealer.node), sealer.weight), "signs blocks after the anchor");
    }
    let needed = client.quorum.needed(&client.sealers);
    say("quorum", format!("{needed} of {} by weight ({})", client.sealers.total(), client.trust_class()), "must sign each block; of a set that is replaced, the first block of the next");
    if client.working_sealers > 0 {
        say("working_sealers", client.working_sealers.to_string(), "rPBFT: sealers that work at a time, as the operators say; a chain that changes it is no longer followed");
    }
    say("trusting_period_s", client.trusting_period_s.to_string(), "how long after the newest block it is still believed");
    match &client.key_map {
        None => say("key_map", "none".into(), "headers, transactions and receipts only: no packets"),
        Some(map) => {
            say("bridge", hex::encode(map.bridge), "the contract whose events are packets");
            let place = match &map.place {
                Place::Stored(topic) => format!("Stored(bytes32,bytes,bytes), topic {}", hex::encode(topic)),
                Place::Event(topic) => format!("event with topic {}", hex::encode(topic)),
                Place::Call { selector, web3_chain_id } => format!("calls of {}, Web3 chain {web3_chain_id}", hex::encode(selector)),
            };
            say("place", place, "what of the bridge is looked at; only Stored settles packets");
            match &map.trust {
                EventTrust::Unambiguous => say("event_trust", "unambiguous".into(), "receipts of 2.x read one way"),
                EventTrust::ClosedDeployment(how) => say("event_trust", format!("closed deployment: {how}"), "whoever may deploy a contract there can forge events"),
                EventTrust::Attested(attestors) => {
                    say("event_trust", format!("attested by {} of {}", attestors.threshold, attestors.keys.len()), "these keys sign each event, besides the sealers' quorum");
                    for key in &attestors.keys {
                        say("attestor", format!("{key:?}"), "attests events");
                    }
                }
            }
        }
    }
    say("absence", "receipt".into(), "that chain cannot prove absence: timeouts settle on a stored sentinel");
    Ok(said)
}
