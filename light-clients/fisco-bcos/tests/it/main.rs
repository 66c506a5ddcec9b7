//! The FISCO BCOS light client against recorded networks, and one broken rule at a time beside its honest twin.

mod blocks;
mod changes;
mod common;
mod evidence;
mod headers;
mod live;
mod native;
mod packets;
mod receipts;
mod recorded;
mod sdk;
mod state;
mod vectors;
