//! `markband schema`: the JSON Schemas by which editors complete bank files.

use super::{Desk, Outcome};
use crate::bank::{BankFile, SchemeFile};
use crate::paper::{FrozenSchemes, Paper};
use crate::record::json_schema;
use clap::ValueEnum;

/// Prints the JSON Schema of a kind of file, for editors
#[derive(clap::Args, Debug)]
pub struct Args {
    /// Files below question-bank/, below mark-schemes/, or the files of a paper
    #[arg(value_enum, default_value = "questions")]
    file: File,
}

#[derive(ValueEnum, Debug, Clone, Copy)]
enum File {
    /// A file below question-bank/
    Questions,
    /// A file below mark-schemes/
    Schemes,
    /// paper.yaml
    Paper,
    /// teacher/mark-scheme.yaml
    MarkScheme,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    desk.json(&match args.file {
        File::Questions => json_schema::<BankFile>("A markband question bank file"),
        File::Schemes => json_schema::<SchemeFile>("A markband mark scheme file"),
        File::Paper => json_schema::<Paper>("A markband paper"),
        File::MarkScheme => json_schema::<FrozenSchemes>("The mark schemes of a markband paper"),
    })
}
