//! Fabric's messages, as far as a verifier reads them: fields with their numbers, nothing else.
//!
//! Source: hyperledger/fabric-protos, packages `common`, `msp`, `orderer`, `protos` (peer), `rwset`, `kvrwset`. A message that stands
//! within another as bytes is given as bytes, as there: hashes and signatures are over those.

pub mod common;
pub mod ledger;
pub mod msp;
pub mod orderer;
pub mod peer;
