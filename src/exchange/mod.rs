//! Exchange: what other programs write, turned into markband's own records, and back.
//!
//! Bytes come in as arguments; nothing here opens a file or knows who asked. What comes from elsewhere is not
//! trusted: [`package`] is the only door from here to zip archives and XML, and its limits hold whatever
//! the bytes say.

pub mod package;
pub mod docx;
pub mod odt;
pub mod heading;
pub mod script_file;
pub mod script_text;
