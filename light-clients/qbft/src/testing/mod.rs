//! Chains of our own making for tests: real keys, headers and seals by the rules of each program, a state with a contract that holds
//! packets, votes, epochs, transitions and validator contracts.
//!
//! **No node made these**: there is no recorded data of Besu after London, of IBFT 2.0 or of a validator contract. The producer signs as
//! the chains' own code does (Besu 26.2, GoQuorum 24.4.1; the files say which class), and counts votes in the structures of that code, not
//! in those of [`crate::authority`], so that the two can be compared. A test bends one field of what comes out.
//!
//! Start at [`Chain`].

mod chain;
mod key;
mod state;
mod tally;

pub use chain::{
    client_state_any, header_any, misbehaviour_any, validator_contract, Blueprint, Chain, Draft, Made, Transition, GENESIS_S, PACKETS, VALIDATORS,
};
pub use key::{keys, Key};
pub use state::{State, CODE_HASH};
pub use tally::Tally;
