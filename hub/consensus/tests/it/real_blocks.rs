//! Blocks that CometBFT itself made: our encoding, part set and hashes must give what it signed.

use std::path::PathBuf;

use govhub_consensus::block::part_set_header;
use govhub_consensus::{commit, header, Block};
use tendermint::block::signed_header::SignedHeader;

/// The recorded answers of real nodes, beside the checkout; absent elsewhere.
fn vectors() -> Option<PathBuf> {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().map(|up| up.join("shared/vectors/tendermint/rpc")).find(|path| path.is_dir())
}

fn block(name: &str) -> Option<(tendermint::block::Id, Block)> {
    let text = std::fs::read(vectors()?.join(name)).ok()?;
    let answer: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let id = serde_json::from_value(answer["result"]["block_id"].clone()).expect("a block id");
    let block: tendermint::Block = serde_json::from_value(answer["result"]["block"].clone()).expect("a block");
    Some((id, Block { header: block.header, txs: block.data, last_commit: block.last_commit }))
}

#[test]
fn blocks_of_cometbft_0_38_encode_to_the_parts_that_their_validators_signed() {
    let names = ["kvstore_v0_38_block_at_height_1.json", "kvstore_v0_38_block_at_height_10.json"];
    for name in names {
        let Some((id, block)) = block(name) else {
            govhub_testkit::skip!("blocks_of_cometbft_0_38_encode_to_the_parts_that_their_validators_signed", "recorded answers of real nodes are absent");
        };
        let bytes = block.encode();
        assert_eq!(part_set_header(&bytes), id.part_set_header, "{name}");
        assert_eq!(block.id(&bytes), id, "{name}");
        assert_eq!(Block::decode(&bytes).expect(name), block);
        assert_eq!(block.header.data_hash, Some(tendermint::Hash::Sha256(header::data_hash(&block.txs))), "{name}");
        if let Some(last) = &block.last_commit {
            assert_eq!(block.header.last_commit_hash, Some(tendermint::Hash::Sha256(commit::hash(last))), "{name}");
        }
        let mut changed = block.clone();
        changed.txs.push(vec![1]);
        assert_ne!(part_set_header(&changed.encode()), id.part_set_header, "{name}");
    }
}

#[test]
fn a_signed_header_of_cometbft_0_38_keeps_its_commit_hash_under_our_reading() {
    let Some(directory) = vectors() else {
        govhub_testkit::skip!("a_signed_header_of_cometbft_0_38_keeps_its_commit_hash_under_our_reading", "recorded answers of real nodes are absent");
    };
    let text = std::fs::read(directory.join("kvstore_v0_38_commit_at_height_10.json"));
    let Ok(text) = text else {
        govhub_testkit::skip!("a_signed_header_of_cometbft_0_38_keeps_its_commit_hash_under_our_reading", "no recorded commit of version 0.38");
    };
    let answer: serde_json::Value = serde_json::from_slice(&text).expect("JSON");
    let signed: SignedHeader = serde_json::from_value(answer["result"]["signed_header"].clone()).expect("a signed header");
    assert_eq!(signed.commit.block_id.hash, signed.header.hash());
    // Every certificate of ours has one time; CometBFT's own commit has one per vote, so only the signatures survive the round trip.
    let certificate = commit::to_certificate(&signed.commit, signed.header.time).expect("a certificate");
    assert_eq!(certificate.signatures.len(), signed.commit.signatures.len());
}
