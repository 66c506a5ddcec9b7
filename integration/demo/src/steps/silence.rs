//! Silence: the issuer's relayer and the issuer's chain stand still by SIGSTOP, and the asker still gets an answer that is proved.

use anyhow::Result;

use super::ask::{licence, told};
use super::stage::LegTwo;
use super::Stage;
use crate::answer::{ask, About, Question};
use crate::story::{Outcome, Story};

/// Seconds that the asker gives; the hub answers by itself when they are over.
const WITHIN_S: u64 = 6;
const NO_ANSWER: &str = "NoAnswer DEADLINE";

/// Both kinds of silence.
pub async fn all(stage: &mut Stage, story: &mut Story) {
    story.step("issuer's relayer stands still: the hub answers at the deadline", NO_ANSWER, relayer(stage)).await;
    story.step("issuer's chain stands still: the hub answers at the deadline", NO_ANSWER, chain(stage)).await;
}

async fn relayer(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 3)?;
    let qr = stage.code(&licence).await?;
    stage.relayers()?[0].daemon.pause()?;
    let answered = question(stage, &qr).await;
    stage.relayers()?[0].daemon.resume()?;
    answered
}

async fn chain(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 3)?;
    let qr = stage.code(&licence).await?;
    stage.guangzhou.daemon.pause()?;
    let answered = question(stage, &qr).await;
    stage.guangzhou.daemon.resume()?;
    answered
}

/// Asks; only leg one settles, by the hub's acknowledgement, whose proof Shenzhen's client verifies.
async fn question(stage: &Stage, qr: &str) -> Result<Outcome> {
    let question = Question { within_s: WITHIN_S, ..Question::new(About::Code(qr)) };
    let answered = ask(&stage.shenzhen.asker(), &question).await?;
    told(stage, answered, LegTwo::StaysOpen).await
}
