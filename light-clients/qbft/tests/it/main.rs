//! QBFT and IBFT against the world: vectors that others recorded, an EVM node, and every applicable attack beside the honest message.

mod anvil;
mod contract;
mod evidence;
mod goquorum;
mod headers;
mod inclusion;
mod native;
mod packets;
mod seals;
mod skip;
mod state;
mod trie;
mod vectors;
mod votes;
mod world;
