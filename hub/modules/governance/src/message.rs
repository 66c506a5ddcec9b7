//! Propose, approve, cancel.

use govhub_store::State;
use govhub_types::codec::decode_canonical;
use govhub_types::{BlockContext, Event, Rejection};
use ibc_proto::google::protobuf::Any;

use crate::config::{self, TIME_S_MAX};
use crate::error::state_name;
use crate::proto::{MsgApprove, MsgCancel, MsgPropose, Proposal, ProposalState};
use crate::{proposal, Actions, GovernanceError, ACTIONS};

/// Longest proposal in bytes: a trust file with some hundred certificates fits, a transaction bounds it anyway.
pub const PROPOSAL_BYTES_MAX: usize = 512 * 1024;
/// Longest title in bytes: a line on a screen.
pub const TITLE_BYTES_MAX: usize = 200;
/// Actions of one proposal: members must be able to read it; they run in one block.
pub const ACTIONS_MAX: usize = 64;
/// Undecided proposals of one member: one careless member must not fill the queue.
pub const OPEN_MAX: usize = 16;
/// A vote is an address and a number.
const VOTE_BYTES_MAX: usize = 256;

/// Executes one message of this module, signed by `caller` (bech32).
///
/// # Errors
/// A [`Rejection`] with a code of group 60.
pub fn handle(
    state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, caller: &str, message: &Any, events: &mut Vec<Event>,
) -> Result<(), Rejection> {
    run(state, ctx, actions, caller, message, events).map_err(Rejection::from)
}

fn run(
    state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, caller: &str, message: &Any, events: &mut Vec<Event>,
) -> Result<(), GovernanceError> {
    if !config::is_member(&config::get(state), caller) {
        return Err(GovernanceError::NotAMember { found: caller.to_owned() });
    }
    match message.type_url.as_str() {
        "/govhub.governance.v1.MsgPropose" => {
            propose(state, ctx, actions, caller, decode_canonical("MsgPropose", &message.value, PROPOSAL_BYTES_MAX)?, events)
        }
        "/govhub.governance.v1.MsgApprove" => {
            let msg: MsgApprove = decode_canonical("MsgApprove", &message.value, VOTE_BYTES_MAX)?;
            approve(state, ctx, caller, msg.proposal_id, events)
        }
        "/govhub.governance.v1.MsgCancel" => {
            let msg: MsgCancel = decode_canonical("MsgCancel", &message.value, VOTE_BYTES_MAX)?;
            cancel(state, ctx, caller, msg.proposal_id, events)
        }
        other => Err(GovernanceError::unknown(other)),
    }
}

/// Proposing approves. The number of the proposal stands in the event.
fn propose(
    state: &mut State<'_>, ctx: &BlockContext, actions: &dyn Actions, caller: &str, msg: MsgPropose, events: &mut Vec<Event>,
) -> Result<(), GovernanceError> {
    let config = config::get(state);
    check(&msg, actions)?;
    if proposal::count_open(state, caller, OPEN_MAX) >= OPEN_MAX {
        return Err(GovernanceError::TooManyOpen { member: caller.to_owned(), max: OPEN_MAX });
    }
    let now_s = ctx.time.unix_s();
    let delay_s = if msg.delay_s == 0 { config.min_delay_s } else { msg.delay_s };
    if delay_s < config.min_delay_s {
        return Err(GovernanceError::BadProposal { why: format!("delay_s must be at least {}, found {delay_s}", config.min_delay_s) });
    }
    let new = Proposal {
        id: proposal::next_id(state),
        proposer: caller.to_owned(),
        title: msg.title,
        actions: msg.actions,
        delay_s,
        state: ProposalState::Open as i32,
        approvals: vec![caller.to_owned()],
        cancels: Vec::new(),
        proposed_at_height: ctx.height,
        proposed_at_s: now_s,
        due_s: now_s.saturating_add(config.expiry_s),
        ended_at_height: 0,
        code: 0,
        failed_action: 0,
    };
    proposal::add(state, &new);
    events.push(Event::new("governance_proposed").with("proposal_id", new.id).with("proposer", caller).with("actions", new.actions.len()));
    Ok(())
}

