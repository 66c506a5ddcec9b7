//! What ibc-go itself says of packets, acknowledgements, paths and messages; and the handlers on two chains that follow each other by real
//! headers, commits and proofs.

mod archive;
mod clients;
mod families;
mod golden;
mod machine;
mod packets;
mod receipts;
mod world;
