//! cli_show