fn check(msg: &MsgPropose, actions: &dyn Actions) -> Result<(), GovernanceError> {
    let bad = |why: String| Err(GovernanceError::BadProposal { why });
    if msg.title.is_empty() || msg.title.len() > TITLE_BYTES_MAX || msg.title.chars().any(char::is_control) {
        return bad(format!("title must have 1 to {TITLE_BYTES_MAX} bytes without control characters"));
    }
    if msg.actions.is_empty() || msg.actions.len() > ACTIONS_MAX {
        return bad(format!("1 to {ACTIONS_MAX} actions, found {}", msg.actions.len()));
    }
    if msg.delay_s > TIME_S_MAX {
        return bad(format!("delay_s must be at most {TIME_S_MAX}, found {}", msg.delay_s));
    }
    match msg.actions.iter().enumerate().find(|(_, a)| !ACTIONS.contains(&a.type_url.as_str()) && !actions.knows(&a.type_url)) {
        Some((index, action)) => Err(GovernanceError::UnknownAction { index, found: action.type_url.chars().take(80).collect() }),
        None => Ok(()),
    }
}

fn approve(state: &mut State<'_>, ctx: &BlockContext, caller: &str, id: u64, events: &mut Vec<Event>) -> Result<(), GovernanceError> {
    let config = config::get(state);
    let mut live = live(state, ctx, id)?;
    if live.approvals.iter().any(|v| v == caller) {
        return Err(GovernanceError::Again { id, member: caller.to_owned() });
    }
    live.approvals.push(caller.to_owned());
    let old_due_s = live.due_s;
    if live.state() == ProposalState::Open && config::count(&config, &live.approvals) >= config.threshold as usize {
        live.set_state(ProposalState::Scheduled);
        // The delay runs from this approval, and is never shorter than what the chain asks now.
        live.due_s = ctx.time.unix_s().saturating_add(live.delay_s.max(config.min_delay_s));
    }
    proposal::reschedule(state, old_due_s, &live);
    events.push(
        Event::new("governance_approved").with("proposal_id", id).with("member", caller).with("approvals", live.approvals.len()).with("state", state_name(live.state())),
    );
    Ok(())
}

fn cancel(state: &mut State<'_>, ctx: &BlockContext, caller: &str, id: u64, events: &mut Vec<Event>) -> Result<(), GovernanceError> {
    let config = config::get(state);
    let mut live = live(state, ctx, id)?;
    if live.cancels.iter().any(|v| v == caller) {
        return Err(GovernanceError::Again { id, member: caller.to_owned() });
    }
    live.cancels.push(caller.to_owned());
    let cancels = live.cancels.len();
    let done = config::count(&config, &live.cancels) >= config::cancel_threshold(&config);
    if done {
        proposal::end(state, live, ProposalState::Cancelled, ctx.height);
    } else {
        proposal::put(state, &live);
    }
    let word = if done { "cancelled" } else { "waiting" };
    events.push(Event::new("governance_cancel").with("proposal_id", id).with("member", caller).with("cancels", cancels).with("state", word));
    Ok(())
}

/// The proposal, if votes on it still count.
fn live(state: &State<'_>, ctx: &BlockContext, id: u64) -> Result<Proposal, GovernanceError> {
    let found = proposal::get(state, id).ok_or(GovernanceError::UnknownProposal { id })?;
    // A full queue may leave an expired proposal in it for some blocks: votes do not revive it.
    if found.state() == ProposalState::Open && ctx.time.unix_s() >= found.due_s {
        return Err(GovernanceError::Ended { id, state: state_name(ProposalState::Expired) });
    }
    if !proposal::is_live(&found) {
        return Err(GovernanceError::Ended { id, state: state_name(found.state()) });
    }
    Ok(found)
}
