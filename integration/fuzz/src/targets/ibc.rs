//! Messages of IBC v2 and the files from which clients are made.

use govhub_ibc::types::{
    commit_acknowledgement, commit_packet, validate_acknowledgement, validate_packet, Acknowledgement, MsgAcknowledgement, MsgRecvPacket, MsgTimeout, Packet,
    Payload, TrustFile, ENCODING, MAX_MESSAGE_BYTES, PORT, VERSION,
};
use govhub_types::codec::decode_canonical;
use ibc_proto::google::protobuf::Any;
use ibc_proto::ibc::core::client::v1::{Height, MsgUpdateClient};
use prost::Message;

use crate::Target;

fn packet() -> Packet {
    let payload = Payload {
        source_port: PORT.into(),
        destination_port: PORT.into(),
        version: VERSION.into(),
        encoding: ENCODING.into(),
        value: vec![1, 2, 3],
    };
    Packet {
        sequence: 1,
        source_client: "07-tendermint-0".into(),
        destination_client: "07-tendermint-1".into(),
        timeout_timestamp: 1_800_000_000,
        payloads: vec![payload],
    }
}

fn acknowledgement() -> Acknowledgement {
    Acknowledgement { app_acknowledgements: vec![vec![1, 2, 3]] }
}

fn canonical<M: Message + Default>(bytes: &[u8]) -> Option<M> {
    decode_canonical("fuzzed message", bytes, MAX_MESSAGE_BYTES).ok()
}

/// Packets and acknowledgements as relayers bring them.
pub fn messages() -> Target {
    let height = Some(Height { revision_number: 1, revision_height: 9 });
    let signer = "gov1signer".to_owned();
    let recv = MsgRecvPacket { packet: Some(packet()), proof_commitment: vec![5; 64], proof_height: height, signer: signer.clone() };
    let ack = MsgAcknowledgement {
        packet: Some(packet()),
        acknowledgement: Some(acknowledgement()),
        proof_acked: vec![5; 64],
        proof_height: height,
        signer: signer.clone(),
    };
    let timeout = MsgTimeout { packet: Some(packet()), proof_unreceived: vec![5; 64], proof_height: height, signer: signer.clone() };
    let header = Any { type_url: "/ibc.lightclients.tendermint.v1.Header".into(), value: vec![10, 0] };
    let update = MsgUpdateClient { client_id: "07-tendermint-0".into(), client_message: Some(header), signer };
    Target {
        name: "IBC messages",
        seeds: vec![recv.encode_to_vec(), ack.encode_to_vec(), timeout.encode_to_vec(), update.encode_to_vec(), packet().encode_to_vec()],
        run: |bytes| {
            let packets = [
                canonical::<MsgRecvPacket>(bytes).and_then(|m| m.packet),
                canonical::<MsgAcknowledgement>(bytes).and_then(|m| m.packet),
                canonical::<MsgTimeout>(bytes).and_then(|m| m.packet),
                canonical::<Packet>(bytes),
            ];
            for packet in packets.iter().flatten() {
                let _ = validate_packet(packet);
                let _ = commit_packet(packet);
            }
            if let Some(ack) = canonical::<MsgAcknowledgement>(bytes).and_then(|m| m.acknowledgement) {
                let _ = validate_acknowledgement(&ack);
                let _ = commit_acknowledgement(&ack);
            }
            packets.iter().any(Option::is_some) || canonical::<MsgUpdateClient>(bytes).is_some()
        },
    }
}

/// Trust files: decoding and bounds; what a family makes of one is its own target.
pub fn trust_file() -> Target {
    let any = |name: &str| Some(Any { type_url: format!("/ibc.lightclients.tendermint.v1.{name}"), value: vec![10, 1, b'x'] });
    let file = TrustFile {
        family: "07-tendermint".into(),
        chain_id: "guangzhou-1".into(),
        anchor_height: Some(Height { revision_number: 1, revision_height: 9 }),
        anchor: any("ConsensusState"),
        params: any("ClientState"),
        key_map: None,
        absence: 1,
        our_absence: 1,
    };
    Target { name: "trust file", seeds: vec![file.encode_to_vec()], run: |bytes| canonical::<TrustFile>(bytes).is_some() }
}
