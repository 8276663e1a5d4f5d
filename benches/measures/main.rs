//! The measures: `cargo bench` shows how each grows, and ends with a table of the figures that were promised.
//! `cargo bench -- check` measures some of them, `cargo bench -- summary` makes only the table.

#![allow(clippy::disallowed_methods, reason = "measuring takes a clock and files")]

mod bank;
mod summary;

use bank::{ESSAYS_PAPER, SIZES, SOURCES_PAPER, Size};
use divan::counter::BytesCount;
use divan::{AllocProfiler, Bencher};
use markband::bank::Bank;
use markband::bank::load::{RawFile, load};
use markband::document::exam_paper::exam_paper;
use markband::document::mark_scheme::mark_scheme;
use markband::document::source_booklet::source_booklet;
use markband::paper::setting::{Seed, set};
use markband::paper::{FrozenSchemes, Paper};
use markband::shell::files;
use markband::view::Templates;
use markband::words::Words;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;

#[global_allocator]
static ALLOC: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
    let asked: Vec<_> = std::env::args().skip(1).collect();
    if asked == ["--bench"] || asked.iter().any(|word| word == "summary") {
        summary::print();
    }
}

/// A bank as text, and as what reading it gives.
struct Made {
    size: Size,
    raw: Vec<RawFile>,
    texts: Vec<String>,
    json: Vec<String>,
    bank: Bank,
}

impl Made {
    fn new(size: Size) -> Made {
        let raw = bank::bank(size);
        let texts: Vec<_> = raw.iter().map(|file| String::from_utf8(file.bytes.clone()).expect("made of text")).collect();
        let json = |text: &String| serde_yaml::from_str::<serde_json::Value>(text).expect("made without a fault").to_string();
        let json = texts.iter().map(json).collect();
        let (bank, faults) = load(raw.clone());
        assert!(faults.is_empty(), "the made-up bank must have no fault: {:?}", faults.first());
        assert_eq!(bank.questions.len(), size.questions);
        Made { size, raw, texts, json, bank }
    }

    fn bytes(&self) -> usize {
        self.texts.iter().map(String::len).sum()
    }
}

static MADE: LazyLock<Vec<Made>> = LazyLock::new(|| SIZES.map(Made::new).into());

fn made(size: &Size) -> &'static Made {
    MADE.iter().find(|made| made.size == *size).expect("one of the sizes")
}

/// Readers of the same bytes, each into what it is good for.
mod read {
    use granit_parser::{Options, Parser};

    /// markband's own parser, events only: the least that reading YAML takes.
    pub(crate) fn granit_events(text: &str) -> usize {
        let mut options = Options::default();
        options.emit_comments = false;
        let events = Parser::new_from_str_with_options(text, options);
        events.inspect(|event| assert!(event.is_ok(), "made without a fault")).count()
    }

    pub(crate) fn saphyr(text: &str) -> serde_json::Value {
        let options = serde_saphyr::options! {
            budget: serde_saphyr::budget! { max_events: usize::MAX, max_nodes: usize::MAX, max_total_scalar_bytes: usize::MAX },
        };
        serde_saphyr::from_str_with_options(text, options).expect("made without a fault")
    }

    pub(crate) fn yaml(text: &str) -> serde_yaml::Value {
        serde_yaml::from_str(text).expect("made without a fault")
    }

    pub(crate) fn json(text: &str) -> serde_json::Value {
        serde_json::from_str(text).expect("made without a fault")
    }

    pub(crate) fn all<T>(texts: &[String], read: impl Fn(&str) -> T) -> Vec<T> {
        texts.iter().map(|text| read(text)).collect()
    }
}

/// Reading a bank with every check, beside the YAML readers on the same bytes and JSON on the same values.
#[divan::bench_group(max_time = 3, sample_size = 1)]
mod check {
    use super::*;

    #[divan::bench(args = SIZES)]
    fn a_markband_check(bencher: Bencher, size: &Size) {
        let made = made(size);
        bencher.counter(BytesCount::new(made.bytes())).with_inputs(|| made.raw.clone()).bench_values(load);
    }

    fn peer<T>(bencher: Bencher, texts: &[String], read: impl Fn(&str) -> T + Sync) {
        let bytes: usize = texts.iter().map(String::len).sum();
        bencher.counter(BytesCount::new(bytes)).bench(|| read::all(texts, &read));
    }

    #[divan::bench(args = SIZES)]
    fn b_granit_events(bencher: Bencher, size: &Size) {
        peer(bencher, &made(size).texts, read::granit_events);
    }

    #[divan::bench(args = SIZES)]
    fn c_serde_saphyr(bencher: Bencher, size: &Size) {
        peer(bencher, &made(size).texts, read::saphyr);
    }

    #[divan::bench(args = SIZES)]
    fn d_serde_yaml(bencher: Bencher, size: &Size) {
        peer(bencher, &made(size).texts, read::yaml);
    }

    #[divan::bench(args = SIZES)]
    fn e_serde_json(bencher: Bencher, size: &Size) {
        peer(bencher, &made(size).json, read::json);
    }
}

/// Choosing and freezing a paper from a bank that is loaded.
#[divan::bench_group(max_time = 2)]
mod setting {
    use super::*;

    fn paper(bencher: Bencher, size: &Size, format: &str) {
        let bank = &made(size).bank;
        let format = bank.format(format).expect("a made-up format");
        bencher.bench(|| set(bank, format, None, Seed(7)).expect("the bank can fill it"));
    }

    #[divan::bench(args = &SIZES[..4])]
    fn with_sources(bencher: Bencher, size: &Size) {
        paper(bencher, size, SOURCES_PAPER);
    }

