//! What a transaction read and wrote (`ledger/rwset/rwset.proto`, `ledger/rwset/kvrwset/kv_rwset.proto`).

use crate::wire::{messages, Many};

/// Namespaces of one transaction, collections of one namespace.
pub const MAX_NAMESPACES: usize = 64;

/// Keys read or written in one namespace by one transaction.
pub const MAX_KEYS: usize = 4 * 1024;

messages! {
    /// By namespace.
    TxReadWriteSet<'a> {
        /// 0: keys and values.
        1 data_model: i32,
        2 ns_rwset: Many<NsReadWriteSet<'a>, MAX_NAMESPACES>,
    }
    /// One namespace: a chaincode's name.
    NsReadWriteSet<'a> {
        1 namespace: &'a str,
        /// [`KvRwSet`].
        2 rwset: &'a [u8],
        3 collection_hashed_rwset: Many<CollectionHashedReadWriteSet<'a>, MAX_NAMESPACES>,
    }
    /// A private collection: hashes only.
    CollectionHashedReadWriteSet<'a> {
        1 collection_name: &'a str,
        /// [`HashedRwSet`].
        2 hashed_rwset: &'a [u8],
        3 pvt_rwset_hash: &'a [u8],
    }
    /// Public reads and writes.
    KvRwSet<'a> {
        1 reads: Many<KvRead<'a>, MAX_KEYS>,
        2 range_queries_info: Many<RangeQueryInfo<'a>, MAX_NAMESPACES>,
        3 writes: Many<KvWrite<'a>, MAX_KEYS>,
        4 metadata_writes: Many<KvMetadataWrite<'a>, MAX_KEYS>,
    }
    /// A key and the version that was read; no version: the key was absent.
    KvRead<'a> {
        1 key: &'a str,
        2 version: Option<Version>,
    }
    /// Block and transaction that wrote a key last.
    Version {
        1 block_num: u64,
        2 tx_num: u64,
    }
    /// A value written.
    KvWrite<'a> {
        1 key: &'a str,
        2 is_delete: bool,
        3 value: &'a [u8],
    }
    /// An endorsement policy of a single key, or other metadata of it.
    KvMetadataWrite<'a> {
        1 key: &'a str,
        2 entries: Many<&'a [u8], MAX_NAMESPACES>,
    }
    /// A range that was read.
    RangeQueryInfo<'a> {
        1 start_key: &'a str,
        2 end_key: &'a str,
        3 itr_exhausted: bool,
        4 raw_reads: Option<&'a [u8]>,
        5 reads_merkle_hashes: Option<&'a [u8]>,
    }
    /// Hashes of private reads and writes.
    HashedRwSet<'a> {
        1 hashed_reads: Many<&'a [u8], MAX_KEYS>,
        2 hashed_writes: Many<&'a [u8], MAX_KEYS>,
        3 metadata_writes: Many<&'a [u8], MAX_KEYS>,
    }
}
