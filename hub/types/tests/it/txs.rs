//! Transactions against another implementation.

use govhub_types::key::{KeyKind, SigningKey};
use govhub_types::tx::{sign_tx, Tx};
use govhub_types::ChainId;
use ibc_proto::cosmos::tx::v1beta1::{SignDoc, TxRaw};
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::{bytes, testdata};

#[test]
fn cosmjs_signs_for_the_hub_and_we_build_the_same_bytes() {
    let file = testdata("cosmjs_tx.json");
    let chain: ChainId = file["chain_id"].as_str().unwrap().parse().unwrap();
    for vector in file["vectors"].as_array().unwrap() {
        let number = vector["account_number"].as_u64().unwrap();
        let sequence = vector["sequence"].as_u64().unwrap();
        let gas = vector["gas_limit"].as_u64().unwrap();
        let raw = bytes(vector, "tx");
        let tx = Tx::decode(&raw).unwrap();
        assert_eq!(tx.memo, vector["memo"].as_str().unwrap());
        assert_eq!((tx.gas_limit, tx.signers[0].sequence), (gas, sequence));
        assert_eq!(tx.signers[0].public_key.address().to_string(), vector["address"].as_str().unwrap());
        assert_eq!(tx.verify_signatures(&chain, &[number]), Ok(()));

        let parts = TxRaw::decode(raw.as_slice()).unwrap();
        let document = SignDoc { body_bytes: parts.body_bytes, auth_info_bytes: parts.auth_info_bytes, chain_id: chain.to_string(), account_number: number };
        assert_eq!(document.encode_to_vec(), bytes(vector, "sign_bytes"));

        let key = SigningKey::from_secret(KeyKind::Secp256k1, &bytes(vector, "secret")).unwrap();
        assert_eq!(key.public_key().as_bytes(), bytes(vector, "public_key"));
        let messages = vector["messages"].as_array().unwrap().iter();
        let messages = messages.map(|m| Any { type_url: m["type_url"].as_str().unwrap().to_owned(), value: bytes(m, "value") }).collect();
        let memo = vector["memo"].as_str().unwrap();
        assert_eq!(sign_tx(messages, memo, gas, &chain, &[(&key, number, sequence)]), raw, "both sign by RFC 6979");
    }
}
