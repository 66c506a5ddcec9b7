//! The chores' rules on this workspace and on small made-up ones.

mod csv;
mod edges;
mod purity;
mod runner;
