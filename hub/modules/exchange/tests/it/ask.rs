//! Who may send what from a department's chain.

use govhub_exchange::proto::{AskState, AskedItem};
use govhub_exchange::{department, Exchange};
use govhub_ibc::types::{Packet, UNIVERSAL_ERROR_ACK};
use govhub_ibc::PacketApp;
use govhub_packets::{Answer, Authorisation, Envelope, NoAnswerReason, Party, RefusedCode};
use govhub_types::{Address, Code, Rejection};

use crate::world::{account, holder, packet, question, relayer, via, World, ASKER, HUB_CLIENT, ISSUER, NOW_S, STRANGER, TYPE};

/// A question of this chain's own department, the issuer of these worlds, to another.
fn own_question() -> Envelope {
    Envelope { from: ISSUER.parse().expect("a department"), to: Some(ASKER.parse().expect("a department")), ..question() }
}

fn outgoing(client: &str, envelope: &Envelope) -> Packet {
    let arrived = packet("07-tendermint-9", envelope.encode(), NOW_S + 120);
    Packet { source_client: client.into(), ..arrived }
}

fn send(w: &mut World, packet: &Packet, signer: &Address) -> Result<(), Rejection> {
    let app = Exchange::new(&w.people);
    app.on_send(&mut w.state, &w.ctx, packet, signer, &mut w.events)
}

fn refused(expected: Code, packet: &Packet, signer: &Address) {
    let mut w = World::department();
    assert_eq!(send(&mut w, packet, signer).expect_err("refused").code, expected);
    assert!(department::asked::get(&w.state, &packet.source_client, packet.sequence).is_none());
    send(&mut w, &outgoing(HUB_CLIENT, &own_question()), &account()).expect("the twin is sent");
}

#[test]
fn a_question_that_was_sent_is_noted_and_waits() {
    let mut w = World::department();
    send(&mut w, &outgoing(HUB_CLIENT, &own_question()), &account()).expect("sent");
    let asked = department::asked::get(&w.state, HUB_CLIENT, 3).expect("noted");
    assert_eq!((asked.state(), asked.asked_at, asked.answer_by, asked.timeout_timestamp), (AskState::Waiting, NOW_S, NOW_S + 60, NOW_S + 120));
    assert_eq!(asked.request, govhub_packets::request_hash(&own_question().encode()));
}

#[test]
fn a_signer_without_the_role_is_refused() {
    refused(Code::EXCHANGE_NOT_THE_DEPARTMENT, &outgoing(HUB_CLIENT, &own_question()), &relayer());
}

#[test]
fn a_wrong_from_is_refused() {
    let stranger = Envelope { from: STRANGER.parse().expect("a department"), ..own_question() };
    refused(Code::EXCHANGE_WRONG_FROM, &outgoing(HUB_CLIENT, &stranger), &account());
}

#[test]
fn another_client_than_the_hubs_is_refused() {
    refused(Code::EXCHANGE_NOT_THE_HUB, &outgoing("07-tendermint-4", &own_question()), &account());
}

#[test]
fn a_via_is_not_a_departments_to_write() {
    let with_via = Envelope { via: via().map(|v| govhub_packets::Via { asker: ISSUER.parse().expect("a department"), ..v }), ..own_question() };
    refused(Code::EXCHANGE_BAD_ENVELOPE, &outgoing(HUB_CLIENT, &with_via), &account());
}

#[test]
fn a_body_that_does_not_fit_its_authorisation_is_refused_before_it_leaves() {
    let bent = Envelope { authorisation: Authorisation::Statutory, body: holder(TYPE), ..own_question() };
    refused(Code::EXCHANGE_BAD_ENVELOPE, &outgoing(HUB_CLIENT, &bent), &account());
}

#[test]
fn a_status_is_the_chains_own_to_send() {
    let body = govhub_packets::LicStatus {
        licence_ref: [1; 32],
        licence_type: TYPE.parse().expect("a type"),
        status: govhub_packets::LicenceStatus::Valid,
        status_version: 2,
        as_of_height: 1,
        as_of_time: 1,
    };
    let forged = Envelope {
        kind: "lic-status/1".into(),
        to: None,
        answer_by: 0,
        authorisation: Authorisation::Statutory,
        body: body.encode(),
        ..own_question()
    };
    refused(Code::EXCHANGE_CHAIN_ONLY, &outgoing(HUB_CLIENT, &forged), &account());
}

#[test]
fn a_word_that_is_not_on_this_chains_lists_does_not_leave() {
    for bend in [
        (|e: &mut Envelope| e.purpose = "zhang-san.room-12".into()) as fn(&mut Envelope),
        |e| e.legal_basis = "gd-2020-8".into(),
        |e| e.service_item = "item-2".into(),
        // Each list has its own words.
        |e| e.legal_basis = "notary".into(),
    ] {
        let mut bent = own_question();
        bend(&mut bent);
        refused(Code::EXCHANGE_NOT_LISTED, &outgoing(HUB_CLIENT, &bent), &account());
    }
    let mut w = World::department();
    send(&mut w, &outgoing(HUB_CLIENT, &Envelope { service_item: String::new(), ..own_question() }), &account()).expect("an item may be absent");
}

#[test]
fn a_chain_whose_governance_set_no_lists_asks_nothing() {
    let mut w = World::department_with(govhub_exchange::Config { department: Some(ISSUER.into()), ..Default::default() });
    let refusal = send(&mut w, &outgoing(HUB_CLIENT, &own_question()), &account()).expect_err("refused");
    assert_eq!(refusal.code, Code::EXCHANGE_NOT_LISTED);
    assert!(refusal.message.contains("SetLists"), "{}", refusal.message);
}

