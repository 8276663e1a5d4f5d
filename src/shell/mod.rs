//! Everything that touches the world: the command line, files, the terminal, the clock. Nothing sees the shell.

#![allow(clippy::disallowed_methods, reason = "the shell is where the world is touched")]

pub mod cli;
pub mod clock;
pub mod faults;
pub mod files;
pub mod places;
pub mod sit;
pub mod store;
pub mod tui;
