//! Proofs, keys and the files of a setup.

use std::sync::LazyLock;

use ark_bn254::{Bn254, Fr};
use ark_serialize::CanonicalDeserialize;
use ark_std::rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sha2::{Digest, Sha256};
use zk_ceremony::phase1::PowersOfTau;
use zk_ceremony::phase2::{Ceremony, Start};
use zk_ceremony::progress::unwatched;
use zk_ceremony::snarkjs::{
    inputs_from_json, inputs_to_json, proof_from_json, proof_to_json, verification_key_from_json, verification_key_to_json,
};
use zk_ceremony::Beacon;
use zk_circuits::shape::Shape;
use zk_verify::{input_from_bytes, input_to_bytes, DevelopmentKeys, KeyFile, KeyKind, Origin, Pinned, Proof, VerifyingKey};

use crate::Target;

/// A setup as small as one can be: a single product over powers of 2^2.
struct World {
    powers: PowersOfTau,
    ceremony: Ceremony,
    key: ark_groth16::ProvingKey<Bn254>,
    proof: ark_groth16::Proof<Bn254>,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let beacon = Beacon::new(vec![1; 8], 10).expect("in bounds");
    let contributed = PowersOfTau::new(2).contribute("one", &mut rng, &mut unwatched).expect("whole");
    let powers = contributed.close("beacon", beacon.clone(), &mut unwatched).expect("whole");
    let one = |column| vec![(Fr::from(1u64), column)];
    let shape = Shape { matrices: [vec![one(2)], vec![one(3)], vec![one(1)]], instance: 2, witness: 2 };
    let start = Start::compute("product", &shape, &powers, Origin::Ceremony, &mut unwatched).expect("large enough");
    let ceremony = start.ceremony().contribute("one", &mut rng, &mut unwatched).close("beacon", beacon, &mut unwatched);
    let key = start.key().clone();
    let proof = ark_groth16::Proof { a: key.a_query[2], b: key.b_g2_query[3], c: key.beta_g1 };
    World { powers, ceremony, key, proof }
});

fn verifying_file() -> Vec<u8> {
    let mut key = Vec::new();
    let points = ark_groth16::VerifyingKey { delta_g2: WORLD.key.vk.beta_g2, ..WORLD.key.vk.clone() };
    ark_serialize::CanonicalSerialize::serialize_compressed(&points, &mut key).expect("memory");
    KeyFile { kind: KeyKind::Verifying, origin: Origin::Development, circuit: "product".into(), fingerprint: [1; 32], key }.encode()
}

/// A proof that is taken has one encoding; an input that is taken is below the modulus.
pub fn proof() -> Target {
    Target {
        name: "proof and input",
        seeds: vec![Proof::new(WORLD.proof.clone()).expect("sound").encode(), input_to_bytes(&Fr::from(77u64))],
        run: |bytes| {
            if let Ok(input) = input_from_bytes::<Fr>(bytes) {
                assert_eq!(input_to_bytes(&input), bytes);
                return true;
            }
            Proof::<Bn254>::decode(bytes).is_ok_and(|proof| {
                assert_eq!(proof.encode(), bytes);
                ark_groth16::Proof::<Bn254>::deserialize_compressed(bytes).is_ok()
            })
        },
    }
}

/// A key file that is taken has one encoding, and a key in it passed every check.
pub fn key() -> Target {
    Target {
        name: "key file",
        seeds: vec![verifying_file()],
        run: |bytes| {
            let pinned = Pinned { circuit: "product", hash: &Sha256::digest(bytes).into(), inputs: 1 };
            assert!(VerifyingKey::<Bn254>::decode(bytes, &pinned, DevelopmentKeys::Refuse).map_or(true, |key| key.origin() == Origin::Ceremony));
            let taken = VerifyingKey::<Bn254>::decode(bytes, &pinned, DevelopmentKeys::Accept).is_ok();
            KeyFile::decode(bytes).map_or_else(|_| assert!(!taken), |file| assert_eq!(file.encode(), bytes));
            taken
        },
    }
}

/// The points of a key as they stand in its file, without the file's checksum to hide behind.
pub fn key_points() -> Target {
    Target {
        name: "key points",
        seeds: vec![KeyFile::decode(&verifying_file()).expect("written above").key],
        run: |bytes| {
            let around = KeyFile { key: bytes.to_vec(), ..KeyFile::decode(&verifying_file()).expect("written above") }.encode();
            let pinned = Pinned { circuit: "product", hash: &Sha256::digest(&around).into(), inputs: 1 };
            VerifyingKey::<Bn254>::decode(&around, &pinned, DevelopmentKeys::Accept).is_ok_and(|key| {
                assert_ne!(key.points().gamma_g2, key.points().delta_g2);
                true
            })
        },
    }
}

/// Powers that read write the same powers; bent ones are never good.
pub fn powers() -> Target {
    Target {
        name: "powers of tau",
        seeds: vec![WORLD.powers.encode()],
        run: |bytes| {
            PowersOfTau::decode(bytes).is_ok_and(|powers| {
                assert_eq!(PowersOfTau::decode(&powers.encode()).as_ref(), Ok(&powers));
                assert!(powers == WORLD.powers || powers.powers() == WORLD.powers.powers() || powers.verify(&mut unwatched).is_err());
                true
            })
        },
    }
}

/// A ceremony's file that is taken has one encoding.
pub fn ceremony() -> Target {
    Target {
        name: "ceremony",
        seeds: vec![WORLD.ceremony.encode()],
        run: |bytes| {
            Ceremony::decode(bytes).is_ok_and(|ceremony| {
                assert_eq!(ceremony.encode(), bytes);
                true
            })
        },
    }
}

/// The same without the checksum in the way: it is made right for whatever stands before it.
pub fn ceremony_body() -> Target {
    Target {
        name: "ceremony under its checksum",
        seeds: vec![{
            let bytes = WORLD.ceremony.encode();
            bytes[..bytes.len() - 32].to_vec()
        }],
        run: |body| {
            let bytes = [body, Sha256::digest(body).as_slice()].concat();
            Ceremony::decode(&bytes).is_ok_and(|ceremony| {
                assert_eq!(ceremony.encode(), bytes);
                true
            })
        },
    }
}

/// What snarkjs's JSON is read as is written as the same.
pub fn snarkjs() -> Target {
    Target {
        name: "snarkjs JSON",
        seeds: vec![
            verification_key_to_json(&WORLD.key.vk).to_string().into_bytes(),
            proof_to_json(&WORLD.proof).to_string().into_bytes(),
            inputs_to_json(&[Fr::from(5u64), -Fr::from(1u64)]).to_string().into_bytes(),
        ],
        run: |bytes| {
            let Ok(text) = std::str::from_utf8(bytes) else { return false };
            if let Ok(key) = verification_key_from_json(text) {
                assert_eq!(verification_key_from_json(&verification_key_to_json(&key).to_string()), Ok(key));
                return true;
            }
            if let Ok(proof) = proof_from_json(text) {
                assert_eq!(proof_from_json(&proof_to_json(&proof).to_string()), Ok(proof));
                return true;
            }
            inputs_from_json(text).is_ok_and(|inputs| {
                assert_eq!(inputs_from_json(&inputs_to_json(&inputs).to_string()), Ok(inputs));
                true
            })
        },
    }
}
