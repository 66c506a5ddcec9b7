//! From an approved trust file to a client and its first consensus state.

use govhub_lc_core::{Absence, AbsenceMode, Fault, Reason, TrustFile};
use govhub_types::{Height, Time};
use ibc_proto::google::protobuf::Any;

use crate::{excerpt, AnyClient, FAMILIES};

/// What a trust file founds.
#[derive(Clone, Debug, PartialEq)]
pub struct Founded {
    /// The client.
    pub client: AnyClient,
    /// Height of the anchor.
    pub height: Height,
    /// Consensus state believed at that height.
    pub consensus_state: Any,
    /// Its time.
    pub time: Time,
    /// How the followed chain proves absence to us.
    pub absence: Absence,
    /// How we prove absence to it.
    pub our_absence: Absence,
}

/// Checks a trust file as a whole: every part valid, and all parts of one mind.
///
/// # Errors
/// A [`Reason`] naming the rule broken.
///
/// # Not checked
/// That the anchor is true: that is what governance says by approving it. That it is within the trusting period: the host knows the time.
pub fn from_trust_file(file: &TrustFile) -> Result<Founded, Reason> {
    if !FAMILIES.contains(&file.family.as_str()) {
        return Err(Reason::new("unknown-family", format!("`{}`; known are {FAMILIES:?}", excerpt(&file.family))));
    }
    let params = file.params.as_ref().ok_or_else(|| Reason::new("params", "missing"))?;
    let anchor = file.anchor.as_ref().ok_or_else(|| Reason::new("anchor", "missing"))?;
    let height: Height = file.anchor_height.ok_or_else(|| Reason::new("anchor-height", "missing"))?.into();
    let client = AnyClient::decode(params)?;
    if client.client_type() != file.family {
        return Err(Reason::new("family-mismatch", format!("params are of `{}`, the file says `{}`", client.client_type(), file.family)));
    }
    if client.chain_id() != file.chain_id {
        return Err(Reason::new("chain-id-mismatch", format!("params follow `{}`, the file says `{}`", client.chain_id(), excerpt(&file.chain_id))));
    }
    if client.latest_height() != height {
        return Err(Reason::new("anchor-height", format!("params start at {}, the anchor is at {height}", client.latest_height())));
    }
    if client.freeze() == *params {
        return Err(Reason::new("frozen", "params are those of a frozen client"));
    }
    let time = client.consensus_time(anchor).map_err(|fault| match fault {
        Fault::Undecodable(reason) => reason,
        Fault::NoConsensusState(height) => Reason::new("anchor", format!("builds on a state at {height}")),
    })?;
    if client.own_consensus_state().is_some_and(|own| own != *anchor) {
        return Err(Reason::new("anchor", "is not the consensus state that params hold"));
    }
    if file.key_map != client.key_map() {
        return Err(Reason::new("key-map", "the file's is not the one that params hold; a family that needs none has none"));
    }
    let absence = mode("absence", file.absence)?;
    if client.absence() == Absence::Receipt && absence == Absence::Proof {
        return Err(Reason::new("absence", "this family cannot prove absence; timeouts settle by receipt"));
    }
    Ok(Founded { client, height, consensus_state: anchor.clone(), time, absence, our_absence: mode("our-absence", file.our_absence)? })
}

fn mode(code: &'static str, value: i32) -> Result<Absence, Reason> {
    match AbsenceMode::try_from(value) {
        Ok(AbsenceMode::Proof) => Ok(Absence::Proof),
        Ok(AbsenceMode::Receipt) => Ok(Absence::Receipt),
        _ => Err(Reason::new(code, "neither PROOF nor RECEIPT")),
    }
}
