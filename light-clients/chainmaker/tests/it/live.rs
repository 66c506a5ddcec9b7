//! A network started from an operator's own binaries, where `CHAINMAKER_BIN` names them.

#[path = "../../../../integration/peers/chainmaker/network.rs"]
mod network;

use std::collections::BTreeMap;

use govhub_lc_chainmaker::native::{items, trust_file};
use govhub_lc_chainmaker::node_id::node_id;
use govhub_lc_chainmaker::testing::Follower;
use govhub_lc_chainmaker::ClientState;
use govhub_lc_core::native::Item;
use govhub_lc_core::LightClient;
use govhub_types::{KeyKind, SigningKey, Time};
use govhub_x509::spki_of_key;
use govhub_x509::testing::der::{bit_string, integer, oid, sequence, tlv};
use govhub_x509::testing::pem;

use crate::world::said;

/// Keys of this run alone: from the time at which it began.
fn key(run: u128, place: u8) -> network::NodeKey {
    let seed: [u8; 32] = [run.to_be_bytes(), [place; 16]].concat().try_into().expect("32 bytes");
    let key = SigningKey::from_seed(KeyKind::P256, &seed);
    let public = key.public_key();
    let spki = spki_of_key(&public);
    let point = &spki[spki.len() - 65..];
    let secret = sequence(&[integer(&[1]), tlv(0x04, key.secret()), tlv(0xa0, &oid("1.2.840.10045.3.1.7")), tlv(0xa1, &bit_string(point))]);
    network::NodeKey { secret_pem: pem("EC PRIVATE KEY", &secret), public_pem: pem("PUBLIC KEY", &spki), id: node_id(&public) }
}

#[test]
fn a_running_chainmaker_network_is_followed_from_genesis() {
    let Some(binaries) = network::Binaries::named() else {
        govhub_testkit::skip!("a_running_chainmaker_network_is_followed_from_genesis", "CHAINMAKER_BIN names no folder with `chainmaker` and `cmc`");
    };
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    let folder = std::env::temp_dir().join(format!("govhub-chainmaker-{}", std::process::id()));
    let keys: Vec<_> = (0..4).map(|place| key(now.as_nanos(), place)).collect();
    let running = network::Network::start(&binaries, &folder, &keys, &key(now.as_nanos(), 9)).expect("the network starts");
    (0..3).for_each(|number| running.put(&format!("key{number}"), "value").expect("a transaction"));
    let file = trust_file(running.block(Some(0)).expect("genesis").as_bytes(), &BTreeMap::new()).expect("a chain that is followed");
    let client = ClientState::decode(file.params.as_ref().expect("params")).expect("its own");
    let states = [(client.latest_height(), file.anchor.expect("an anchor"))].into();
    let mut follower = Follower { client, states, now: Time::from_unix_s(now.as_secs() + 600) };
    for height in 1..=3 {
        let found = items(running.block(Some(height)).expect("a block").as_bytes()).expect("the tool's JSON");
        let Some(Item::Header { header, .. }) = found.first() else { panic!("no header at {height}") };
        assert_eq!(said(follower.offer(header)), "accepted", "block {height}");
    }
    drop(running);
    std::fs::remove_dir_all(&folder).expect("its own folder");
}
