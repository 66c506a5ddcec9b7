//! What tests of several crates share.
//!
//! Start at [`skip!`]: a test that cannot run here says so, and the runner (`cargo xtask test`) counts it as skipped, not as passed.
//! [`canary`] searches files for personal data; [`golden`] and [`npm`] run the programs of the other side.

pub mod canary;
pub mod golden;
pub mod npm;
pub mod skip;
