//! Reading the log: `/govhub.audit.v1.Query/{Head,Entries}`.

use govhub_store::{Column, Reader, State};
use govhub_types::codec::{decode_canonical, CodecError};
use govhub_types::{Code, Rejection};
use prost::Message;

use crate::proto::{QueryEntries, QueryEntriesResponse, QueryHead, QueryHeadResponse};
use crate::{head, Entry};

/// Longest query in bytes: two numbers.
const QUERY_BYTES_MAX: usize = 64;
/// Entries of one page: each names up to 32 messages and 8 signers, some 2 KiB.
pub const PAGE: usize = 100;

/// Answers one query over `reader`.
///
/// # Errors
/// Undecodable data, a path that this module does not have, or a store that cannot be read.
pub fn query(reader: &dyn Reader, path: &str, data: &[u8]) -> Result<Vec<u8>, Rejection> {
    let state = State::new(reader);
    let bad = |e: CodecError| Rejection::new(Code::QUERY_UNDECODABLE, e.to_string());
    let answer = match path {
        "/govhub.audit.v1.Query/Head" => {
            decode_canonical::<QueryHead>("QueryHead", data, QUERY_BYTES_MAX).map_err(bad)?;
            QueryHeadResponse { head: Some(head(&state)) }.encode_to_vec()
        }
        "/govhub.audit.v1.Query/Entries" => {
            let q: QueryEntries = decode_canonical("QueryEntries", data, QUERY_BYTES_MAX).map_err(bad)?;
            QueryEntriesResponse { entries: entries(&state, q.from_position, q.limit as usize), head: Some(head(&state)) }.encode_to_vec()
        }
        other => return Err(Rejection::new(Code::QUERY_UNKNOWN, format!("audit has no `{}`", other.chars().take(80).collect::<String>()))),
    };
    match state.fault() {
        Some(fault) => Err(Rejection::new(Code::STORE_FAULT, fault.to_string())),
        None => Ok(answer),
    }
}

fn entries(state: &State<'_>, from: u64, limit: usize) -> Vec<Entry> {
    // Keys have 8 bytes, so nine 0xff bytes lie behind the last.
    let found = state.column_range(Column::AuditLog, &from.to_be_bytes(), &[0xff; 9], limit.clamp(1, PAGE));
    found.into_iter().map(|(_, bytes)| Entry::decode(bytes.as_slice()).expect("written by record()")).collect()
}
