//! Any bytes as a bank: nothing panics on the way from the text to the faults as shown and to a paper.
//!
//! A line `=====` parts the file of questions from the file of mark schemes; without it both are the same text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use markband::bank::load::{RawFile, load};
use markband::paper::setting::{Seed, set};
use markband::shell::{faults::render, files};
use markband::words::Words;
use std::sync::LazyLock;

static WORDS: LazyLock<Words> = LazyLock::new(|| files::words(&files::templates(&[]).0).0);

const PARTING: &[u8] = b"\n=====\n";

fuzz_target!(|bytes: &[u8]| {
    let parting = bytes.windows(PARTING.len()).position(|window| window == PARTING);
    let (questions, schemes) = parting.map_or((bytes, bytes), |at| (&bytes[..at + 1], &bytes[at + PARTING.len()..]));
    let file = |path: &str, bytes: &[u8]| RawFile { path: path.to_owned(), shown: path.to_owned(), bytes: bytes.to_vec(), supplied: false };
    let (bank, faults) = load(vec![file("question-bank/x.yaml", questions), file("mark-schemes/x.yaml", schemes)]);
    for fault in &faults {
        for span in [fault.span, fault.other].into_iter().flatten() {
            let text = bank.files.text(span.file);
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{}: {span:?} is no part of the text", fault.code);
        }
    }
    // Drawing a fault takes longer than finding a hundred.
    for fault in faults.iter().take(3) {
        render(fault, &bank.files, &WORDS);
    }
    for format in bank.formats.iter().take(3) {
        let _ = set(&bank, format, None, Seed(7));
    }
});
