//! cli_completions
