//! Bytes of the engine's own messages, between nodes and in its write-ahead log: borsh. Not consensus: blocks and votes are protobuf.

use std::io;

use arc_malachitebft_app_channel::app::streaming::StreamMessage;
use arc_malachitebft_app_channel::app::types::codec::{Codec, HasEncodedLen};
use arc_malachitebft_app_channel::app::types::sync::{RawDecidedValue, Request, Response, Status};
use arc_malachitebft_app_channel::app::types::PeerId;
use arc_malachitebft_core_consensus::{LivenessMsg, ProposedValue, SignedConsensusMsg};
use arc_malachitebft_core_types as core;
use borsh::{BorshDeserialize, BorshSerialize};
use bytes::Bytes;
use core::Round;

use crate::context::HubContext;
use crate::part::Part;
use crate::signing::Signature;
use crate::vote::SignedExtension;
use crate::{BlockHeight, ValidatorAddress, ValueId};

/// The one codec: for the network, for sync and for the write-ahead log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Borsh;

macro_rules! as_it_is {
    ($($message:ty),* $(,)?) => {$(
        impl Codec<$message> for Borsh {
            type Error = io::Error;
            fn decode(&self, bytes: Bytes) -> Result<$message, io::Error> {
                borsh::from_slice(&bytes)
            }
            fn encode(&self, message: &$message) -> Result<Bytes, io::Error> {
                borsh::to_vec(message).map(Bytes::from)
            }
        }
    )*};
}

as_it_is!(
    Part,
    SignedConsensusMsg<HubContext>,
    LivenessMsg<HubContext>,
    ProposedValue<HubContext>,
    core::PolkaCertificate<HubContext>,
    StreamMessage<Part>,
);

/// A validator's proof that its peer id is its own.
#[derive(BorshSerialize, BorshDeserialize)]
struct ProofWire {
    public_key: Vec<u8>,
    peer_id: Vec<u8>,
    signature: Signature,
}

