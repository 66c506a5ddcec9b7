//! The relayer daemon: carries out what the planner wants, durably, and answers the operator.
//!
//! One [`engine`] owns the planner and the [`journal`]; one [`scan`] per chain reads its blocks; every other wait (proofs, broadcasts,
//! client reads, watches) is a task of its own with a timeout, so that a chain that hangs holds up nobody else. The [`api`] on loopback
//! answers `status`, `lane` and `packet`; the commands in [`cli`] ask it, or read the home when the daemon does not run.
//!
//! Start at [`engine::run`].

pub mod api;
pub mod cli;
pub mod config;
pub mod engine;
pub mod home;
pub mod journal;
pub mod scan;
pub mod view;
