//! cli_print
