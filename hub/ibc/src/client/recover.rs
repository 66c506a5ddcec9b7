//! Recovery: governance anchors a frozen or expired client anew. The id stays, so packets under way stay.
//!
//! Source: ibc-go `RecoverClient`, stricter: every parameter must be equal, chain id and trusting period included, and nothing that was
//! stored before is believed afterwards (a fork's consensus states must not prove anything).

use govhub_lc_core::{Absence, Status, TrustFile};
use govhub_lc_registry::from_trust_file;
use govhub_store::State;
use govhub_types::{BlockContext, ClientId, Code, Event, Rejection};

use super::load::{load, put_client, put_settings};
use super::{consensus, StoredStates};

/// Anchors client `id` anew from an approved trust file.
///
/// # Errors
/// `CLIENT_NOT_FOUND`; `RECOVERY_REFUSED` if the client is active, if the file differs in more than its anchor, or if its anchor is not
/// newer or is itself expired.
pub fn recover(state: &mut State<'_>, ctx: &BlockContext, id: &ClientId, file: &TrustFile, events: &mut Vec<Event>) -> Result<(), Rejection> {
    let refuse = |why: String| Rejection::new(Code::RECOVERY_REFUSED, format!("client {id}: {why}"));
    let subject = load(state, id)?;
    if subject.client.status(&subject.states(state), ctx.time) == Status::Active {
        return Err(refuse("it is active; only a frozen or expired client is recovered".into()));
    }
    let founded = from_trust_file(file).map_err(|reason| refuse(format!("trust file: {reason}")))?;
    if founded.client.client_type() != subject.client.client_type() || founded.client.parameters() != subject.client.parameters() {
        return Err(refuse("the trust file changes more than the anchor; a client with other parameters is a new client".into()));
    }
    let modes = (founded.absence == Absence::Receipt, founded.our_absence == Absence::Receipt);
    if modes != (subject.settings.absence_by_receipt, subject.settings.our_absence_by_receipt) {
        return Err(refuse("the trust file settles timeouts another way; packets under way could settle twice".into()));
    }
    if founded.height <= subject.client.latest_height() {
        return Err(refuse(format!("the new anchor {} is not above the newest height {}", founded.height, subject.client.latest_height())));
    }
    if founded.client.status(&Anchor(&founded), ctx.time) != Status::Active {
        return Err(refuse("the new anchor is older than the trusting period".into()));
    }
    let mut settings = subject.settings;
    settings.floor = Some(founded.height.into());
    put_settings(state, id, &settings);
    put_client(state, id, &founded.client.encode());
    consensus::put(state, id.as_str(), founded.client.face(), founded.height, founded.time, &founded.consensus_state);
    debug_assert_eq!(founded.client.status(&StoredStates::new(state, id.as_str(), founded.height), ctx.time), Status::Active);
    events.push(Event::new("recover_client").with("subject_client_id", id).with("client_type", subject.client.client_type()));
    Ok(())
}

/// The anchor as the only consensus state.
struct Anchor<'a>(&'a govhub_lc_registry::Founded);

impl govhub_lc_core::ConsensusStates for Anchor<'_> {
    fn at(&self, height: govhub_types::Height) -> Option<ibc_proto::google::protobuf::Any> {
        (height == self.0.height).then(|| self.0.consensus_state.clone())
    }
    fn before(&self, _: govhub_types::Height) -> Option<(govhub_types::Height, ibc_proto::google::protobuf::Any)> {
        None
    }
    fn after(&self, _: govhub_types::Height) -> Option<(govhub_types::Height, ibc_proto::google::protobuf::Any)> {
        None
    }
}
