//! The state machine by its public face, over the real store.

mod ante;
mod authorisation;
mod block;
mod clients;
mod fuzz;
mod genesis;
mod governance;
mod query;
mod world;
