//! What a block carries.

use govhub_lc_core::Reason;
use govhub_types::hash::{sha256, Hash};

use super::envelope;
use crate::messages::common::{ChannelHeader, Envelope, Header, Payload, TYPE_CONFIG};
use crate::wire::Message;

/// SHA-256 over the entries one behind the other, without lengths.
///
/// # Not checked
/// Where one entry ends and the next begins: see [`Content::read`].
pub fn data_hash(entries: &[&[u8]]) -> Hash {
    sha256(entries)
}

/// An envelope's outermost layers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction<'a> {
    /// Payload and its creator's signature.
    pub envelope: Envelope<'a>,
    /// Bytes of channel and signature header.
    pub header: Header<'a>,
    /// Which channel and what kind.
    pub channel_header: ChannelHeader<'a>,
    /// What the payload carries.
    pub data: &'a [u8],
}

impl<'a> Transaction<'a> {
    /// Opens an envelope.
    ///
    /// # Errors
    /// `malformed`; `payload-header-missing`.
    pub fn open(envelope: Envelope<'a>) -> Result<Self, Reason> {
        let payload = Payload::read(envelope.payload)?;
        let header = payload.header.ok_or_else(|| Reason::new("payload-header-missing", "an envelope without headers"))?;
        Ok(Self { channel_header: ChannelHeader::read(header.channel_header)?, envelope, header, data: payload.data })
    }

    /// That it names channel `channel_id`.
    ///
    /// # Errors
    /// `channel-mismatch`.
    pub fn check_channel(&self, channel_id: &str) -> Result<(), Reason> {
        if self.channel_header.channel_id != channel_id {
            let found: String = self.channel_header.channel_id.chars().take(80).collect();
            return Err(Reason::new("channel-mismatch", format!("expected `{channel_id}`, found `{found}`")));
        }
        Ok(())
    }
}

/// What a block carries: a configuration alone, or transactions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content<'a> {
    /// A configuration. Its envelope may be encoded in any way: with one entry there are no borders to move.
    Config(Box<Transaction<'a>>),
    /// Transactions, each envelope in its one encoding.
    Transactions(Vec<Transaction<'a>>),
}

impl<'a> Content<'a> {
    /// Reads entries.
    ///
    /// # Errors
    /// `block-empty`; `envelope-not-canonical`; `config-not-alone`: peers would apply a configuration that the orderers' own count of
    /// configurations does not know; those of [`Transaction::open`].
    pub fn read(entries: &[&'a [u8]]) -> Result<Self, Reason> {
        if let [one] = entries {
            if let Some(config) = config(one) {
                return Ok(Self::Config(Box::new(config)));
            }
        }
        if entries.is_empty() {
            return Err(Reason::new("block-empty", "a block without transactions"));
        }
        let transactions = entries.iter().map(|bytes| Transaction::open(envelope(bytes)?)).collect::<Result<Vec<_>, Reason>>()?;
        match transactions.iter().any(|one| one.channel_header.kind == TYPE_CONFIG) {
            true => Err(Reason::new("config-not-alone", "a configuration among other transactions")),
            false => Ok(Self::Transactions(transactions)),
        }
    }

    /// That every envelope names channel `channel_id`: orderers serve many channels with the same keys, and neither header nor signature
    /// says which.
    ///
    /// # Errors
    /// `channel-mismatch`.
    pub fn check_channel(&self, channel_id: &str) -> Result<(), Reason> {
        match self {
            Self::Config(config) => config.check_channel(channel_id),
            Self::Transactions(transactions) => transactions.iter().try_for_each(|one| one.check_channel(channel_id)),
        }
    }
}

/// The one entry as a configuration, if it is one.
fn config(bytes: &[u8]) -> Option<Transaction<'_>> {
    let transaction = Envelope::read(bytes).ok().and_then(|envelope| Transaction::open(envelope).ok())?;
    (transaction.channel_header.kind == TYPE_CONFIG).then_some(transaction)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(kind: i32, channel_id: &str) -> Vec<u8> {
        let channel_header = ChannelHeader { kind, channel_id, ..Default::default() }.write();
        let header = Header { channel_header: &channel_header, signature_header: b"s" };
        let payload = Payload { header: Some(header), data: b"d" }.write();
        Envelope { payload: &payload, signature: b"s" }.write()
    }

    fn refused(entries: &[&[u8]]) -> &'static str {
        Content::read(entries).expect_err("must be refused").code
    }

    #[test]
    fn borders_between_envelopes_cannot_be_moved() {
        let (one, two) = (entry(3, "c"), entry(3, "c"));
        let glued = [one.as_slice(), &two].concat();
        assert_eq!(data_hash(&[&one, &two]), data_hash(&[&glued]));
        assert!(matches!(Content::read(&[&one, &two]), Ok(Content::Transactions(list)) if list.len() == 2));
        assert_eq!(refused(&[&glued]), "envelope-not-canonical");
        assert_eq!(refused(&[&glued[..one.len() - 1], &glued[one.len() - 1..]]), "envelope-not-canonical");
    }

    #[test]
    fn a_configuration_stands_alone() {
        let (config, other) = (entry(TYPE_CONFIG, "c"), entry(3, "c"));
        assert!(matches!(Content::read(&[&config]), Ok(Content::Config(_))));
        assert_eq!(refused(&[&other, &config]), "config-not-alone");
        assert_eq!(refused(&[&config, &config]), "config-not-alone");
        assert_eq!(refused(&[]), "block-empty");
    }

    #[test]
    fn every_envelope_names_the_channel() {
        let (ours, theirs) = (entry(3, "ours"), entry(3, "theirs"));
        let check = |entries: &[&[u8]]| Content::read(entries).expect("well formed").check_channel("ours");
        assert_eq!(check(&[&ours, &ours]), Ok(()));
        assert_eq!(check(&[&ours, &theirs]).expect_err("another channel").code, "channel-mismatch");
        assert_eq!(check(&[&entry(TYPE_CONFIG, "theirs")]).expect_err("another channel").code, "channel-mismatch");
    }
}
