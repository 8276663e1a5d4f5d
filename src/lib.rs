//! markband: an exam practice engine. One plain-text source for question paper, source booklet and mark scheme.
//!
//! # The path of the data
//! ```text
//! text files --load--> Bank + Faults
//! (Bank, Format, Seed)  --set-->   Paper + FrozenSchemes    a frozen, numbered selection
//! (Paper, [Event])      --replay--> Sitting --collect--> Script
//! Paper | FrozenSchemes --build-->  Document --print-->  PDF · HTML · terminal
//! ```
//! A stage is a pure function between named values. Marking and reporting will be two more, between the script and the
//! document.
//!
//! # Rooms, in reading order
//! Imports point one way: a module uses only those above it in this list. A test holds this.
//!
//! - [`span`], [`diag`]: texts, places in them, and faults.
//! - [`yaml`]: the only YAML door. [`record`]: one declaration gives a type, its reading and its JSON Schema.
//! - [`words`]: every printed and screen word.
//! - [`bank`]: what the authors wrote, and the rules that go across records.
//! - [`paper`]: setting a paper, freezing it, and comparing it with a later bank.
//! - [`script`]: what one candidate answered. [`sitting`]: one candidate at one paper, as a fold over events.
//! - [`exchange`]: what other programs write, as records of ours, and back. [`exchange::package`] is its only door to zip
//!   archives and XML.
//! - [`document`]: the one printable model, a builder for each thing printed.
//! - [`view`]: PDF by Typst, HTML by Handlebars, terminal text. Each is the sole user of its library.
//! - [`shell`]: the command line, files, the terminal. Everything that touches the world.
//!
//! # Invariants
//! 1. Core modules read no file, clock, environment or randomness; the seed is an argument. Clippy's
//!    `disallowed_methods` holds this outside the shell.
//! 2. The same bank, format, topic and seed give the same paper, byte for byte on paper too.
//! 3. Loading never fails: it returns what it could, and every fault with its place.
//! 4. Marks are whole numbers.
//! 5. Views decide nothing. What candidates may see is settled when a Document is built: the candidates' builders
//!    take a [`paper::Paper`], which has nothing of the mark schemes but their fingerprints.
//! 6. The bank's text is data, never a template or code: in YAML, Handlebars, Typst, HTML or the terminal.
//! 7. Kinds are closed enums, matched without `_`.
//! 8. Events of a sitting are only ever added, and are the truth; anything else can be made from them again. What has
//!    been acknowledged is on the disk.
//! 9. A fault is a code and its particulars; what it says to people stands in `templates/words/`.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), warn(clippy::unwrap_used, clippy::panic, clippy::print_stdout, clippy::print_stderr))]

pub mod span;
pub mod diag;
pub mod yaml;
pub mod record;
pub mod words;
pub mod bank;
pub mod paper;
pub mod script;
pub mod sitting;
pub mod exchange;
pub mod document;
pub mod view;
pub mod shell;
