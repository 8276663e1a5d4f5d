//! cli_compare