    #[divan::bench(args = &SIZES[..4])]
    fn short_and_essays(bencher: Bencher, size: &Size) {
        paper(bencher, size, ESSAYS_PAPER);
    }
}

/// Runs the real program.
fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_markband"));
    command.args(args).env("MARKBAND_HOME", std::env::temp_dir().join("markband-has-no-home-here"));
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Runs the program from its start to its end and returns what it wrote.
fn run(mut command: Command) -> Vec<u8> {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{command:?} failed");
    output.stdout
}

/// A program that has begun to write. It is waited for only when this is dropped.
struct Begun(Child);

impl Drop for Begun {
    fn drop(&mut self) {
        let _ = std::io::copy(&mut self.0.stdout.take().expect("piped"), &mut std::io::sink());
        let _ = self.0.wait();
    }
}

/// Runs the program up to its first byte of output.
fn begin(mut command: Command) -> Begun {
    let mut child = command.spawn().expect("the program starts");
    child.stdout.as_mut().expect("piped").read_exact(&mut [0]).expect("the program writes");
    Begun(child)
}

const PAPER_1: &str = "ib-history-paper-1";

fn set_paper_1(out: &Path) -> Command {
    program(&["set", PAPER_1, "--seed", "7", "--out", out.to_str().expect("a plain path")])
}

fn templates() -> (Templates, Words) {
    let (templates, _) = files::templates(&[]);
    let (words, _) = files::words(&templates);
    (templates, words)
}

fn paper_1() -> (Paper, FrozenSchemes) {
    let (bank, _) = load(files::shipped_bank(false));
    set(&bank, bank.format(PAPER_1).expect("shipped"), None, Seed(7)).expect("the bank can fill it")
}

/// Makes the three documents of a paper side by side, as the program does. Returns their bytes.
fn print_paper((paper, frozen): &(Paper, FrozenSchemes), templates: &Templates, words: &Words) -> Vec<Vec<u8>> {
    let documents = [Some(exam_paper(paper, words)), source_booklet(paper, words), Some(mark_scheme(paper, frozen, words))];
    std::thread::scope(|scope| {
        let printing: Vec<_> = documents.iter().flatten().map(|document| scope.spawn(|| page(document, templates))).collect();
        printing.into_iter().map(|thread| thread.join().expect("printed")).collect()
    })
}

#[cfg(feature = "pdf")]
fn page(document: &markband::document::Document, templates: &Templates) -> Vec<u8> {
    markband::view::pdf::pdf(document, templates).expect("printed")
}

#[cfg(not(feature = "pdf"))]
fn page(document: &markband::document::Document, templates: &Templates) -> Vec<u8> {
    markband::view::html::html(document, templates).expect("printed").into_bytes()
}

/// Lets Typst forget what it has laid out, so that the next paper is work and not memory.
fn forget() {
    #[cfg(feature = "pdf")]
    typst::comemo::evict(0);
}

/// A whole Paper 1 from the bank in the program: the process, and its stages in a process that is warm.
#[divan::bench_group(max_time = 4, sample_size = 1)]
mod paper_1 {
    use super::*;

    #[divan::bench]
    fn a_cold_process(bencher: Bencher) {
        let folder = || tempfile::tempdir().expect("a folder");
        bencher.with_inputs(folder).bench_values(|out| (run(set_paper_1(out.path())), out));
    }

    #[divan::bench]
    fn b_load(bencher: Bencher) {
        bencher.bench(|| load(files::shipped_bank(false)));
    }

    #[divan::bench]
    fn c_set(bencher: Bencher) {
        let (bank, _) = load(files::shipped_bank(false));
        let format = bank.format(PAPER_1).expect("shipped");
        bencher.bench(|| set(&bank, format, None, Seed(7)).expect("the bank can fill it"));
    }

    #[divan::bench]
    fn d_print(bencher: Bencher) {
        let (paper, (templates, words)) = (super::paper_1(), templates());
        bencher.with_inputs(forget).bench_values(|()| print_paper(&paper, &templates, &words));
    }

    #[divan::bench]
    fn e_print_again(bencher: Bencher) {
        let (paper, (templates, words)) = (super::paper_1(), templates());
        bencher.bench(|| print_paper(&paper, &templates, &words));
    }
}

/// `markband list` as a process, from its start.
#[divan::bench_group(max_time = 2, sample_size = 1)]
mod list {
    use super::*;

    #[divan::bench]
    fn a_questions_first_byte(bencher: Bencher) {
        bencher.bench(|| begin(program(&["list", "questions"])));
    }

    #[divan::bench]
    fn b_questions_to_the_end(bencher: Bencher) {
        bencher.bench(|| run(program(&["list", "questions"])));
    }

    #[divan::bench(args = &SIZES[..4])]
    fn c_questions_of_a_folder(bencher: Bencher, size: &Size) {
        let folder = folder(made(size));
        bencher.bench(|| run(program(&["list", "questions", "--bank", folder.path().to_str().expect("a plain path")])));
    }

    #[divan::bench(args = &SIZES[..4])]
    fn d_formats_of_a_folder(bencher: Bencher, size: &Size) {
        let folder = folder(made(size));
        bencher.bench(|| run(program(&["list", "formats", "--bank", folder.path().to_str().expect("a plain path")])));
    }
}

/// Writes a bank to a folder of its own.
fn folder(made: &Made) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for name in ["question-bank", "mark-schemes"] {
        std::fs::create_dir(folder.path().join(name)).expect("a folder");
    }
    for file in &made.raw {
        std::fs::write(folder.path().join(&file.path), &file.bytes).expect("room on the disk");
    }
    folder
}
