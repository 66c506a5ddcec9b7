//! What ibc-go itself says of packets, acknowledgements, paths and messages.

mod golden;
