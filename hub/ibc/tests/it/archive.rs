//! What was submitted stays readable, and reads are bounded.

use govhub_ibc::query::query;
use govhub_ibc::types::{
    success_acknowledgement, ClientInfo, Direction, PacketRecord, PacketState, QueryClientRequest, QueryClientsRequest, QueryClientsResponse,
    QueryConsensusStateRequest, QueryConsensusStateResponse, QueryHeaderRequest, QueryPacketRequest, QueryPacketsRequest, QueryPacketsResponse,
};
use govhub_types::{BlockContext, Code, Height, Rejection};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{follow, Chain, Pair};

fn ask<M: Message + Default>(chain: &Chain, name: &str, request: &impl Message) -> Result<M, Rejection> {
    let reader = chain.store.reader(chain.height()).expect("kept");
    let ctx = BlockContext { chain_id: chain.id.parse().expect("a chain id"), height: chain.height(), time: chain.now };
    let path = format!("/govhub.ibc.v1.Query/{name}");
    query(&reader, &ctx, &path, &request.encode_to_vec()).map(|bytes| M::decode(bytes.as_slice()).expect("the answer's own type"))
}

#[test]
fn both_ends_keep_packet_answer_proofs_and_headers_as_submitted() {
    let mut pair = Pair::new();
    let packet = pair.send(60, b"x");
    let recv = pair.recv_msg(&packet);
    pair.recv(&recv).0.expect("received");
    let ack = pair.ack_msg(&packet, success_acknowledgement(b"done".to_vec()));
    pair.acknowledge(&ack).0.expect("acknowledged");

    let received: PacketRecord = ask(
        &pair.b,
        "Packet",
        &QueryPacketRequest { client_id: pair.on_b.to_string(), direction: Direction::Received.into(), sequence: 1 },
    )
    .expect("kept");
    assert_eq!(received.state(), PacketState::AckWritten);
    assert_eq!((received.packet, received.proof_commitment), (Some(packet.clone()), recv.proof_commitment));
    assert_eq!(received.acknowledgement, ack.acknowledgement);
    let sent: PacketRecord =
        ask(&pair.a, "Packet", &QueryPacketRequest { client_id: pair.on_a.to_string(), direction: Direction::Sent.into(), sequence: 1 })
            .expect("kept");
    assert_eq!(sent.state(), PacketState::Acknowledged);
    assert_eq!((sent.packet, sent.proof_acked, sent.acknowledgement), (Some(packet), ack.proof_acked, ack.acknowledgement));
    assert!(sent.opened.expect("filed").height < sent.settled.expect("settled").height);

    let header: Any = ask(&pair.a, "Header", &QueryHeaderRequest { client_id: pair.on_a.to_string(), height: ack.proof_height }).expect("kept");
    assert_eq!(header.type_url, "/ibc.lightclients.tendermint.v1.Header");
}

#[test]
fn packets_are_listed_by_sequence_in_bounded_pages() {
    let mut pair = Pair::new();
    for _ in 0..5 {
        pair.send(60, b"x");
    }
    let page = |from: u64, limit: u32| -> Vec<u64> {
        let request =
            QueryPacketsRequest { client_id: pair.on_a.to_string(), direction: Direction::Sent.into(), from_sequence: from, limit };
        let answer: QueryPacketsResponse = ask(&pair.a, "Packets", &request).expect("answered");
        answer.packets.iter().map(|record| record.packet.as_ref().expect("kept").sequence).collect()
    };
    assert_eq!(page(0, 0), [1, 2, 3, 4, 5]);
    assert_eq!(page(2, 2), [2, 3]);
    assert_eq!(page(6, 10), [0u64; 0]);
    let received = QueryPacketsRequest { client_id: pair.on_a.to_string(), direction: Direction::Received.into(), from_sequence: 0, limit: 0 };
    assert_eq!(ask::<QueryPacketsResponse>(&pair.a, "Packets", &received).expect("answered").packets, []);
}

#[test]
fn clients_show_status_trust_time_and_how_timeouts_settle() {
    let mut pair = Pair::with(govhub_ibc::types::AbsenceMode::Receipt);
    let unseen: ClientInfo = ask(&pair.a, "Client", &QueryClientRequest { client_id: pair.on_a.to_string() }).expect("a client");
    assert_eq!(unseen.trust, "BFT quorum, parties not yet seen");
    let height = follow(&mut pair.a, &pair.on_a, &mut pair.b);
    let info: ClientInfo = ask(&pair.a, "Client", &QueryClientRequest { client_id: pair.on_a.to_string() }).expect("a client");
    assert_eq!((info.status.as_str(), info.chain_id.as_str(), info.trust.as_str()), ("active", "dept-1", "BFT quorum, n=4, f=1"));
    assert_eq!(info.latest_height.map(Height::from), Some(height));
    assert_eq!(info.expires_ns - info.latest_time_ns, 14 * 86_400 * 1_000_000_000);
    assert_eq!((info.absence.as_str(), info.our_absence.as_str(), info.next_sequence_send), ("receipt", "proof", 1));
    assert_eq!(info.counterparty.expect("registered").client_id, pair.on_b.as_str());
    let all: QueryClientsResponse = ask(&pair.b, "Clients", &QueryClientsRequest { after: String::new(), limit: 0 }).expect("answered");
    assert_eq!(all.clients.iter().map(|c| c.client_id.as_str()).collect::<Vec<_>>(), ["07-tendermint-0", "07-tendermint-1"]);
    let rest: QueryClientsResponse =
        ask(&pair.b, "Clients", &QueryClientsRequest { after: "07-tendermint-0".into(), limit: 5 }).expect("answered");
    assert_eq!(rest.clients.len(), 1);
}

#[test]
fn consensus_states_are_found_at_or_below_a_height() {
    let mut pair = Pair::new();
    let first = pair.a.latest(&pair.on_a);
    for _ in 0..3 {
        pair.b.wait(1);
    }
    let newest = follow(&mut pair.a, &pair.on_a, &mut pair.b);
    let between = Height::new(1, newest.revision_height - 1);
    let ask_at = |height: Height, at_or_below| {
        let request = QueryConsensusStateRequest { client_id: pair.on_a.to_string(), height: Some(height.into()), at_or_below };
        ask::<QueryConsensusStateResponse>(&pair.a, "ConsensusState", &request).map(|found| Height::from(found.height.expect("set")))
    };
    assert_eq!(ask_at(newest, false), Ok(newest));
    assert_eq!(ask_at(between, true), Ok(first));
    assert_eq!(ask_at(between, false).expect_err("none").code, Code::CONSENSUS_STATE_MISSING);
}

#[test]
fn unknown_reads_are_refused() {
    let pair = Pair::new();
    let nothing = QueryClientRequest { client_id: "07-tendermint-9".into() };
    assert_eq!(ask::<ClientInfo>(&pair.a, "Client", &nothing).expect_err("none").code, Code::CLIENT_NOT_FOUND);
    assert_eq!(ask::<ClientInfo>(&pair.a, "Nothing", &nothing).expect_err("none").code, Code::PACKET_MESSAGE_UNDECODABLE);
    let no_end = QueryPacketRequest { client_id: pair.on_a.to_string(), direction: 0, sequence: 1 };
    assert_eq!(ask::<PacketRecord>(&pair.a, "Packet", &no_end).expect_err("no end").code, Code::PACKET_MESSAGE_UNDECODABLE);
}
