//! A chain of our own making for tests, signed with real keys as the chain's own nodes sign.
//!
//! [`Network`] has the keys, [`Chain`] makes honest blocks in order, [`Made`] is one of them: every part can be bent, and then hashed and
//! signed anew as far as the test wants the rest to hold. Recorded chains stand beside these in the tests; what is made here follows the
//! same rules, which the recorded ones have confirmed.

mod block;
mod chain;
mod follower;
mod network;

pub use block::{Made, Write};
pub use chain::{Call, Chain, GENESIS_S};
pub use follower::Follower;
pub use network::{Network, Node};
