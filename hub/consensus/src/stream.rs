//! Proposal streams: parts on their way in, bounded, and a block's parts on their way out.

use std::collections::BTreeMap;

use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
use arc_malachitebft_core_types::Round;
use borsh::BorshSerialize;

use crate::block::{BLOCK_BYTES_MAX, PART_BYTES};
use crate::part::Part;
use crate::signing::Signature;
use crate::{BlockHeight, ValidatorAddress, ValueId};

/// Unfinished streams kept at once: a few rounds of a large set; the oldest gives way.
const STREAMS_MAX: usize = 64;
/// Messages of one stream: the first, the block's parts, the end.
const MESSAGES_MAX: u64 = (BLOCK_BYTES_MAX / PART_BYTES) as u64 + 3;
/// Longest stream id taken from a peer, in bytes.
const STREAM_ID_BYTES_MAX: usize = 64;

/// What a proposal is, as its first part says and its publisher signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize)]
pub(crate) struct Proposed {
    pub height: u64,
    pub round: Round,
    pub pol_round: Round,
    pub proposer: ValidatorAddress,
    pub id: ValueId,
    pub publisher: ValidatorAddress,
}

/// A stream that has come together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Streamed {
    pub proposed: Proposed,
    pub signature: Signature,
    pub bytes: Vec<u8>,
}

#[derive(Default)]
struct Stream {
    opened: u64,
    messages: BTreeMap<u64, StreamContent<Part>>,
    end: Option<u64>,
}

/// Streams by who published them and their id.
#[derive(Default)]
pub(crate) struct Streams {
    streams: BTreeMap<(Vec<u8>, Vec<u8>), Stream>,
    opened: u64,
}

impl Streams {
    /// Takes a message in; gives the block back when it was the last one missing.
    ///
    /// Anything out of bounds drops the stream: its publisher can send again.
    pub fn take(&mut self, publisher: Vec<u8>, message: StreamMessage<Part>) -> Option<Streamed> {
        let id = message.stream_id.to_bytes().to_vec();
        if id.len() > STREAM_ID_BYTES_MAX {
            return None;
        }
        let key = (publisher, id);
        if !self.streams.contains_key(&key) {
            self.make_room();
            self.opened += 1;
            self.streams.insert(key.clone(), Stream { opened: self.opened, ..Stream::default() });
        }
        let stream = self.streams.get_mut(&key).expect("inserted above");
        let too_long = matches!(&message.content, StreamContent::Data(Part::Data(bytes)) if bytes.len() > PART_BYTES);
        if message.sequence >= MESSAGES_MAX || too_long {
            self.streams.remove(&key);
            return None;
        }
        if message.is_fin() {
            stream.end = Some(message.sequence);
        }
        stream.messages.insert(message.sequence, message.content);
        if stream.end.is_none_or(|end| stream.messages.len() as u64 != end + 1) {
            return None;
        }
        assemble(self.streams.remove(&key)?)
    }

    fn make_room(&mut self) {
        if self.streams.len() >= STREAMS_MAX {
            let oldest = self.streams.iter().min_by_key(|(_, s)| s.opened).map(|(key, _)| key.clone());
            oldest.and_then(|key| self.streams.remove(&key));
        }
    }
}

fn assemble(stream: Stream) -> Option<Streamed> {
    let mut messages = stream.messages.into_values();
    let StreamContent::Data(Part::Init { height, round, pol_round, proposer, id, publisher, signature }) = messages.next()? else { return None };
    let mut bytes = Vec::new();
    for message in messages {
        match message {
            StreamContent::Data(Part::Data(data)) => bytes.extend(data),
            StreamContent::Fin => {}
            StreamContent::Data(Part::Init { .. }) => return None,
        }
    }
    Some(Streamed { proposed: Proposed { height: height.0, round, pol_round, proposer, id, publisher }, signature, bytes })
}

/// The messages that carry a block, in order.
pub(crate) fn messages(proposal: Proposed, signature: Signature, bytes: &[u8]) -> Vec<StreamMessage<Part>> {
    let Proposed { height, round, pol_round, proposer, id, publisher } = proposal;
    let mut name = height.to_be_bytes().to_vec();
    name.extend(round.as_i64().to_be_bytes());
    name.extend(publisher.0);
    let stream_id = StreamId::new(name.into());
    let first = Part::Init { height: BlockHeight(height), round, pol_round, proposer, id, publisher, signature };
    let data = bytes.chunks(PART_BYTES).map(|chunk| StreamContent::Data(Part::Data(chunk.to_vec())));
    let contents = [StreamContent::Data(first)].into_iter().chain(data).chain([StreamContent::Fin]);
    contents.zip(0..).map(|(content, sequence)| StreamMessage::new(stream_id.clone(), sequence, content)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNATURE: Signature = Signature([4; 64]);

    fn proposal() -> Proposed {
        let id = ValueId { hash: [1; 32], parts_total: 3, parts_hash: [2; 32], time_s: 5, time_ns: 6 };
        Proposed { height: 9, round: Round::new(1), pol_round: Round::Nil, proposer: ValidatorAddress([3; 20]), id, publisher: ValidatorAddress([3; 20]) }
    }

    #[test]
    fn a_block_comes_together_whatever_the_order_of_its_parts() {
        let bytes: Vec<u8> = (0..PART_BYTES * 2 + 5).map(|i| (i % 251) as u8).collect();
        let mut sent = messages(proposal(), SIGNATURE, &bytes);
        sent.reverse();
        let last = sent.pop().expect("five messages");
        let mut streams = Streams::default();
        for message in sent {
            assert!(streams.take(vec![1], message).is_none());
        }
        let streamed = streams.take(vec![1], last).expect("complete");
        assert_eq!(streamed, Streamed { proposed: proposal(), signature: SIGNATURE, bytes });
    }

    #[test]
    fn parts_of_two_publishers_do_not_mix() {
        let mut sent = messages(proposal(), SIGNATURE, b"block");
        let last = sent.pop().expect("the end");
        let mut streams = Streams::default();
        for message in sent {
            streams.take(vec![1], message);
        }
        assert!(streams.take(vec![2], last.clone()).is_none());
        assert!(streams.take(vec![1], last).is_some());
    }

    #[test]
    fn unfinished_streams_are_bounded_and_the_oldest_gives_way() {
        let mut streams = Streams::default();
        for publisher in 0..=STREAMS_MAX as u8 {
            let proposal = Proposed { publisher: ValidatorAddress([publisher; 20]), ..proposal() };
            let first = messages(proposal, SIGNATURE, b"block").remove(0);
            streams.take(vec![publisher], first);
        }
        assert_eq!(streams.streams.len(), STREAMS_MAX);
        assert!(streams.streams.keys().all(|(publisher, _)| publisher != &vec![0]));
    }
}
