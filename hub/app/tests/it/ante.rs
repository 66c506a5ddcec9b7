//! The ante, rule by rule: one thing bent, one code; the unbent twin passes in the same test.

use govhub_app::{gas, propose, screen, ApplyError};
use govhub_governance::proto::MsgApprove;
use govhub_types::tx::{sign_tx, Tx};
use govhub_types::Code;
use ibc_proto::cosmos::tx::v1beta1::{TxBody, TxRaw};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::world::{address, any, app_state, key, World};

/// A message that every member may send and that is refused by its module, not by the ante.
fn vote(name: &str) -> Any {
    any("/govhub.governance.v1.MsgApprove", &MsgApprove { signer: address(name).to_string(), proposal_id: 77 })
}

/// The code with which a block, check_tx and propose refuse a transaction, which must be one and the same.
fn refusal(world: &World, tx: &[u8]) -> Code {
    let checked = world.check(tx).code;
    let proposed = propose(&world.reader(), &world.ctx(), &[tx.to_vec()], usize::MAX);
    match world.try_block(&[tx.to_vec()]) {
        Ok(_) => {
            assert_eq!(proposed, vec![tx.to_vec()]);
            Code::OK
        }
        Err(ApplyError::AnteFailed { index: 0, rejection }) => {
            assert_eq!((proposed, checked), (vec![], rejection.code.0));
            rejection.code
        }
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_sound_transaction_of_every_key_type_passes() {
    let world = World::hub();
    for name in ["gov-1", "gov-2", "gov-3"] {
        assert_eq!(refusal(&world, &world.tx_at(&[name], vec![vote(name)], 0)), Code::OK, "{name}");
    }
    assert_eq!(refusal(&world, &world.tx_at(&["relayer"], vec![vote("relayer")], 0)), Code::OK);
}

#[test]
fn bytes_that_are_no_canonical_transaction_fail() {
    let world = World::hub();
    let sound = world.tx_at(&["gov-1"], vec![vote("gov-1")], 0);
    assert_eq!(refusal(&world, &sound), Code::OK);
    assert_eq!(refusal(&world, b"no transaction"), Code::TX_MALFORMED);
    assert_eq!(refusal(&world, &[sound.clone(), vec![0x20, 1]].concat()), Code::TX_MALFORMED);
    assert_eq!(refusal(&world, &vec![0; govhub_types::tx::TX_BYTES_MAX + 1]), Code::TX_TOO_LARGE);
}

#[test]
fn a_message_that_this_chain_does_not_have_fails() {
    let world = World::hub();
    let unheard = Any { type_url: "/cosmos.bank.v1beta1.MsgSend".into(), value: vote("gov-1").value };
    assert_eq!(refusal(&world, &world.tx_at(&["gov-1"], vec![unheard], 0)), Code::UNKNOWN_MESSAGE);
}

#[test]
fn a_message_must_name_an_address_as_its_signer() {
    let world = World::hub();
    let nobody = any("/govhub.governance.v1.MsgApprove", &MsgApprove { signer: "cosmos1xyz".into(), proposal_id: 1 });
    assert_eq!(refusal(&world, &world.tx_at(&["gov-1"], vec![nobody], 0)), Code::BAD_MESSAGE);
}

#[test]
fn the_signers_are_those_of_the_messages_in_their_order() {
    let world = World::hub();
    let both = || vec![vote("gov-1"), vote("gov-2"), vote("gov-1")];
    assert_eq!(refusal(&world, &world.tx_at(&["gov-1", "gov-2"], both(), 0)), Code::OK);
    assert_eq!(refusal(&world, &world.tx_at(&["gov-1"], both(), 0)), Code::TX_SIGNERS);
    assert_eq!(refusal(&world, &world.tx_at(&["gov-1", "gov-2", "gov-3"], both(), 0)), Code::TX_SIGNERS);
    assert_eq!(refusal(&world, &world.tx_at(&["gov-2", "gov-1"], both(), 0)), Code::WRONG_KEY);
}

#[test]
fn only_registered_accounts_pass() {
    let world = World::hub();
    assert_eq!(refusal(&world, &world.tx_at(&["stranger"], vec![vote("stranger")], 0)), Code::UNKNOWN_ACCOUNT);
}

#[test]
fn a_signature_of_another_chain_number_or_text_fails() {
    let world = World::hub();
    let gov = key("gov-1");
    let signed = |chain: &str, number| sign_tx(vec![vote("gov-1")], "", 5_000_000, &chain.parse().expect("a chain id"), &[(&gov, number, 0)]);
    assert_eq!(refusal(&world, &signed("govhub-1", 0)), Code::OK);
    assert_eq!(refusal(&world, &signed("govhub-2", 0)), Code::BAD_SIGNATURE);
    assert_eq!(refusal(&world, &signed("govhub-1", 1)), Code::BAD_SIGNATURE);
    let mut raw = TxRaw::decode(signed("govhub-1", 0).as_slice()).expect("our own bytes");
    let mut body = TxBody::decode(raw.body_bytes.as_slice()).expect("our own bytes");
    body.memo = "another".into();
    raw.body_bytes = body.encode_to_vec();
    assert_eq!(refusal(&world, &raw.encode_to_vec()), Code::BAD_SIGNATURE);
}

#[test]
fn a_replay_and_a_gap_in_the_sequence_fail_and_the_gap_is_called_temporary() {
    let mut world = World::hub();
    let first = world.tx(&["gov-1"], vec![vote("gov-1")]);
    let second = world.tx(&["gov-1"], vec![vote("gov-1")]);
    assert_eq!(refusal(&world, &second), Code::SEQUENCE_AHEAD);
    assert!(Code::SEQUENCE_AHEAD.is_temporary() && !Code::BAD_SEQUENCE.is_temporary());
    assert_eq!(propose(&world.reader(), &world.ctx(), &[first.clone(), second.clone()], usize::MAX).len(), 2);
    world.block(&[first.clone(), second.clone()]);
    assert_eq!(refusal(&world, &first), Code::BAD_SEQUENCE);
}

#[test]
fn a_transaction_past_its_timeout_height_fails() {
    let mut world = World::hub();
    let with_timeout = |world: &World, height| {
        let gov = key("gov-1");
        let mut raw = TxRaw::decode(world.tx_at(&["gov-1"], vec![vote("gov-1")], 0).as_slice()).expect("our own bytes");
        let mut body = TxBody::decode(raw.body_bytes.as_slice()).expect("our own bytes");
        body.timeout_height = height;
        raw.body_bytes = body.encode_to_vec();
        let document = ibc_proto::cosmos::tx::v1beta1::SignDoc {
            body_bytes: raw.body_bytes.clone(),
            auth_info_bytes: raw.auth_info_bytes.clone(),
            chain_id: world.chain_id.to_string(),
            account_number: 0,
        };
        raw.signatures = vec![gov.sign(&document.encode_to_vec())];
        raw.encode_to_vec()
    };
    assert_eq!(refusal(&world, &with_timeout(&world, 1)), Code::OK);
    world.block(&[]);
    assert_eq!(refusal(&world, &with_timeout(&world, 1)), Code::TX_EXPIRED);
}

#[test]
fn gas_is_judged_before_the_transaction_runs_and_per_block() {
    let world = World::hub();
    let gov = key("gov-1");
    let with_limit = |limit| sign_tx(vec![vote("gov-1")], "", limit, &world.chain_id, &[(&gov, 0, 0)]);
    // The limit's own varint makes the transaction as long as it is, so the need is computed on the bytes themselves.
    let needed = gas::needed(with_limit(5_000).len(), &[vote("gov-1")], [&gov.public_key()]);
    assert_eq!(refusal(&world, &with_limit(needed)), Code::OK);
    assert_eq!(refusal(&world, &with_limit(needed - 1)), Code::OUT_OF_GAS);

    let mut small = app_state(govhub_app::Profile::Hub);
    small.params = Some(serde_json::from_value(serde_json::json!({"messages_per_account": 100_000, "updates_per_account": 1, "block_gas": 1_000_000})).expect("params"));
    let mut world = World::with(small, std::sync::Arc::new(govhub_store::mem::MemBackend::default()));
    let txs: Vec<_> = (0..20).map(|_| world.tx(&["gov-1"], vec![vote("gov-1"); 32])).collect();
    let fits = propose(&world.reader(), &world.ctx(), &txs, usize::MAX).len();
    assert!((1..20).contains(&fits), "{fits}");
    assert!(world.try_block(&txs[..fits]).is_ok());
    match world.try_block(&txs[..=fits]) {
        Err(ApplyError::AnteFailed { index, rejection }) => assert_eq!((index, rejection.code), (fits, Code::BLOCK_FULL)),
        other => panic!("{other:?}"),
    }
}

#[test]
fn each_account_has_its_quota_in_a_block_and_a_new_one_in_the_next() {
    let mut world = World::hub();
    let txs: Vec<_> = (0..9).map(|_| world.tx(&["gov-1"], vec![vote("gov-1"); 32])).collect();
    let other = world.tx_at(&["gov-2"], vec![vote("gov-2")], 0);
    match world.try_block(&txs) {
        Err(ApplyError::AnteFailed { index, rejection }) => assert_eq!((index, rejection.code), (8, Code::OVER_QUOTA)),
        outcome => panic!("{outcome:?}"),
    }
    let mixed: Vec<_> = txs[..8].iter().cloned().chain([other]).collect();
    world.block(&mixed);
    world.block(&txs[8..]);
}

#[test]
fn client_updates_have_a_quota_of_their_own() {
    let world = World::hub();
    let update = || {
        let msg = ibc_proto::ibc::core::client::v1::MsgUpdateClient { client_id: "07-tendermint-0".into(), client_message: None, signer: address("relayer").to_string() };
        any("/ibc.core.client.v1.MsgUpdateClient", &msg)
    };
    assert_eq!(refusal(&world, &world.tx_at(&["relayer"], vec![update(); 16], 0)), Code::OK);
    assert_eq!(refusal(&world, &world.tx_at(&["relayer"], vec![update(); 17], 0)), Code::OVER_QUOTA);
    let mixed = [vec![update(); 16], vec![vote("relayer"); 16]].concat();
    assert_eq!(refusal(&world, &world.tx_at(&["relayer"], mixed, 0)), Code::OK);
}

#[test]
fn screening_tells_the_sender_without_looking_at_signatures() {
    let world = World::hub();
    let tx = world.tx_at(&["gov-3"], vec![vote("gov-3"); 3], 5);
    let quota = screen(&world.reader(), &tx).expect("a known sender");
    assert_eq!((quota.sender, quota.sequence, quota.messages, quota.updates), (address("gov-3"), 5, 3, 0));
    let stranger = world.tx_at(&["stranger"], vec![vote("stranger")], 0);
    assert_eq!(screen(&world.reader(), &stranger).expect_err("unknown").code, Code::UNKNOWN_ACCOUNT);
    assert_eq!(screen(&world.reader(), b"?").expect_err("no transaction").code, Code::TX_MALFORMED);
    assert!(Tx::decode(&tx).is_ok());
}

#[test]
fn a_proposal_leaves_out_what_cannot_stand_and_keeps_to_its_bytes() {
    let mut world = World::hub();
    let sound: Vec<_> = (0..3).map(|_| world.tx(&["gov-1"], vec![vote("gov-1")])).collect();
    let mixed = [vec![b"junk".to_vec()], sound.clone(), vec![world.tx_at(&["stranger"], vec![vote("stranger")], 0)]].concat();
    let propose = |max| propose(&world.reader(), &world.ctx(), &mixed, max);
    assert_eq!(propose(usize::MAX), sound);
    assert_eq!(propose(sound[0].len() + sound[1].len()), sound[..2]);
    assert_eq!(propose(0), Vec::<Vec<u8>>::new());
    assert!(world.try_block(&propose(usize::MAX)).is_ok());
}
