//! The independent checker: recomputes every `verified` entry of a report, reading nothing but the chains.
//!
//! It believes the first header of each chain (its validators are those of the genesis it serves, told in the output) and checks all
//! else: commits by the unmodified Tendermint verifier, proofs by `ics23` with the specification written out here, packets and
//! acknowledgements against the commitments that the proofs show. It shares no code with the relayer or with the chains' light
//! clients, except the byte layout of commitments, which golden vectors of ibc-go pin.
//!
//! Start at [`check`].

mod claim;
mod events;
mod headers;
pub mod proof;

use std::collections::BTreeMap;

use anyhow::{bail, ensure, Context, Result};
use govhub_ibc::types::{
    commit_acknowledgement, commit_packet, packet_acknowledgement_path, packet_commitment_path, packet_receipt_path,
};

pub use claim::{Claim, Object};

use crate::report::{Report, Verified};
use events::Packets;
use headers::Headers;

/// The chains of a report, with what has been read of them.
pub struct Checker {
    chains: BTreeMap<String, Source>,
}

struct Source {
    headers: Headers,
    packets: Packets,
}

impl Checker {
    /// Connects to every chain of `report` and reads what its packets did.
    ///
    /// # Errors
    /// A chain does not answer, or its first header does not carry its own genesis.
    pub async fn new(report: &Report) -> Result<Self> {
        let mut chains = BTreeMap::new();
        for chain in &report.chains {
            let headers = Headers::connect(&chain.rpc, &chain.chain_id).await.with_context(|| format!("connecting to {}", chain.name))?;
            let packets = Packets::read(&headers).await.with_context(|| format!("reading the packets of {}", chain.name))?;
            chains.insert(chain.chain_id.clone(), Source { headers, packets });
        }
        Ok(Self { chains })
    }

    /// Recomputes one entry.
    ///
    /// # Errors
    /// The first thing that is not as the entry says.
    pub async fn check(&self, entry: &Verified) -> Result<()> {
        let claim: Claim = entry.what.parse()?;
        let source = self.chain(&claim.source)?;
        let by = self.chain(&claim.by)?;

        // The header: signed by the source's validators, and what the client on the other chain stores.
        let header = source.headers.verified(entry.height).await?;
        let hash = header.header.hash().to_string();
        ensure!(hash == entry.block_hash, "block hash: the chain says `{hash}`, the entry `{}`", entry.block_hash);
        let stored = by.headers.consensus_state(&entry.client_id, &claim.source, entry.height).await?;
        let root = header.header.app_hash.as_bytes().to_vec();
        ensure!(stored.root == root, "the client's root at {} is not the header's app hash", entry.height);
        ensure!(
            stored.next_validators_hash == header.header.next_validators_hash.as_bytes(),
            "the client's next validators at {} are not the header's",
            entry.height
        );

        // The proof under it.
        let (path, expected) = match &claim.object {
            Object::Header => {
                ensure!(entry.proof_bytes == 0, "a header has no proof, the entry says {} bytes", entry.proof_bytes);
                return Ok(());
            }
            Object::Packet { client, sequence } => {
                let sent = source.packets.sent(client, *sequence)?;
                ensure!(by.packets.received(&sent.destination_client, *sequence)? == sent, "`{}` received another packet than was sent", claim.by);
                ensure!(sent.destination_client == entry.client_id, "the packet went to `{}`, not to `{}`", sent.destination_client, entry.client_id);
                (packet_commitment_path(client, *sequence), Some(commit_packet(sent).to_vec()))
            }
            Object::Acknowledgement { client, sequence } => {
                let written = source.packets.acknowledgement(client, *sequence)?;
                (packet_acknowledgement_path(client, *sequence), Some(commit_acknowledgement(written).to_vec()))
            }
            Object::NoReceipt { client, sequence } => (packet_receipt_path(client, *sequence), None),
        };
        let bytes = source.headers.proved(&path, entry.height, &root, expected.as_deref()).await?;
        ensure!(bytes == entry.proof_bytes, "the proof has {bytes} bytes, the entry says {}", entry.proof_bytes);
        Ok(())
    }

    fn chain(&self, id: &str) -> Result<&Source> {
        self.chains.get(id).with_context(|| format!("`{id}` is no chain of the report"))
    }
}

/// Recomputes every entry of every step; a step with an entry that does not hold is no longer `ok`. Number of entries that hold.
///
/// # Errors
/// The chains cannot be read, or no step has an entry: then nothing was checked.
pub async fn check(report: &mut Report) -> Result<usize> {
    let checker = Checker::new(report).await?;
    let mut held = 0;
    for step in &mut report.steps {
        for entry in &step.verified {
            match checker.check(entry).await {
                Ok(()) => held += 1,
                Err(why) => {
                    step.ok = false;
                    step.outcome = format!("{}; but not recomputed: `{}` at {}: {why:#}", step.outcome, entry.what, entry.height);
                }
            }
        }
    }
    if held == 0 {
        bail!("no step says what it verified: nothing could be recomputed");
    }
    Ok(held)
}
