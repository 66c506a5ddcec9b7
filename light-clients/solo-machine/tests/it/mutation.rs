//! Structure-aware mutation: whatever is bent in a valid message, nothing is accepted that the unbent rules refuse.

use govhub_lc_core::{LightClient, Verdict};
use govhub_lc_solo_machine::testing::evidence;
use govhub_lc_solo_machine::ClientState;
use ibc_proto::google::protobuf::Any;
use proptest::prelude::*;

use crate::common::{key, machine, prefix, under, Nothing, NOW};

const PATH: &[u8] = b"07-tendermint-0\x01\0\0\0\0\0\0\0\x01";

/// One change of a byte string.
#[derive(Clone, Debug)]
enum Bend {
    Flip(usize, u8),
    Insert(usize, u8),
    Remove(usize),
    Repeat(usize, usize),
    Truncate(usize),
}

fn bends() -> impl Strategy<Value = Bend> {
    prop_oneof![
        (any::<usize>(), 1..=255u8).prop_map(|(at, by)| Bend::Flip(at, by)),
        (any::<usize>(), any::<u8>()).prop_map(|(at, byte)| Bend::Insert(at, byte)),
        any::<usize>().prop_map(Bend::Remove),
        (any::<usize>(), 1..40usize).prop_map(|(at, length)| Bend::Repeat(at, length)),
        any::<usize>().prop_map(Bend::Truncate),
    ]
}

fn apply(bytes: &mut Vec<u8>, bend: &Bend) {
    let place = |at: usize, len: usize| at % len.max(1);
    match *bend {
        Bend::Insert(at, byte) => bytes.insert(place(at, bytes.len() + 1), byte),
        _ if bytes.is_empty() => {}
        Bend::Flip(at, by) => {
            let at = place(at, bytes.len());
            bytes[at] ^= by;
        }
        Bend::Remove(at) => {
            bytes.remove(place(at, bytes.len()));
        }
        Bend::Repeat(at, length) => {
            let at = place(at, bytes.len());
            let piece = bytes[at..bytes.len().min(at + length)].to_vec();
            bytes.splice(at..at, piece);
        }
        Bend::Truncate(at) => bytes.truncate(place(at, bytes.len())),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_bent_proof_header_evidence_or_state_is_believed(what in 0..4usize, changes in proptest::collection::vec(bends(), 1..4)) {
        let (mut signer, client, prefix) = (machine(), machine().client(), prefix());
        let good: Any = match what {
            0 => Any { type_url: String::new(), value: signer.prove(PATH, &[0xab; 32]) },
            1 => signer.rotate(key(2), "dept-solo-1/2"),
            2 => evidence(&signer.equivocate(1, PATH)),
            _ => client.encode(),
        };
        let mut bent = good.clone();
        changes.iter().for_each(|bend| apply(&mut bent.value, bend));
        // The one field that no signature covers is its mode; to write it out takes four changes, two bytes and two lengths.
        prop_assume!(bent.value != good.value);
        match what {
            0 => prop_assert!(client.verify_membership(&Nothing, client.latest_height(), under(&prefix, PATH), &[0xab; 32], &bent.value).is_err()),
            1 | 2 => prop_assert!(!matches!(client.verify_header(&Nothing, &bent, NOW), Ok(Verdict::Accepted(_) | Verdict::Misbehaviour(_)))),
            _ => if let Ok(state) = ClientState::decode(&bent) {
                prop_assert_eq!(state.encode(), bent, "what is read is written back alike");
            },
        }
    }
}
