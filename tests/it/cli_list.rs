//! cli_list
