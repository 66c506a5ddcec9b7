//! The exchange by its public face: genesis, actions, and the callbacks that the packet core makes.

mod chain;
mod journey;
mod world;

mod actions;
mod answers;
mod deadlines;
mod ask;
mod properties;
mod refusals;
mod serve;
mod pushes;
mod statuses;
