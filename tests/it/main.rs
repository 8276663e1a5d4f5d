//! The integration tests, one binary. Each module is a kind of promise; what they read stands beside them in
//! `tests/bank/` (a small sound bank and faulty files that say themselves what is wrong with them) and
//! `tests/it/snapshots/` (what a user sees).

#![allow(clippy::disallowed_methods, reason = "tests read files, folders and the clock, which the core may not")]

mod cli_check;
mod cli_compare;
mod cli_completions;
mod cli_list;
mod cli_places;
mod cli_print;
mod cli_schema;
mod cli_script;
mod cli_set;
mod cli_show;
mod cli_sit;
mod cli_sittings;
mod faults;
mod hostile;
mod house;
mod pdf;
mod round_trip;
mod schema;
mod script_import;
mod setting;
mod sitting_core;
mod sitting_kill;
mod sitting_lossy;
mod sitting_store;
mod support;
mod tidy;
mod words;
mod yaml_values;
