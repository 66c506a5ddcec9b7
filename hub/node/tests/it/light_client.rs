//! The unmodified light client follows a running node, and every header field is recomputed from what RPC tells.

use std::time::Duration;

use base64::prelude::{Engine as _, BASE64_STANDARD};
use tendermint::block::signed_header::SignedHeader;
use tendermint::merkle::simple_hash_from_byte_vectors;
use tendermint::validator::Set;
use tendermint::Hash;
use tendermint_light_client_verifier::options::Options;
use tendermint_light_client_verifier::types::{TrustThreshold, TrustedBlockState, UntrustedBlockState};
use tendermint_light_client_verifier::{ProdVerifier, Verdict, Verifier};
use tendermint_proto::v0_38::types as proto;
use tendermint_rpc::{Client, HttpClient, Paging};

use crate::world::start;

type Sha = tendermint::crypto::default::Sha256;

pub struct Step {
    pub signed: SignedHeader,
    pub validators: Set,
    next: Set,
}

/// What a light client fetches of a height.
pub async fn fetch(http: &HttpClient, height: u64) -> Step {
    let at = height as u32;
    let signed = http.commit(at).await.expect("commit").signed_header;
    let set = |h: u32| async move { Set::without_proposer(http.validators(h, Paging::All).await.expect("validators").validators) };
    Step { signed, validators: set(at).await, next: set(at + 1).await }
}

/// The unmodified verifier's word.
pub fn verdict(old: &Step, new: &Step) -> Verdict {
    let options = Options { trust_threshold: TrustThreshold::ONE_THIRD, trusting_period: Duration::from_secs(86_400), clock_drift: Duration::from_secs(30) };
    let trusted = &old.signed.header;
    ProdVerifier::default().verify_update_header(
        UntrustedBlockState { signed_header: &new.signed, validators: &new.validators, next_validators: Some(&new.next) },
        TrustedBlockState {
            chain_id: &trusted.chain_id,
            header_time: trusted.time,
            height: trusted.height,
            next_validators: &old.next,
            next_validators_hash: trusted.next_validators_hash,
        },
        &options,
        tendermint::Time::now(),
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_unmodified_verifier_follows_a_running_node_and_refuses_a_bent_header() {
    let world = start(30).await;
    world.post("s0:a=1").await;
    let tip = world.post("s1:b=2").await + 3;
    world.reach(tip + 1).await;
    let mut trail = Vec::new();
    for height in 1..=tip {
        trail.push(fetch(&world.http, height).await);
    }
    for pair in trail.windows(2) {
        assert_eq!(verdict(&pair[0], &pair[1]), Verdict::Success, "height {}", pair[1].signed.header.height);
    }
    assert_eq!(verdict(&trail[0], &trail[tip as usize - 1]), Verdict::Success);
    let mut header = trail[2].signed.header.clone();
    header.app_hash = vec![7; 32].try_into().expect("any bytes");
    let bent = Step { signed: SignedHeader::new(header, trail[2].signed.commit.clone()).expect("heights agree"), validators: trail[2].validators.clone(), next: trail[2].next.clone() };
    assert!(matches!(verdict(&trail[1], &bent), Verdict::Invalid(_)));
}

/// What a transaction returned. The client gives the field as it stands in the JSON: base64.
pub fn data(result: &tendermint::abci::types::ExecTxResult) -> Vec<u8> {
    BASE64_STANDARD.decode(&result.data).expect("base64")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_fourteen_header_fields_follow_from_what_rpc_tells() {
    let world = start(30).await;
    world.reach(1).await;
    let height = world.post("s0:a=1").await;
    world.reach(height + 2).await;
    let http = &world.http;
    for height in height as u32..=height as u32 + 1 {
        let block = http.block(height).await.expect("block");
        let header = &block.block.header;
        let last = http.block(height - 1).await.expect("block");
        let results = http.block_results(height - 1).await.expect("results");
        let validators = fetch(http, height.into()).await;
        let commit = block.block.last_commit.as_ref().expect("not the first");
        let entries: Vec<Vec<u8>> = commit.signatures.iter().map(|s| prost::Message::encode_to_vec(&proto::CommitSig::from(s.clone()))).collect();
        let txs: Vec<_> = block.block.data.iter().map(|tx| govhub_types::hash::sha256(&[tx])).collect();
        let deterministic = |r: &tendermint::abci::types::ExecTxResult| {
            let result = tendermint_proto::v0_38::abci::ExecTxResult {
                code: r.code.value(), data: data(r).into(), gas_wanted: r.gas_wanted, gas_used: r.gas_used, ..Default::default()
            };
            prost::Message::encode_to_vec(&result)
        };
        let last_results: Vec<Vec<u8>> = results.txs_results.iter().flatten().map(deterministic).collect();
        let empty = Hash::Sha256(govhub_types::hash::sha256(&[]));
        // {1: 1048576, 2: -1}
        let params = [0x08, 0x80, 0x80, 0x40, 0x10, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        assert_eq!((header.version.block, header.version.app), (11, 1));
        assert_eq!(header.chain_id.as_str(), "notebook-1");
        assert_eq!(header.height.value(), u64::from(height));
        assert!(header.time > last.block.header.time);
        assert_eq!(header.last_block_id, Some(last.block_id));
        assert_eq!(header.last_commit_hash, Some(Hash::Sha256(simple_hash_from_byte_vectors::<Sha>(&entries))));
        assert_eq!(header.data_hash, Some(Hash::Sha256(simple_hash_from_byte_vectors::<Sha>(&txs))));
        assert_eq!(header.validators_hash, validators.validators.hash());
        assert_eq!(header.next_validators_hash, validators.next.hash());
        assert_eq!(header.consensus_hash, Hash::Sha256(govhub_types::hash::sha256(&[&params])));
        assert_eq!(header.app_hash, results.app_hash);
        assert_eq!(header.last_results_hash, Some(Hash::Sha256(simple_hash_from_byte_vectors::<Sha>(&last_results))));
        assert_eq!(header.evidence_hash, Some(empty));
        assert_eq!(header.proposer_address, validators.validators.validators()[0].address);
        assert_eq!(header.hash(), block.block_id.hash);
        assert!(commit.signatures.iter().all(|s| matches!(s, tendermint::block::CommitSig::BlockIdFlagCommit { timestamp, .. } if *timestamp == last.block.header.time)));
    }
    let first = http.block(1u32).await.expect("block").block;
    let empty = Some(Hash::Sha256(govhub_types::hash::sha256(&[])));
    assert_eq!((first.header.last_block_id, first.header.last_commit_hash, first.header.last_results_hash), (None, empty, empty));
    assert_eq!(first.header.validators_hash, first.header.next_validators_hash);
}
