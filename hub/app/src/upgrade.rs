//! App versions: a plan of governance switches at a height; a binary does not run a version that it does not know.

use govhub_store::{Reader, State, StoreError, Substore};
use govhub_types::{BlockContext, Code, Event, Rejection};
use prost::Message;
use thiserror::Error;

use crate::proto::ScheduleUpgrade;

/// The newest app version that this binary knows.
pub const APP_VERSION: u64 = 1;
/// Blocks between the execution of a plan and its switch, at least: operators must be able to install the binary.
const NOTICE_BLOCKS: u64 = 2;

const VERSION: &[u8] = b"xv";
const PLAN: &[u8] = b"xu";

/// The state is of a version that this binary cannot run.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the chain runs app version {found} from height {height} on; this binary knows versions 1 to {known}: install a newer one")]
pub struct UnknownVersion {
    /// Version of the state, 0 if it has none.
    pub found: u64,
    /// Newest version known.
    pub known: u64,
    /// Height at which it is needed.
    pub height: u64,
}

/// The app version of a committed state; a node asks before it starts.
///
/// # Errors
/// The store's.
pub fn app_version(reader: &dyn Reader) -> Result<u64, StoreError> {
    Ok(number(reader.get(Substore::Governance, VERSION)?))
}

pub(crate) fn version(state: &State<'_>) -> u64 {
    number(state.get(Substore::Governance, VERSION))
}

pub(crate) fn set_version(state: &mut State<'_>, version: u64) {
    state.put(Substore::Governance, VERSION, version.to_be_bytes().to_vec());
}

pub(crate) fn plan(state: &State<'_>) -> Option<ScheduleUpgrade> {
    let bytes = state.get(Substore::Governance, PLAN)?;
    Some(ScheduleUpgrade::decode(bytes.as_slice()).expect("written by schedule() below"))
}

/// Plans a switch.
///
/// # Errors
/// A version that is not the next one, or a height that leaves no notice.
pub(crate) fn schedule(state: &mut State<'_>, ctx: &BlockContext, plan: &ScheduleUpgrade) -> Result<(), Rejection> {
    let next = version(state).saturating_add(1);
    if plan.app_version != next {
        return Err(Rejection::new(Code::BAD_UPGRADE, format!("app_version must be {next}, the next one, found {}", plan.app_version)));
    }
    let first = ctx.height.saturating_add(NOTICE_BLOCKS);
    if plan.height < first {
        return Err(Rejection::new(Code::BAD_UPGRADE, format!("height must be at least {first}, found {}", plan.height)));
    }
    state.put(Substore::Governance, PLAN, plan.encode_to_vec());
    Ok(())
}

/// Drops the plan.
///
/// # Errors
/// There is none.
pub(crate) fn cancel(state: &mut State<'_>) -> Result<(), Rejection> {
    plan(state).ok_or_else(|| Rejection::new(Code::BAD_UPGRADE, "no upgrade is scheduled"))?;
    state.delete(Substore::Governance, PLAN);
    Ok(())
}

/// Switches at the planned height, and refuses to go on with a version that this binary does not know.
///
/// # Errors
/// [`UnknownVersion`]: the node stops before this block and says so.
pub(crate) fn begin_block(state: &mut State<'_>, ctx: &BlockContext, events: &mut Vec<Event>) -> Result<(), UnknownVersion> {
    if let Some(plan) = plan(state).filter(|p| p.height == ctx.height) {
        set_version(state, plan.app_version);
        state.delete(Substore::Governance, PLAN);
        events.push(Event::new("app_upgraded").with("app_version", plan.app_version));
    }
    let found = version(state);
    match found {
        1..=APP_VERSION => Ok(()),
        _ => Err(UnknownVersion { found, known: APP_VERSION, height: ctx.height }),
    }
}

/// True iff the block at `height` switches.
pub(crate) fn is_due(state: &State<'_>, height: u64) -> bool {
    plan(state).is_some_and(|p| p.height == height)
}

fn number(bytes: Option<Vec<u8>>) -> u64 {
    bytes.map_or(0, |b| u64::from_be_bytes(b.as_slice().try_into().expect("set_version() wrote 8 bytes")))
}
