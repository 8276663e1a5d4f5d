//! markband

pub mod span;
pub mod diag;
pub mod yaml;
pub mod record;
pub mod words;
pub mod bank;
pub mod paper;
pub mod document;
pub mod view;
pub mod shell;
