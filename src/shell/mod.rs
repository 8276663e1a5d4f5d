//! Everything that touches the world: the command line, files, the terminal, the clock. Nothing sees the shell.

pub mod cli;
pub mod faults;
pub mod files;
pub mod places;
