//! The program itself: commands, exit codes, and what survives `kill -9`.

mod daemon;
