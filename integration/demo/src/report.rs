//! What the demo tells: the JSON of PROTOCOL 5 and the timeline as text.

use serde::{Deserialize, Serialize};

/// `--json FILE`.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The three chains.
    pub chains: Vec<Chain>,
    /// Every step in order.
    pub steps: Vec<Step>,
}

/// One chain.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chain {
    /// For people.
    pub name: String,
    /// Chain id.
    pub chain_id: String,
    /// Address of its RPC.
    pub rpc: String,
    /// Its home folder.
    pub home: String,
}

/// One step: what should come out and what did.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What is done.
    pub name: String,
    /// Outcome that makes the step right.
    pub expected: String,
    /// Outcome as it was.
    pub outcome: String,
    /// True iff they agree and everything claimed as verified was recomputed.
    pub ok: bool,
    /// Duration in milliseconds.
    pub ms: u64,
    /// What was verified on the way; each entry was recomputed from the chains alone.
    pub verified: Vec<Verified>,
}

/// One verification: a header accepted by a client, or a proof under it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verified {
    /// What, in words: chain it comes from, chain that verified, object.
    pub what: String,
    /// The light client that did.
    pub client_id: String,
    /// Height of the header in the chain it follows.
    pub height: u64,
    /// Hash of that block, upper-case hexadecimal.
    pub block_hash: String,
    /// Size of the Merkle proof in bytes; 0 for a header.
    pub proof_bytes: u64,
}

/// One hop of a packet on its way, for the timeline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hop {
    /// Step to which it belongs.
    pub step: String,
    /// Chain on which it happened: a lane of the drawing.
    pub chain: String,
    /// What happened.
    pub what: String,
    /// Milliseconds since the first hop of the step.
    pub ms: u64,
    /// Height at which it happened.
    pub height: u64,
    /// What was verified there, empty if nothing was.
    pub verified: Vec<Verified>,
}

impl Report {
    /// True iff there are steps and each came out as expected.
    pub fn good(&self) -> bool {
        !self.steps.is_empty() && self.steps.iter().all(|step| step.ok)
    }
}

/// The timeline as text: a block per step, a line per hop and per verification.
pub fn timeline(hops: &[Hop]) -> String {
    let mut text = String::new();
    let mut step = "";
    for hop in hops {
        if hop.step != step {
            step = &hop.step;
            text.push_str(&format!("\n{step}\n"));
        }
        text.push_str(&format!("  {:>6} ms  {:<10} {} (block {})\n", hop.ms, hop.chain, hop.what, hop.height));
        for check in &hop.verified {
            let size = if check.proof_bytes > 0 { format!(", proof of {} bytes", check.proof_bytes) } else { String::new() };
            let hash = check.block_hash.get(..12).unwrap_or(&check.block_hash);
            text.push_str(&format!("                        verified: {} by {} at height {}, block {hash}..{size}\n", check.what, check.client_id, check.height));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hop(step: &str, ms: u64) -> Hop {
        let verified = vec![Verified { what: "header".into(), client_id: "07-tendermint-0".into(), height: 7, block_hash: "AB".repeat(32), proof_bytes: 0 }];
        Hop { step: step.into(), chain: "hub".into(), what: "received".into(), ms, height: 9, verified }
    }

    #[test]
    fn a_report_without_steps_is_not_good() {
        assert!(!Report::default().good());
    }

    #[test]
    fn one_wrong_step_makes_the_report_wrong() {
        let step = |ok| Step { name: "a".into(), expected: "b".into(), outcome: "b".into(), ok, ms: 1, verified: vec![] };
        assert!(Report { chains: vec![], steps: vec![step(true)] }.good());
        assert!(!Report { chains: vec![], steps: vec![step(true), step(false)] }.good());
    }

    #[test]
    fn the_timeline_names_each_step_once() {
        let text = timeline(&[hop("ask", 0), hop("ask", 20), hop("again", 0)]);
        assert_eq!(text.matches("\nask\n").count(), 1);
        assert_eq!(text.matches("verified: header by 07-tendermint-0 at height 7, block ABABABABABAB..").count(), 3);
    }
}
