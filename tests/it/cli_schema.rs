//! cli_schema
