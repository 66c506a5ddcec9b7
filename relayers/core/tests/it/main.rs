//! The planner in simulated worlds, and rule by rule.

mod plan;
mod world;
mod worlds;
