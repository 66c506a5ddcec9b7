//! A block before it is signed.

use govhub_types::hash::{sha256, Hash};
use ibc_proto::google::protobuf::Any;

use super::Node;
use crate::block::{data_hash, Header};
use crate::decode::{encode, HEADER_URL, MISBEHAVIOUR_URL};
use crate::messages::common::{
    Block, BlockData, BlockHeader, BlockMetadata, IdentifierHeader, LastConfig, Metadata, MetadataSignature, OrdererBlockMetadata, SignatureHeader,
};
use crate::proto::govhub::lightclients::fabric::v1 as raw;
use crate::wire::Message;

/// A block: what will be hashed and signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Number.
    pub number: u64,
    /// Hash of the block before.
    pub previous_hash: Option<Hash>,
    /// Serialised envelopes.
    pub data: Vec<Vec<u8>>,
    /// Number of the block whose configuration is in force.
    pub last_config: u64,
    /// What the consenters add, opaque to everybody else.
    pub consenter_metadata: Vec<u8>,
}

/// A signature in a block's metadata.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    /// Header that names an identity; empty for signatures by number.
    pub signature_header: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
    /// Header that names a consenter's number.
    pub identifier_header: Vec<u8>,
}

impl Draft {
    /// Its header.
    pub fn header(&self) -> Header {
        let entries: Vec<&[u8]> = self.data.iter().map(Vec::as_slice).collect();
        Header { number: self.number, previous_hash: self.previous_hash, data_hash: data_hash(&entries) }
    }

    /// What orderers sign besides the header.
    pub fn value(&self) -> Vec<u8> {
        OrdererBlockMetadata { last_config: Some(LastConfig { index: self.last_config }), consenter_metadata: &self.consenter_metadata }.write()
    }

    /// A signature that names its signer by identity, as Raft's orderers make it.
    pub fn classic(&self, node: &Node) -> Signature {
        let creator = node.identity();
        let signature_header = SignatureHeader { creator: &creator, nonce: &nonce(&self.header().hash(), &creator) }.write();
        let signature = node.sign(&[&self.value(), &signature_header, &self.header().bytes()]);
        Signature { signature_header, signature, identifier_header: Vec::new() }
    }

    /// A signature that names its signer by number, as SmartBFT's orderers make it.
    pub fn by_number(&self, identifier: u32, node: &Node) -> Signature {
        let identifier_header = IdentifierHeader { identifier, nonce: &nonce(&self.header().hash(), &identifier.to_be_bytes()) }.write();
        let signature = node.sign(&[&self.value(), &identifier_header, &self.header().bytes()]);
        Signature { signature_header: Vec::new(), signature, identifier_header }
    }

    /// Entry 0 of the metadata.
    pub fn metadata(&self, signatures: &[Signature]) -> Vec<u8> {
        let signatures = signatures.iter().map(|one| MetadataSignature {
            signature_header: &one.signature_header,
            signature: &one.signature,
            identifier_header: &one.identifier_header,
        });
        Metadata { value: &self.value(), signatures: signatures.collect::<Vec<_>>().into() }.write()
    }

    /// The whole block.
    pub fn block(&self, signatures: &[Signature]) -> Vec<u8> {
        self.written(true, Some(self.metadata(signatures)))
    }

    /// Header and signatures, as orderers deliver it on request.
    pub fn without_data(&self, signatures: &[Signature]) -> Vec<u8> {
        self.written(false, Some(self.metadata(signatures)))
    }

    /// The header alone.
    pub fn bare(&self) -> Vec<u8> {
        self.written(false, None)
    }

    /// Header and data, as a proof brings them.
    pub fn unsigned(&self) -> Vec<u8> {
        self.written(true, None)
    }

    fn written(&self, data: bool, metadata: Option<Vec<u8>>) -> Vec<u8> {
        let entries: Vec<&[u8]> = self.data.iter().map(Vec::as_slice).collect();
        let header = self.header();
        let metadata = metadata.as_deref().map(|first| BlockMetadata { metadata: vec![first, b"", b"", b"", b""].into() });
        Block {
            header: Some(BlockHeader {
                number: header.number,
                previous_hash: header.previous_hash.as_ref().map(|hash| &hash[..]).unwrap_or_default(),
                data_hash: &header.data_hash,
            }),
            data: data.then(|| BlockData { data: entries.into() }),
            metadata,
        }
        .write()
    }

    /// The header as a link of a proof.
    pub fn link(&self) -> Vec<u8> {
        let header = self.header();
        let previous_hash = header.previous_hash.as_ref().map(|hash| &hash[..]).unwrap_or_default();
        BlockHeader { number: header.number, previous_hash, data_hash: &header.data_hash }.write()
    }
}

/// 24 bytes that differ from signature to signature.
fn nonce(hash: &Hash, signer: &[u8]) -> [u8; 24] {
    let digest = sha256(&[hash, signer]);
    digest[..24].try_into().expect("24 of 32 bytes")
}

/// One block as the message that updates a client.
pub fn header_any(block: Vec<u8>) -> Any {
    run_any(vec![(block, Vec::new())])
}

/// Blocks, each with other orderers' copies, as the message that updates a client.
pub fn run_any(blocks: Vec<(Vec<u8>, Vec<Vec<u8>>)>) -> Any {
    let blocks = blocks.into_iter().map(|(block, copies)| raw::Block { block, copies }).collect();
    encode(HEADER_URL, &raw::Header { blocks })
}

/// Two blocks as evidence.
pub fn misbehaviour_any(block_1: raw::Block, block_2: raw::Block) -> Any {
    encode(MISBEHAVIOUR_URL, &raw::Misbehaviour { block_1: Some(block_1), block_2: Some(block_2) })
}
