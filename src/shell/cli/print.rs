//! `markband print`: prints a paper that was set before, whatever the bank has become since.

use super::set::{PAPER, SCHEMES, read_back};
use super::{Desk, Outcome, Stop};
use crate::document::exam_paper::exam_paper;
use crate::document::mark_scheme::mark_scheme;
use crate::document::source_booklet::source_booklet;
use crate::document::{Document, Kind};
use crate::paper::{FrozenSchemes, Paper};
use crate::shell::files;
use crate::view::Templates;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Prints a paper again from its paper.yaml
#[derive(clap::Args, Debug)]
pub struct Args {
    /// The paper: its folder or its paper.yaml
    paper: PathBuf,
    /// The folder to print to; the paper's own if not given
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    pages: Pages,
}

#[derive(clap::Args, Debug)]
pub struct Pages {
    /// What the pages are printed as
    #[arg(long = "format", value_enum, value_name = "KIND")]
    kind: Option<PageKind>,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKind {
    /// Tagged PDF
    #[cfg(feature = "pdf")]
    Pdf,
    /// One HTML page each
    Html,
}

impl Pages {
    /// Returns what was asked for, or the best this build can print.
    pub fn kind(&self) -> PageKind {
        #[cfg(feature = "pdf")]
        let best = PageKind::Pdf;
        #[cfg(not(feature = "pdf"))]
        let best = PageKind::Html;
        self.kind.unwrap_or(best)
    }
}

/// A printed document.
pub struct Page {
    /// Below the paper's folder.
    pub path: &'static str,
    /// Key of the words that say what it is.
    pub words: &'static str,
    pub bytes: Vec<u8>,
}

pub fn run(args: &Args, desk: &Desk) -> Outcome {
    let (folder, paper, frozen) = open(&args.paper, desk)?;
    let pages = print(&paper, frozen.as_ref(), args.pages.kind(), desk)?;
    let out = args.out.as_deref().unwrap_or(&folder);
    for page in &pages {
        files::write(&out.join(page.path), &page.bytes)?;
        desk.say("screen.set.wrote", &[("path", &out.join(page.path).display()), ("what", &desk.words.get(page.words))])?;
    }
    if frozen.is_none() {
        desk.say("screen.print.no-schemes", &[("path", &folder.join(SCHEMES).display())])?;
    }
    Ok(())
}

/// Reads a paper and, if they are there, its mark schemes.
pub fn open(path: &Path, desk: &Desk) -> Result<(PathBuf, Paper, Option<FrozenSchemes>), Stop> {
    let file = if path.is_dir() { path.join(PAPER) } else { path.to_owned() };
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let paper = read_back(&file, desk)?;
    let schemes = folder.join(SCHEMES);
    let frozen = schemes.exists().then(|| read_back(&schemes, desk)).transpose()?;
    Ok((folder, paper, frozen))
}

/// Prints a paper's documents. They do not depend on each other, so they are set side by side.
pub fn print(paper: &Paper, frozen: Option<&FrozenSchemes>, kind: PageKind, desk: &Desk) -> Result<Vec<Page>, Stop> {
    let words = &desk.words;
    let documents = [Some(exam_paper(paper, words)), source_booklet(paper, words), frozen.map(|frozen| mark_scheme(paper, frozen, words))];
    let results = std::thread::scope(|scope| {
        let printing = documents.iter().flatten().map(|document| scope.spawn(move || page(document, kind, &desk.templates)));
        let printing: Vec<_> = printing.collect();
        printing.into_iter().map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect::<Vec<_>>()
    });
    let mut pages = Vec::new();
    let mut faults = Vec::new();
    for result in results {
        match result {
            Ok(page) => pages.push(page),
            Err(found) => faults.extend(found.into_iter().filter(|fault| !faults.contains(fault)).collect::<Vec<_>>()),
        }
    }
    if faults.is_empty() { Ok(pages) } else { Err(Stop::Faults(faults)) }
}

fn page(document: &Document, kind: PageKind, templates: &Templates) -> Result<Page, Vec<crate::diag::Fault>> {
    let (words, pdf, html) = match document.kind {
        Kind::QuestionPaper => ("documents.question-paper", "question-paper.pdf", "question-paper.html"),
        Kind::SourceBooklet => ("documents.source-booklet", "source-booklet.pdf", "source-booklet.html"),
        Kind::MarkScheme | Kind::Item => ("documents.mark-scheme", "teacher/mark-scheme.pdf", "teacher/mark-scheme.html"),
    };
    match kind {
        #[cfg(feature = "pdf")]
        PageKind::Pdf => Ok(Page { path: pdf, words, bytes: crate::view::pdf::pdf(document, templates)? }),
        PageKind::Html => {
            let _ = pdf;
            Ok(Page { path: html, words, bytes: crate::view::html::html(document, templates)?.into_bytes() })
        }
    }
}
