//! The steps as they are told: each with what should come out, what did, how long it took and what was verified.

use std::future::Future;
use std::time::Instant;

use anyhow::Result;

use crate::report::{Chain, Hop, Report, Step, Verified};

/// What a step brought about.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// In the words of [`Step::expected`]: a step is right iff they are equal.
    pub words: String,
    /// What was verified on the way.
    pub verified: Vec<Verified>,
    /// The way, for the timeline.
    pub hops: Vec<Hop>,
}

impl Outcome {
    /// An outcome of which nothing was verified by a light client.
    pub fn said(words: impl Into<String>) -> Self {
        Self { words: words.into(), ..Self::default() }
    }
}

/// The report as it grows.
pub struct Story {
    /// What has been told so far.
    pub report: Report,
    /// All hops in order.
    pub hops: Vec<Hop>,
}

impl Story {
    /// A story about these chains.
    pub fn new(chains: Vec<Chain>) -> Self {
        Self { report: Report { chains, steps: Vec::new() }, hops: Vec::new() }
    }

    /// Does a step, tells it, and keeps it. An error is an outcome that nobody expected; the next step goes on.
    pub async fn step(&mut self, name: &str, expected: &str, doing: impl Future<Output = Result<Outcome>>) {
        eprint!("-- {name} .. ");
        let started = Instant::now();
        let outcome = doing.await.unwrap_or_else(|error| Outcome::said(format!("error: {error:#}")));
        let ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
        let ok = outcome.words == expected;
        eprintln!("{} ({ms} ms)", outcome.words);
        if !ok {
            eprintln!("   NOT AS EXPECTED: {expected}");
        }
        self.hops.extend(outcome.hops.into_iter().map(|hop| Hop { step: name.to_owned(), ..hop }));
        self.report.steps.push(Step { name: name.into(), expected: expected.into(), outcome: outcome.words, ok, ms, verified: outcome.verified });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_step_is_right_only_if_it_comes_out_as_expected() {
        let mut story = Story::new(vec![]);
        story.step("one", "yes", async { Ok(Outcome::said("yes")) }).await;
        story.step("two", "yes", async { Ok(Outcome::said("yes, nearly")) }).await;
        story.step("three", "yes", async { anyhow::bail!("broken") }).await;
        assert_eq!(story.report.steps.iter().map(|s| s.ok).collect::<Vec<_>>(), [true, false, false]);
        assert_eq!(story.report.steps[2].outcome, "error: broken");
    }
}
