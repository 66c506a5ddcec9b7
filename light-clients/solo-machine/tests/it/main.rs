//! A solo machine against ibc-go's own bytes, and one broken rule at a time.

mod common;
mod header;
mod misbehaviour;
mod mutation;
mod native;
mod proof;
mod state;
mod vectors;
