//! The begin of a block: proposals whose time has come are executed, or expire.

use govhub_store::State;
use govhub_types::codec::decode_canonical;
use govhub_types::{BlockContext, Event, Rejection, Time};
use ibc_proto::google::protobuf::Any;

use crate::error::state_name;
use crate::proto::{Proposal, ProposalState, SetMembers, SetTiming};
use crate::{config, proposal, Actions, Config, GovernanceError};

/// Proposals that one block ends; the rest waits for the next. Each may carry [`crate::message::ACTIONS_MAX`] actions.
pub const PER_BLOCK: usize = 16;
/// A list of members.
const ACTION_BYTES_MAX: usize = 8 * 1024;

/// Executes or ends what is due, the longest due first.
pub fn begin_block(state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, events: &mut Vec<Event>) {
    for id in proposal::due(state, ctx.time.unix_s(), PER_BLOCK) {
        let Some(due) = proposal::get(state, id) else { continue };
        let how = end(state, ctx, actions, due, events);
        events.push(Event::new("governance_ended").with("proposal_id", id).with("state", state_name(how)));
    }
}

/// True iff [`begin_block`] at `time` has something to do.
pub fn is_due(state: &State<'_>, time: Time) -> bool {
    !proposal::due(state, time.unix_s(), 1).is_empty()
}

fn end(state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, mut due: Proposal, events: &mut Vec<Event>) -> ProposalState {
    let config = config::get(state);
    let how = if config::count(&config, &due.cancels) >= config::cancel_threshold(&config) {
        ProposalState::Cancelled
    } else if due.state() != ProposalState::Scheduled || config::count(&config, &due.approvals) < config.threshold as usize {
        ProposalState::Expired
    } else {
        match execute_all(state, ctx, actions, &due.actions, events) {
            Ok(()) => ProposalState::Executed,
            Err((index, refusal)) => {
                due.code = refusal.code.0;
                due.failed_action = index;
                events.push(
                    Event::new("governance_action_refused")
                        .with("proposal_id", due.id)
                        .with("action", index)
                        .with("code", refusal.code.0)
                        .with("reason", &refusal.message),
                );
                ProposalState::Failed
            }
        }
    };
    proposal::end(state, due, how, ctx.height);
    how
}

/// All actions in one layer, or none.
fn execute_all(
    state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, list: &[Any], events: &mut Vec<Event>,
) -> Result<(), (u32, Rejection)> {
    let mut happened = Vec::new();
    state.checkpoint();
    for (index, action) in (0u32..).zip(list) {
        if let Err(refusal) = execute_one(state, ctx, actions, action, &mut happened) {
            state.discard();
            return Err((index, refusal));
        }
    }
    state.keep();
    events.append(&mut happened);
    Ok(())
}

fn execute_one(
    state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, action: &Any, events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    match action.type_url.as_str() {
        "/govhub.governance.v1.SetMembers" => {
            let set: SetMembers = decode_canonical("SetMembers", &action.value, ACTION_BYTES_MAX).map_err(GovernanceError::Codec)?;
            if let Some(stranger) = set.members.iter().find(|m| !actions.may_be_member(state, m)) {
                return Err(GovernanceError::BadConfig { why: format!("{stranger} is no account with the role of governance") }.into());
            }
            let config = config::get(state);
            config::set(state, &Config { members: set.members, threshold: set.threshold, ..config })?;
            events.push(Event::new("governance_members_set").with("threshold", set.threshold));
            Ok(())
        }
        "/govhub.governance.v1.SetTiming" => {
            let set: SetTiming = decode_canonical("SetTiming", &action.value, ACTION_BYTES_MAX).map_err(GovernanceError::Codec)?;
            let config = config::get(state);
            config::set(state, &Config { min_delay_s: set.min_delay_s, expiry_s: set.expiry_s, ..config })?;
            events.push(Event::new("governance_timing_set").with("min_delay_s", set.min_delay_s).with("expiry_s", set.expiry_s));
            Ok(())
        }
        _ => actions.execute(state, ctx, action, events),
    }
}
