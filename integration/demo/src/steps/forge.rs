//! Forgeries, sent by RPC past `govrelay`; each has its twin, with only the forged thing restored, that is accepted in the same run.

use anyhow::{ensure, Context, Result};
use govhub_ibc::types::Packet;
use govhub_types::Code;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::Height;

use super::ask::{licence, told, VALID};
use super::stage::LegTwo;
use super::Stage;
use crate::answer::{ask, About, Question};
use crate::forge;
use crate::hand::{Fate, Hand, Source};
use crate::setup::{DEPARTMENT_CLIENT, HUB_CLIENTS};
use crate::story::{Outcome, Story};

/// All of them.
pub async fn all(stage: &mut Stage, story: &mut Story) {
    story.step("a forged header, then the true one", "refused: HEADER_INVALID; its twin: accepted", header(stage)).await;
    let refused = "forged packet: PROOF_INVALID; tampered proof: PROOF_INVALID; their twin: accepted; replay: REDUNDANT";
    let mut question = None;
    story.step("a forged packet, a tampered proof, then the true ones; a replay", refused, packet(stage, &mut question)).await;
    story.step("that packet is answered like any other", VALID, answered(stage, &mut question)).await;
    story.step("a code used once is shown again", "Refused CODE_USED by ISSUER", reused(stage)).await;
}

async fn header(stage: &Stage) -> Result<Outcome> {
    let (hand, source) = (stage.hand()?, stage.guangzhou.source()?);
    let trusted = hand.client_height(HUB_CLIENTS[0]).await?;
    source.wait_for(trusted.revision_height + 1).await?;
    let genuine = source.header(source.latest().await?, trusted).await?;
    let refused = hand.send(vec![hand.update(HUB_CLIENTS[0], &forge::header(&genuine)?)]).await?;
    let twin = hand.send(vec![hand.update(HUB_CLIENTS[0], &genuine)]).await?;
    Ok(Outcome::said(format!("refused: {}; its twin: {}", name(&refused), name(&twin))))
}

/// A question on its way whose packet is relayed by hand.
struct Asked {
    task: tokio::task::JoinHandle<Result<crate::answer::Answered>>,
}

/// Shenzhen's relayer stands still, so that the packet can be brought by hand. The question itself waits meanwhile for its answer.
async fn packet(stage: &mut Stage, question: &mut Option<Asked>) -> Result<Outcome> {
    let licence = licence(stage, 2)?;
    let qr = stage.code(&licence).await?;
    stage.relayers()?[1].daemon.pause()?;
    let told = bring(stage, &qr, question).await;
    stage.relayers()?[1].daemon.resume()?;
    told
}

async fn bring(stage: &Stage, qr: &str, question: &mut Option<Asked>) -> Result<Outcome> {
    let source = stage.shenzhen.source()?;
    let before = source.latest().await?;
    let (asker, text) = (stage.shenzhen.asker(), qr.to_owned());
    let task = tokio::spawn(async move { ask(&asker, &Question::new(About::Code(&text))).await });
    *question = Some(Asked { task });
    let (packet, sent_at) = sent_after(&source, before).await?;

    // The header behind the block that sent it carries the commitment.
    source.wait_for(sent_at + 1).await?;
    let hand = stage.hand()?;
    let bundle = Bundle::new(&hand, &source, &packet, sent_at + 1).await?;
    let forged = hand.send(bundle.with(&forge::packet(&packet)?, &bundle.proof)).await?;
    let tampered = hand.send(bundle.with(&packet, &forge::proof(&bundle.proof)?)).await?;
    let genuine = hand.send(bundle.with(&packet, &bundle.proof)).await?;
    let replay = hand.send(vec![hand.recv(&packet, bundle.proof.clone(), bundle.height)]).await?;
    let names = [&forged, &tampered, &genuine, &replay].map(name);
    let [forged, tampered, genuine, replay] = names;
    Ok(Outcome::said(format!("forged packet: {forged}; tampered proof: {tampered}; their twin: {genuine}; replay: {replay}")))
}

/// The packet that Shenzhen sends after block `before`, and the height of its block.
async fn sent_after(source: &Source, before: u64) -> Result<(Packet, u64)> {
    let mut next = before + 1;
    for _ in 0..100 {
        while next <= source.latest().await? {
            if let Ok(packet) = source.sent_in(next, DEPARTMENT_CLIENT).await {
                return Ok((packet, next));
            }
            next += 1;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    anyhow::bail!("Shenzhen sent no packet within 10 s")
}

/// A client update and the packet under it, as a relayer brings them: in one transaction.
struct Bundle<'a> {
    hand: &'a Hand,
    update: Any,
    proof: Vec<u8>,
    height: Height,
}

impl<'a> Bundle<'a> {
    async fn new(hand: &'a Hand, source: &Source, packet: &Packet, at: u64) -> Result<Self> {
        let trusted = hand.client_height(HUB_CLIENTS[1]).await?;
        ensure!(trusted.revision_height < at, "the client is at {} already: somebody else relayed", trusted.revision_height);
        let update = hand.update(HUB_CLIENTS[1], &source.header(at, trusted).await?);
        Ok(Self { hand, update, proof: source.commitment_proof(packet, at).await?, height: source.height(at) })
    }

    fn with(&self, packet: &Packet, proof: &[u8]) -> Vec<Any> {
        vec![self.update.clone(), self.hand.recv(packet, proof.to_vec(), self.height)]
    }
}

async fn answered(stage: &Stage, question: &mut Option<Asked>) -> Result<Outcome> {
    let asked = question.take().context("the question was not asked: an earlier step failed")?;
    told(stage, asked.task.await.context("waiting for the answer")??, LegTwo::Settles).await
}

async fn reused(stage: &mut Stage) -> Result<Outcome> {
    let licence = licence(stage, 1)?;
    let qr = stage.code(&licence).await?;
    let first = ask(&stage.shenzhen.asker(), &Question::new(About::Code(&qr))).await?;
    ensure!(first.words == VALID, "the first use of the code: {}", first.words);
    let second = ask(&stage.shenzhen.asker(), &Question::new(About::Code(&qr))).await?;
    told(stage, second, LegTwo::Settles).await
}

/// The chain's code by its name in the protocol.
fn name(fate: &Fate) -> String {
    let known = [
        (Code::HEADER_INVALID, "HEADER_INVALID"),
        (Code::PROOF_INVALID, "PROOF_INVALID"),
        (Code::REDUNDANT, "REDUNDANT"),
    ];
    match fate {
        Fate::Accepted { .. } => "accepted".into(),
        Fate::Refused { code, .. } => known.iter().find(|(c, _)| c.0 == *code).map_or_else(|| fate.words(), |(_, name)| (*name).to_owned()),
    }
}
