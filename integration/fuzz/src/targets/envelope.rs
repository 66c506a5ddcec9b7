//! Transactions and the keys in them.

use govhub_types::key::{KeyKind, PublicKey, SigningKey};
use govhub_types::tx::{sign_tx, Tx};
use govhub_types::ChainId;
use ibc_proto::google::protobuf::Any;
use prost::Message;

use crate::Target;

fn keys() -> Vec<SigningKey> {
    KeyKind::ALL.into_iter().map(|kind| SigningKey::from_seed(kind, &[7; 32])).collect()
}

fn chain() -> ChainId {
    "govhub-1".parse().expect("a chain id")
}

/// A transaction envelope; what decodes is also verified, with whatever keys and signatures it carries.
pub fn tx() -> Target {
    let message = Any { type_url: "/govhub.governance.v1.MsgApprove".into(), value: vec![10, 3, b'g', b'o', b'v', 16, 1] };
    let one = keys().iter().map(|key| sign_tx(vec![message.clone()], "memo", 1_000, &chain(), &[(key, 3, 4)])).collect::<Vec<_>>();
    let keys = keys();
    let signers: Vec<_> = keys.iter().map(|key| (key, 1, 2)).collect();
    let all = sign_tx(vec![message.clone(), message], "", 1_000, &chain(), &signers);
    Target {
        name: "tx",
        seeds: one.into_iter().chain([all]).collect(),
        run: |bytes| match Tx::decode(bytes) {
            Ok(tx) => {
                // A bent signature may do no more than be refused.
                let numbers = vec![3; tx.signers.len()];
                let _ = tx.verify_signatures(&chain(), &numbers);
                true
            }
            Err(_) => false,
        },
    }
}

/// A public key; what is accepted is encoded again to the same bytes.
pub fn public_key() -> Target {
    Target {
        name: "public key",
        seeds: keys().iter().map(|key| key.public_key().to_any().encode_to_vec()).collect(),
        run: |bytes| match Any::decode(bytes).ok().and_then(|any| Some((PublicKey::from_any(&any).ok()?, any))) {
            Some((key, any)) => {
                assert_eq!(key.to_any(), any, "a key has one encoding");
                let _ = key.verify(b"message", bytes); // a signature of any length
                let _ = key.address();
                true
            }
            None => false,
        },
    }
}
