//! cli_places
