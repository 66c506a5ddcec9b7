//! The node, in process and as a child that is killed, with a small state machine; read by clients that are not ours.

mod cli;
mod fuzz;
mod golden;
mod kill;
mod light_client;
mod light_clients;
mod pace;
mod restart;
mod rpc;
mod rpc_bounds;
mod screening;
mod world;
