//! The connector against a chain of the tests' own making, signed and proved for real, behind a node that can lie, hang and lag.

mod chain;
mod endpoints;
mod events;
mod node;
mod proving;
mod refusals;
mod tree;
