//! cli_set
