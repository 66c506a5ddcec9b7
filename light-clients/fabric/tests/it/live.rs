//! A network of Fabric's own programs, if the operator has them.

use base64::prelude::{Engine, BASE64_STANDARD};
use govhub_lc_core::LightClient;
use govhub_lc_fabric::block::Block;
use govhub_lc_fabric::messages::common::Block as RawBlock;
use govhub_lc_fabric::native::replay::Replay;
use govhub_lc_fabric::native::trust_file;
use govhub_lc_fabric::testing::{header_any, run_any};
use govhub_lc_fabric::wire::Message;
use govhub_lc_fabric::{ClientState, ConsensusState};
use govhub_testkit::skip;
use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::testing::{authority_key_id, pem, Authority, CrlDraft};
use govhub_x509::Certificate;
use serde_json::{json, Value};

use crate::world::{Host, States};
use network::{programs, Caller, Network};

#[path = "../../../../integration/peers/fabric/network.rs"]
mod network;

fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Time::from_unix_s(since.as_secs())
}

fn host(genesis: &[u8], orderers: &str) -> Host {
    let options = [("accepted_at_s", now().unix_s().to_string()), ("definition", "2:0".to_owned()), ("orderers", orderers.to_owned())];
    let options = options.map(|(name, value)| (name.to_owned(), value));
    let file = trust_file(genesis, &options.into()).expect("the channel is followed");
    let client = ClientState::decode(&file.params.expect("there")).expect("right");
    let anchor = file.anchor.expect("there");
    ConsensusState::decode(&anchor).expect("right");
    Host { states: States([(client.latest_height(), anchor)].into()), client }
}

/// Entry `index` of a block's metadata.
fn metadata(block: &[u8], index: usize) -> Vec<u8> {
    RawBlock::read(block).expect("a block").metadata.expect("served with it").metadata[index].to_vec()
}

/// A list by the organisation's own authority that revokes a user.
fn crl([authority, key, user]: &[Vec<u8>; 3]) -> String {
    let (authority, user) = (Certificate::from_pem(authority).expect("an authority"), Certificate::from_pem(user).expect("a user"));
    let text = String::from_utf8(key.clone()).expect("PEM");
    let der = BASE64_STANDARD.decode(text.lines().filter(|line| !line.starts_with("-----")).collect::<String>()).expect("base64");
    // PKCS #8 around SEC 1: the secret is the one OCTET STRING of 32 bytes behind INTEGER 1.
    let place = der.windows(5).position(|window| window == [2, 1, 1, 4, 32]).expect("a P-256 key") + 5;
    let key = SigningKey::from_secret(KeyKind::P256, &der[place..place + 32]).expect("a secret");
    let issuer = Authority { key: key.clone(), name: authority.subject().der().to_vec(), der: authority.der().to_vec() };
    let mut draft = CrlDraft::new(&issuer, &[]);
    draft.extensions[0] = authority_key_id(authority.subject_key_id().expect("cryptogen gives one"));
    draft.entries = vec![CrlDraft::entry(govhub_x509::testing::der::integer(user.serial()), &[])];
    BASE64_STANDARD.encode(pem("X509 CRL", &draft.signed_by(&key)))
}

fn batch_size(group: &mut Value) {
    group["groups"]["Orderer"]["values"]["BatchSize"]["value"]["max_message_count"] = json!(7);
}

/// Takes the last consenter out of the mapping and of the policy that follows from it.
fn remove_consenter(group: &mut Value) {
    let section = &mut group["groups"]["Orderer"];
    let mapping = section["values"]["Orderers"]["value"]["consenter_mapping"].as_array_mut().expect("a list");
    mapping.pop();
    let quorum = govhub_lc_fabric::config::bft_quorum(mapping.len());
    let policy = &mut section["policies"]["BlockValidation"]["policy"]["value"];
    policy["identities"].as_array_mut().expect("a list").pop();
    policy["rule"]["n_out_of"]["rules"].as_array_mut().expect("a list").pop();
    policy["rule"]["n_out_of"]["n"] = json!(quorum);
}

#[test]
fn a_running_bft_channel_is_followed_through_its_changes() {
    let name = "a_running_bft_channel_is_followed_through_its_changes";
    let Some(programs) = programs() else { skip!(name, "FABRIC_BIN does not name the release's programs") };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let network = Network::start(&programs, folder.path(), true, 4).expect("the network starts");
    let genesis = network.genesis().expect("made by configtxgen");
    let (mut host, mut ledger) = (host(&genesis, "1"), Replay::new());
    ledger.block(&genesis).expect("genesis");
    let mut follow = |number: u64| {
        let block = network.block_of_orderer(number, 0).expect("served");
        host.accept(&header_any(block), now());
        let of_peer = network.block_of_peer(number).expect("served");
        let codes: Vec<u8> = ledger.block(&of_peer).expect("judged").into_iter().map(|code| code as u8).collect();
        assert_eq!(codes, metadata(&of_peer, 2), "the peer's codes of block {number}");
        host.client.trust_class().to_string()
    };
    network.define_chaincode("govhub").expect("defined");
    assert_eq!((follow(1), follow(2)), ("BFT quorum, n=4, f=1".into(), "BFT quorum, n=4, f=1".into()));
    network.reconfigure(0, Caller::OrdererAdmin, batch_size).expect("changed");
    follow(3);
    let list = crl(&network.authority().expect("made by cryptogen"));
    let revoke = |group: &mut Value| group["groups"]["Application"]["groups"]["OrgMSP"]["values"]["MSP"]["value"]["config"]["revocation_list"] = json!([list]);
    network.reconfigure(3, Caller::Admin, revoke).expect("revoked");
    follow(4);
    network.reconfigure(4, Caller::OrdererAdmin, remove_consenter).expect("removed");
    assert_eq!(follow(5), "BFT quorum, n=3, f=0, no fault tolerance");
    network.define_chaincode("other").expect("defined");
    follow(6);
    follow(7);
}

#[test]
fn a_running_raft_channel_is_followed_by_several_orderers() {
    let name = "a_running_raft_channel_is_followed_by_several_orderers";
    let Some(programs) = programs() else { skip!(name, "FABRIC_BIN does not name the release's programs") };
    let folder = tempfile::tempdir().expect("a temporary folder");
    let network = Network::start(&programs, folder.path(), false, 3).expect("the network starts");
    let genesis = network.genesis().expect("made by configtxgen");
    let mut host = host(&genesis, "3");
    network.define_chaincode("govhub").expect("defined");
    network.reconfigure(0, Caller::OrdererAdmin, batch_size).expect("changed");
    for number in 1..=3 {
        let copies: Vec<Vec<u8>> = (0..3).map(|node| network.block_of_orderer(number, node).expect("served")).collect();
        let hashes: Vec<_> = copies.iter().map(|block| Block::read(block).expect("a block").header.hash()).collect();
        assert!(hashes.windows(2).all(|pair| pair[0] == pair[1]), "one header");
        assert_eq!(host.refuses(copies[0].clone()), "insufficient-orderers");
        host.accept(&run_any(vec![(copies[0].clone(), copies[1..].iter().map(|block| metadata(block, 0)).collect())]), now());
    }
    assert_eq!(host.client.trust_class().to_string(), "CFT orderers, n=3, f=2");
}
