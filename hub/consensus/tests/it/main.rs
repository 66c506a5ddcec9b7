//! Blocks, headers and commits against readers that are not ours.

mod chain;
mod engine;
mod fuzz;
mod real_blocks;
mod rules;
