//! What the packets of one chain did, from the results of all its blocks.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use govhub_ibc::types::{Acknowledgement, Packet};
use prost::Message;
use tendermint::abci::Event;
use tendermint_rpc::Client;

use super::headers::Headers;

/// Packets of a chain by client of this chain and sequence.
#[derive(Default)]
pub struct Packets {
    sent: BTreeMap<(String, u64), Packet>,
    received: BTreeMap<(String, u64), Packet>,
    acknowledgements: BTreeMap<(String, u64), Acknowledgement>,
}

impl Packets {
    /// Reads every block from the first to the newest.
    ///
    /// # Errors
    /// The chain does not answer, or an event does not carry what ibc-go's events carry.
    pub async fn read(headers: &Headers) -> Result<Self> {
        let latest = headers.rpc.status().await.context("reading the status")?.sync_info.latest_block_height;
        let mut packets = Self::default();
        for height in 1..=latest.value() {
            let at = tendermint::block::Height::try_from(height).context("the height")?;
            let results = headers.rpc.block_results(at).await.with_context(|| format!("reading the results of block {height}"))?;
            let of_transactions = results.txs_results.iter().flatten().filter(|tx| tx.code.is_ok()).flat_map(|tx| &tx.events);
            for event in of_transactions.chain(&results.finalize_block_events).chain(results.begin_block_events.iter().flatten()) {
                packets.take(event).with_context(|| format!("event `{}` of block {height}", event.kind))?;
            }
        }
        Ok(packets)
    }

    fn take(&mut self, event: &Event) -> Result<()> {
        match event.kind.as_str() {
            "send_packet" => drop(self.sent.insert(key(event, "packet_source_client")?, packet(event)?)),
            "recv_packet" => drop(self.received.insert(key(event, "packet_dest_client")?, packet(event)?)),
            "write_acknowledgement" => {
                let bytes = hex::decode(attribute(event, "encoded_acknowledgement_hex")?).context("the acknowledgement's hexadecimal")?;
                let written = Acknowledgement::decode(bytes.as_slice()).context("the acknowledgement")?;
                self.acknowledgements.insert(key(event, "packet_dest_client")?, written);
            }
            _ => {}
        }
        Ok(())
    }

    /// The packet sent from `client`.
    ///
    /// # Errors
    /// None was.
    pub fn sent(&self, client: &str, sequence: u64) -> Result<&Packet> {
        self.sent.get(&(client.to_owned(), sequence)).with_context(|| format!("no packet `{client}/{sequence}` was sent"))
    }

    /// The packet received by `client`.
    ///
    /// # Errors
    /// None was.
    pub fn received(&self, client: &str, sequence: u64) -> Result<&Packet> {
        self.received.get(&(client.to_owned(), sequence)).with_context(|| format!("no packet `{client}/{sequence}` was received"))
    }

    /// The acknowledgement written for the packet that `client` received.
    ///
    /// # Errors
    /// None was.
    pub fn acknowledgement(&self, client: &str, sequence: u64) -> Result<&Acknowledgement> {
        self.acknowledgements.get(&(client.to_owned(), sequence)).with_context(|| format!("no acknowledgement `{client}/{sequence}` was written"))
    }
}

fn packet(event: &Event) -> Result<Packet> {
    let bytes = hex::decode(attribute(event, "encoded_packet_hex")?).context("the packet's hexadecimal")?;
    Packet::decode(bytes.as_slice()).context("the packet")
}

fn key(event: &Event, client: &str) -> Result<(String, u64)> {
    Ok((attribute(event, client)?.to_owned(), attribute(event, "packet_sequence")?.parse().context("the sequence")?))
}

fn attribute<'a>(event: &'a Event, name: &str) -> Result<&'a str> {
    let found = event.attributes.iter().find(|a| a.key_bytes() == name.as_bytes()).with_context(|| format!("no attribute `{name}`"))?;
    std::str::from_utf8(found.value_bytes()).with_context(|| format!("attribute `{name}`"))
}