impl Codec<core::ValidatorProof<HubContext>> for Borsh {
    type Error = io::Error;
    fn decode(&self, bytes: Bytes) -> Result<core::ValidatorProof<HubContext>, io::Error> {
        let wire: ProofWire = borsh::from_slice(&bytes)?;
        Ok(core::ValidatorProof::new(wire.public_key, wire.peer_id, wire.signature))
    }
    fn encode(&self, proof: &core::ValidatorProof<HubContext>) -> Result<Bytes, io::Error> {
        let wire = ProofWire { public_key: proof.public_key.clone(), peer_id: proof.peer_id.clone(), signature: proof.signature };
        borsh::to_vec(&wire).map(Bytes::from)
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct StatusWire {
    peer_id: Vec<u8>,
    tip: BlockHeight,
    oldest: BlockHeight,
}

impl Codec<Status<HubContext>> for Borsh {
    type Error = io::Error;
    fn decode(&self, bytes: Bytes) -> Result<Status<HubContext>, io::Error> {
        let wire: StatusWire = borsh::from_slice(&bytes)?;
        let peer_id = PeerId::from_bytes(&wire.peer_id).map_err(|e| io::Error::new(io::ErrorKind::InvalidData, e.to_string()))?;
        Ok(Status { peer_id, tip_height: wire.tip, history_min_height: wire.oldest })
    }
    fn encode(&self, status: &Status<HubContext>) -> Result<Bytes, io::Error> {
        let wire = StatusWire { peer_id: status.peer_id.to_bytes(), tip: status.tip_height, oldest: status.history_min_height };
        borsh::to_vec(&wire).map(Bytes::from)
    }
}

impl Codec<Request<HubContext>> for Borsh {
    type Error = io::Error;
    fn decode(&self, bytes: Bytes) -> Result<Request<HubContext>, io::Error> {
        let (from, to): (BlockHeight, BlockHeight) = borsh::from_slice(&bytes)?;
        Ok(Request::ValueRequest(arc_malachitebft_sync::ValueRequest::new(from..=to)))
    }
    fn encode(&self, request: &Request<HubContext>) -> Result<Bytes, io::Error> {
        let Request::ValueRequest(request) = request;
        borsh::to_vec(&(*request.range.start(), *request.range.end())).map(Bytes::from)
    }
}

#[derive(BorshSerialize, BorshDeserialize)]
struct SignatureWire {
    address: ValidatorAddress,
    signature: Signature,
    extension: Option<SignedExtension>,
}

#[derive(BorshSerialize, BorshDeserialize)]
struct DecidedWire {
    block: Vec<u8>,
    height: BlockHeight,
    round: Round,
    id: ValueId,
    signatures: Vec<SignatureWire>,
}

impl From<&RawDecidedValue<HubContext>> for DecidedWire {
    fn from(value: &RawDecidedValue<HubContext>) -> Self {
        let certificate = &value.certificate;
        let signatures = certificate.commit_signatures.iter();
        Self {
            block: value.value_bytes.to_vec(),
            height: certificate.height,
            round: certificate.round,
            id: certificate.value_id,
            signatures: signatures
                .map(|s| SignatureWire { address: s.address, signature: s.signature, extension: s.extension.clone() })
                .collect(),
        }
    }
}

impl From<DecidedWire> for RawDecidedValue<HubContext> {
    fn from(wire: DecidedWire) -> Self {
        let signatures = wire.signatures.into_iter();
        let certificate = core::ExtendedCommitCertificate {
            height: wire.height,
            round: wire.round,
            value_id: wire.id,
            commit_signatures: signatures.map(|s| core::ExtendedCommitSignature::new(s.address, s.signature, s.extension)).collect(),
        };
        RawDecidedValue::new(wire.block.into(), certificate)
    }
}

impl Codec<Response<HubContext>> for Borsh {
    type Error = io::Error;
    fn decode(&self, bytes: Bytes) -> Result<Response<HubContext>, io::Error> {
        let (start, values): (BlockHeight, Vec<DecidedWire>) = borsh::from_slice(&bytes)?;
        let values = values.into_iter().map(Into::into).collect();
        Ok(Response::ValueResponse(arc_malachitebft_sync::ValueResponse::new(start, values)))
    }
    fn encode(&self, response: &Response<HubContext>) -> Result<Bytes, io::Error> {
        let Response::ValueResponse(response) = response;
        let values: Vec<DecidedWire> = response.values.iter().map(Into::into).collect();
        borsh::to_vec(&(response.start_height, values)).map(Bytes::from)
    }
}

impl HasEncodedLen<Response<HubContext>> for Borsh {
    fn encoded_len(&self, response: &Response<HubContext>) -> Result<usize, io::Error> {
        Ok(Codec::<Response<HubContext>>::encode(self, response)?.len())
    }
}

#[cfg(test)]
mod tests {
    use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId};
    use arc_malachitebft_core_types::{NilOrVal, VoteType};
    use govhub_fuzz::{run, Target, CASES};

    use super::*;
    use crate::vote::Vote;

    fn id() -> ValueId {
        ValueId { hash: [1; 32], parts_total: 3, parts_hash: [2; 32], time_s: 5, time_ns: 6 }
    }

    fn seeds() -> Vec<Vec<u8>> {
        let (address, signature) = (ValidatorAddress([3; 20]), Signature([4; 64]));
        let init = Part::Init { height: BlockHeight(9), round: Round::new(1), pol_round: Round::Nil, proposer: address, id: id(), publisher: address, signature };
        let stream = StreamMessage::new(StreamId::new(vec![7; 12].into()), 0, StreamContent::Data(init.clone()));
        let vote = Vote { kind: VoteType::Prevote, height: BlockHeight(9), round: Round::new(1), value: NilOrVal::Val(id()), address, extension: None };
        let vote = SignedConsensusMsg::<HubContext>::Vote(core::SignedMessage::new(vote, signature));
        let request = Request::ValueRequest(arc_malachitebft_sync::ValueRequest::new(BlockHeight(1)..=BlockHeight(5)));
        let decided = DecidedWire { block: vec![1, 2, 3], height: BlockHeight(4), round: Round::new(0), id: id(), signatures: vec![SignatureWire { address, signature, extension: None }] };
        let response = Response::ValueResponse(arc_malachitebft_sync::ValueResponse::new(BlockHeight(4), vec![decided.into()]));
        let encoded = |bytes: Result<Bytes, io::Error>| bytes.expect("written to memory").to_vec();
        [
            encoded(Borsh.encode(&init)), encoded(Borsh.encode(&stream)), encoded(Borsh.encode(&vote)), encoded(Borsh.encode(&request)), encoded(Borsh.encode(&response)),
        ]
        .into()
    }

    /// Every kind of message a peer can send, from the same bytes.
    fn decode_each(bytes: &[u8]) -> bool {
        fn one<T>(bytes: &[u8]) -> bool
        where
            Borsh: Codec<T>,
        {
            Borsh.decode(Bytes::copy_from_slice(bytes)).is_ok()
        }
        let all = [
            one::<Part>(bytes), one::<StreamMessage<Part>>(bytes), one::<SignedConsensusMsg<HubContext>>(bytes), one::<LivenessMsg<HubContext>>(bytes),
            one::<ProposedValue<HubContext>>(bytes), one::<core::PolkaCertificate<HubContext>>(bytes), one::<core::ValidatorProof<HubContext>>(bytes),
            one::<Status<HubContext>>(bytes), one::<Request<HubContext>>(bytes), one::<Response<HubContext>>(bytes),
        ];
        all.contains(&true)
    }

    #[test]
    fn bent_messages_of_peers_never_panic() {
        assert!(seeds().iter().all(|seed| decode_each(seed)));
        let covered = run(&Target { name: "messages between nodes", seeds: seeds(), run: decode_each }, CASES);
        println!("messages between nodes: {} cases, {} accepted", covered.cases, covered.accepted);
        assert!(covered.accepted > 0 && covered.accepted < covered.cases);
    }
}
