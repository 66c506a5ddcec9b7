//! lic-status/1 at a subscriber: what the hub forwarded, kept under its issuer.

use govhub_packets::{Answer, Fault, LicStatus};
use govhub_store::State;
use govhub_types::BlockContext;

use crate::statuses;

use super::{LegTwo, Reply};

pub(crate) fn take(state: &mut State<'_>, ctx: &BlockContext, leg_two: &LegTwo) -> Result<Reply, Fault> {
    let (issuer, body) = (leg_two.envelope.from.as_str(), &leg_two.envelope.body);
    let status = LicStatus::decode(body)?;
    let taken = statuses::take(state, issuer, &status, body, ctx.time.unix_s());
    Ok(Reply::Answer(Answer::Accepted(taken.code())))
}