#[test]
fn a_kind_whose_body_this_program_cannot_read_does_not_leave() {
    for kind in ["tax-return/1", "lic-verify/2"] {
        let bent = Envelope { kind: kind.into(), body: b"any text at all".to_vec(), ..own_question() };
        refused(Code::EXCHANGE_UNKNOWN_KIND, &outgoing(HUB_CLIENT, &bent), &account());
    }
}

#[test]
fn another_port_is_refused() {
    let mut bent = outgoing(HUB_CLIENT, &own_question());
    bent.payloads[0].destination_port = "transfer".into();
    refused(Code::EXCHANGE_BAD_PAYLOAD, &bent, &account());
}

#[test]
fn the_hub_sends_for_nobody() {
    let mut w = World::hub();
    w.people.department = Some(ASKER.into());
    let refusal = send(&mut w, &outgoing(HUB_CLIENT, &question()), &account()).expect_err("refused");
    assert_eq!(refusal.code, Code::EXCHANGE_NOT_ON_THE_HUB);
}

fn settled(how: impl Fn(&Exchange<'_>, &mut World, &Packet)) -> govhub_exchange::proto::Asked {
    let mut w = World::department();
    let sent = outgoing(HUB_CLIENT, &own_question());
    send(&mut w, &sent, &account()).expect("sent");
    w.pass(5);
    let people = std::mem::replace(&mut w.people, crate::world::People { grants: Vec::new().into(), department: None });
    how(&Exchange::new(&people), &mut w, &sent);
    department::asked::get(&w.state, HUB_CLIENT, 3).expect("noted")
}

#[test]
fn an_answer_is_kept_as_it_came() {
    let answer = Answer::NoAnswer(NoAnswerReason::Deadline).encode();
    let asked = settled(|app, w, packet| app.on_acknowledgement(&mut w.state, &w.ctx, packet, &answer, &relayer(), &mut w.events).expect("kept"));
    assert_eq!((asked.state(), asked.settled_at, &asked.answer), (AskState::Answered, NOW_S + 5, &answer));
}

#[test]
fn what_answers_another_question_or_none_is_kept_as_a_bad_answer() {
    let refused = |request| Answer::Refused { code: RefusedCode::NotAllowed, by: Party::Hub, request }.encode();
    let own = govhub_packets::request_hash(&own_question().encode());
    let as_issuer = Answer::Refused { code: RefusedCode::NotAllowed, by: Party::Issuer, request: own }.encode();
    let cases = [
        (refused(own), AskState::Answered),
        (refused([0; 32]), AskState::BadAnswer),
        (as_issuer, AskState::BadAnswer),
        (Answer::Accepted(govhub_packets::AcceptedCode::Ok).encode(), AskState::BadAnswer),
        (b"no answer at all".to_vec(), AskState::BadAnswer),
    ];
    for (answer, state) in cases {
        let asked = settled(|app, w, p| app.on_acknowledgement(&mut w.state, &w.ctx, p, &answer, &relayer(), &mut w.events).expect("kept"));
        assert_eq!((asked.state(), &asked.answer), (state, &answer), "the bytes stay as they came");
    }
}

#[test]
fn questions_are_listed_newest_first_and_those_that_wait_oldest_first() {
    let mut w = World::department();
    for sequence in 1..=250 {
        send(&mut w, &Packet { sequence, ..outgoing(HUB_CLIENT, &own_question()) }, &account()).expect("sent");
    }
    another_client_whose_id_begins_alike(&mut w);
    for sequence in 1..=200 {
        let sent = Packet { sequence, ..outgoing(HUB_CLIENT, &own_question()) };
        let people = std::mem::replace(&mut w.people, crate::world::People { grants: Vec::new().into(), department: None });
        Exchange::new(&people).on_timeout(&mut w.state, &w.ctx, &sent, &relayer(), &mut w.events).expect("settled");
        w.people = people;
    }
    let all = pages(|from| department::asked::page(&w.state, HUB_CLIENT, from));
    assert_eq!(all.iter().map(|item| item.sequence).collect::<Vec<_>>(), (1..=250).rev().collect::<Vec<_>>());
    assert!(all.iter().all(|item| item.asked.as_ref().is_some_and(|asked| asked.value.is_empty() && !asked.request.is_empty())));
    let waiting = pages(|from| department::asked::waiting(&w.state, HUB_CLIENT, from));
    assert_eq!(waiting.iter().map(|item| item.sequence).collect::<Vec<_>>(), (201..=250).collect::<Vec<_>>());
}

/// Its keys must not stand among those of the hub's client.
fn another_client_whose_id_begins_alike(w: &mut World) {
    let longer = format!("{HUB_CLIENT}0");
    w.state.column_put(govhub_store::Column::Index, &[b"xa".as_slice(), longer.as_bytes(), &[0; 9]].concat(), Vec::new());
}

fn pages(mut page: impl FnMut(u64) -> (Vec<AskedItem>, u64)) -> Vec<AskedItem> {
    let (mut all, mut from) = (Vec::new(), 0);
    loop {
        let (items, next) = page(from);
        assert!(items.len() <= department::asked::PAGE_ITEMS_MAX);
        if next == 0 {
            return all;
        }
        all.extend(items);
        from = next;
    }
}

#[test]
fn an_error_acknowledgement_and_a_timeout_are_told_apart() {
    let fault = settled(|app, w, p| app.on_acknowledgement(&mut w.state, &w.ctx, p, &UNIVERSAL_ERROR_ACK, &relayer(), &mut w.events).expect("kept"));
    assert_eq!((fault.state(), fault.answer.is_empty()), (AskState::Fault, true));
    let late = settled(|app, w, p| app.on_timeout(&mut w.state, &w.ctx, p, &relayer(), &mut w.events).expect("kept"));
    assert_eq!(late.state(), AskState::TimedOut);
}
