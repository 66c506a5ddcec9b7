//! Blocks, envelopes, configuration and policies (`common/common.proto`, `configtx.proto`, `configuration.proto`, `policies.proto`).

use super::msp::MspPrincipal;
use crate::wire::{messages, Many};

/// Transactions of one block. Channels are configured for some hundred.
pub const MAX_TRANSACTIONS: usize = 8 * 1024;

/// Entries of a block's metadata: Fabric has five.
pub const MAX_METADATA: usize = 8;

/// Signatures of one block, consenters of one channel, signatures of one configuration update.
pub const MAX_SIGNATURES: usize = 256;

/// Principals of one signature policy, rules of one of its nodes.
pub const MAX_POLICY_RULES: usize = 256;

/// Groups, values or policies of one configuration group.
pub const MAX_GROUP_ENTRIES: usize = 512;

/// Capabilities of one level: Fabric knows nine.
pub const MAX_CAPABILITIES: usize = 32;

messages! {
    /// A block as orderers and peers deliver it.
    Block<'a> {
        1 header: Option<BlockHeader<'a>>,
        2 data: Option<BlockData<'a>>,
        3 metadata: Option<BlockMetadata<'a>>,
    }
    /// What is hashed and signed.
    BlockHeader<'a> {
        1 number: u64,
        2 previous_hash: &'a [u8],
        3 data_hash: &'a [u8],
    }
    /// Serialised [`Envelope`]s.
    BlockData<'a> {
        1 data: Many<&'a [u8], MAX_TRANSACTIONS>,
    }
    /// By index: 0 signatures, 1 last configuration (old), 2 transactions filter, 3 orderer (old), 4 commit hash.
    BlockMetadata<'a> {
        1 metadata: Many<&'a [u8], MAX_METADATA>,
    }
    /// Entry 0 of the metadata.
    Metadata<'a> {
        /// [`OrdererBlockMetadata`]; signed as the bytes that stand here.
        1 value: &'a [u8],
        2 signatures: Many<MetadataSignature<'a>, MAX_SIGNATURES>,
    }
    /// A signature by an identity ([`SignatureHeader`]) or by a consenter's number ([`IdentifierHeader`]).
    MetadataSignature<'a> {
        1 signature_header: &'a [u8],
        2 signature: &'a [u8],
        3 identifier_header: &'a [u8],
    }
    /// Who signs, with a salt.
    SignatureHeader<'a> {
        /// [`super::msp::SerializedIdentity`].
        1 creator: &'a [u8],
        2 nonce: &'a [u8],
    }
    /// Which consenter signs, with a salt.
    IdentifierHeader<'a> {
        1 identifier: u32,
        2 nonce: &'a [u8],
    }
    /// What orderers sign besides the header.
    OrdererBlockMetadata<'a> {
        1 last_config: Option<LastConfig>,
        2 consenter_metadata: &'a [u8],
    }
    /// Number of the block whose configuration is in force: the block itself, if it carries one.
    LastConfig {
        1 index: u64,
    }
    /// A signed payload.
    Envelope<'a> {
        1 payload: &'a [u8],
        2 signature: &'a [u8],
    }
    /// What an envelope carries.
    Payload<'a> {
        1 header: Option<Header<'a>>,
        2 data: &'a [u8],
    }
    /// [`ChannelHeader`] and [`SignatureHeader`].
    Header<'a> {
        1 channel_header: &'a [u8],
        2 signature_header: &'a [u8],
    }
    /// Which channel, which transaction.
    ChannelHeader<'a> {
        /// One of the `TYPE_` constants.
        1 kind: i32,
        2 version: i32,
        /// The client's clock, and its word alone.
        3 timestamp: Option<Timestamp>,
        4 channel_id: &'a str,
        5 tx_id: &'a str,
        6 epoch: u64,
        7 extension: &'a [u8],
        8 tls_cert_hash: &'a [u8],
    }
    /// Google's timestamp.
    Timestamp {
        1 seconds: u64,
        2 nanos: u32,
    }
    /// What a transaction of type [`TYPE_CONFIG`] carries.
    ConfigEnvelope<'a> {
        /// [`Config`].
        1 config: &'a [u8],
        /// The update that led to it.
        2 last_update: Option<Envelope<'a>>,
    }
    /// A channel's configuration.
    Config<'a> {
        1 sequence: u64,
        /// [`crate::config::Group`].
        2 channel_group: &'a [u8],
    }
    /// What a transaction of type [`TYPE_CONFIG_UPDATE`] carries.
    ConfigUpdateEnvelope<'a> {
        /// [`ConfigUpdate`].
        1 config_update: &'a [u8],
        2 signatures: Many<ConfigSignature<'a>, MAX_SIGNATURES>,
    }
    /// A signature over its header and the update.
    ConfigSignature<'a> {
        1 signature_header: &'a [u8],
        2 signature: &'a [u8],
    }
    /// A change of the configuration.
    ConfigUpdate<'a> {
        1 channel_id: &'a str,
        /// What must be at the versions given: [`ConfigGroup`].
        2 read_set: Option<&'a [u8]>,
        /// What is to be: [`ConfigGroup`].
        3 write_set: Option<&'a [u8]>,
        5 isolated_data: Many<MapEntry<'a>, MAX_GROUP_ENTRIES>,
    }
    /// A node of the configuration tree, its children still bytes.
    ConfigGroup<'a> {
        1 version: u64,
        2 groups: Many<MapEntry<'a>, MAX_GROUP_ENTRIES>,
        3 values: Many<MapEntry<'a>, MAX_GROUP_ENTRIES>,
        4 policies: Many<MapEntry<'a>, MAX_GROUP_ENTRIES>,
        5 mod_policy: &'a str,
    }
    /// An entry of a protobuf map.
    MapEntry<'a> {
        1 key: &'a str,
        2 value: &'a [u8],
    }
    /// A value of the configuration.
    ConfigValue<'a> {
        1 version: u64,
        2 value: &'a [u8],
        3 mod_policy: &'a str,
    }
    /// A policy of the configuration.
    ConfigPolicy<'a> {
        1 version: u64,
        2 policy: Option<Policy<'a>>,
        3 mod_policy: &'a str,
    }
    /// A policy by its type.
    Policy<'a> {
        /// One of the `POLICY_` constants.
        1 kind: i32,
        2 value: &'a [u8],
    }
    /// [`POLICY_SIGNATURE`].
    SignaturePolicyEnvelope<'a> {
        1 version: i32,
        /// [`SignaturePolicy`]; bytes, since it nests.
        2 rule: &'a [u8],
        3 identities: Many<MspPrincipal<'a>, MAX_POLICY_RULES>,
    }
    /// One of the two.
    SignaturePolicy<'a> {
        /// Index of a principal.
        1 signed_by: Option<i32>,
        2 n_out_of: Option<NOutOf<'a>>,
    }
    /// So many of these.
    NOutOf<'a> {
        1 n: i32,
        /// [`SignaturePolicy`] each.
        2 rules: Many<&'a [u8], MAX_POLICY_RULES>,
    }
    /// [`POLICY_IMPLICIT_META`].
    ImplicitMetaPolicy<'a> {
        1 sub_policy: &'a str,
        /// 0 any, 1 all, 2 majority.
        2 rule: i32,
    }
    /// Endorsement policy of a chaincode: one of the two.
    ApplicationPolicy<'a> {
        /// [`SignaturePolicyEnvelope`].
        1 signature_policy: Option<&'a [u8]>,
        2 channel_config_policy_reference: Option<&'a str>,
    }
    /// Value `HashingAlgorithm` of the channel.
    HashingAlgorithm<'a> {
        1 name: &'a str,
    }
    /// Value `BlockDataHashingStructure` of the channel.
    BlockDataHashingStructure {
        1 width: u32,
    }
    /// Value `Capabilities` of a level.
    Capabilities<'a> {
        1 capabilities: Many<MapEntry<'a>, MAX_CAPABILITIES>,
    }
    /// Value `Orderers` of the group `Orderer`.
    Orderers<'a> {
        1 consenter_mapping: Many<Consenter<'a>, MAX_SIGNATURES>,
    }
    /// A consenter of a BFT channel.
    Consenter<'a> {
        1 id: u32,
        2 host: &'a str,
        3 port: u32,
        4 msp_id: &'a str,
        /// Certificate, PEM.
        5 identity: &'a [u8],
        6 client_tls_cert: &'a [u8],
        7 server_tls_cert: &'a [u8],
    }
}

/// A configuration.
pub const TYPE_CONFIG: i32 = 1;
/// A change of a configuration.
pub const TYPE_CONFIG_UPDATE: i32 = 2;
/// A transaction of a chaincode.
pub const TYPE_ENDORSER_TRANSACTION: i32 = 3;
/// [`SignaturePolicyEnvelope`].
pub const POLICY_SIGNATURE: i32 = 1;
/// [`ImplicitMetaPolicy`].
pub const POLICY_IMPLICIT_META: i32 = 3;
