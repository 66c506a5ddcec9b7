//! The answer, the change, and the refusals that are decided at once.

use anyhow::{Context, Result};

use super::stage::LegTwo;
use super::Stage;
use crate::answer::{ask, About, Answered, Question};
use crate::setup::PURPOSE_WITHOUT_RULE;
use crate::story::{Outcome, Story};

/// All five checks pass, each said by the one party that owns it.
pub const VALID: &str =
    "valid: code PASS by ISSUER, identifier PASS by ASKER, issuer_authorised PASS by HUB, status PASS by ISSUER, validity PASS by ISSUER";
/// The same licence while it is suspended.
const SUSPENDED: &str =
    "not valid: code PASS by ISSUER, identifier PASS by ASKER, issuer_authorised PASS by HUB, status FAIL by ISSUER, validity PASS by ISSUER";

/// All of them.
pub async fn all(stage: &mut Stage, story: &mut Story) {
    story.step("Shenzhen asks: is this licence valid?", VALID, valid(stage)).await;
    story.step("the licence is suspended, Shenzhen asks again", SUSPENDED, suspended(stage)).await;
    story.step("unknown licence, statutory request", "Refused UNKNOWN_LICENCE by ISSUER", unknown(stage)).await;
    story.step("asker not allowed for that purpose", "Refused NOT_ALLOWED by HUB", not_allowed(stage)).await;
    story.step("request already expired", "Refused REQUEST_EXPIRED by HUB", expired(stage)).await;
}

/// Waits for the packets of `answered` to settle and tells their way.
pub async fn told(stage: &Stage, answered: Answered, leg_two: LegTwo) -> Result<Outcome> {
    let (hops, verified) = stage.way(answered.sequence, leg_two).await?;
    Ok(Outcome { words: answered.words, verified, hops })
}

async fn valid(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 0)?;
    let qr = stage.code(&licence).await?;
    let answered = ask(&stage.shenzhen.asker(), &Question::new(About::Code(&qr))).await?;
    told(stage, answered, LegTwo::Settles).await
}

async fn suspended(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 0)?;
    let change = ["licence", "suspend", "-", "--reason", "inspection", "--legal-basis", crate::setup::LEGAL_BASIS];
    stage.guangzhou.post_telling("department", &change, &licence).await?.done()?;
    let qr = stage.code(&licence).await?;
    let answered = ask(&stage.shenzhen.asker(), &Question::new(About::Code(&qr))).await?;
    told(stage, answered, LegTwo::Settles).await
}

async fn unknown(stage: &mut Stage) -> Result<Outcome> {
    let (nowhere, kind) = ("5a".repeat(32), stage.sample.types[0].to_string());
    let about = About::Statutory { licence_ref: &nowhere, licence_type: &kind, to: stage.sample.issuer.as_str() };
    let answered = ask(&stage.shenzhen.asker(), &Question::new(about)).await?;
    told(stage, answered, LegTwo::Settles).await
}

async fn not_allowed(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 1)?;
    let qr = stage.code(&licence).await?;
    let question = Question { purpose: PURPOSE_WITHOUT_RULE, ..Question::new(About::Code(&qr)) };
    let answered = ask(&stage.shenzhen.asker(), &question).await?;
    told(stage, answered, LegTwo::Settles).await
}

async fn expired(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 1)?;
    let qr = stage.code(&licence).await?;
    // The hub keeps two seconds for the issuer: with less than that left it does not even try.
    let question = Question { within_s: 1, ..Question::new(About::Code(&qr)) };
    let answered = ask(&stage.shenzhen.asker(), &question).await?;
    told(stage, answered, LegTwo::Settles).await
}

/// The `n`-th licence that should be found valid.
pub fn licence(stage: &Stage, n: usize) -> Result<String> {
    let (_, id) = stage.sample.valid.get(n).with_context(|| format!("the file has {} licences that are valid and good", stage.sample.valid.len()))?;
    Ok(id.clone())
}
