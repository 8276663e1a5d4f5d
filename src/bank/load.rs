//! From texts to a [`Bank`]: loading never fails, it returns what it could read and every fault.

use super::{Bank, BankFile, SchemeFile};
use crate::diag::Fault;
use crate::record::{Read, Reader};
use crate::span::{At, Span};
use crate::yaml;
use std::collections::HashSet;

/// The folder of questions, sources and formats.
pub const QUESTIONS: &str = "question-bank/";
/// The folder of mark schemes, markbands and the lexicon.
pub const SCHEMES: &str = "mark-schemes/";

/// A file as it was found.
#[derive(Debug, Clone)]
pub struct RawFile {
    /// Relative to the bank, with `/` between folders.
    pub path: String,
    /// The path a person knows it by.
    pub shown: String,
    pub bytes: Vec<u8>,
    /// Comes with markband. Beside a bank of the user's own it only supplies topics, forms, formats, markbands
    /// and the lexicon that the user's bank does not have itself.
    pub supplied: bool,
}

/// Reads all files, then holds the whole against the rules that go across files.
pub fn load(raw: Vec<RawFile>) -> (Bank, Vec<Fault>) {
    let mut bank = Bank::default();
    let mut faults = Vec::new();
    let mut yaml_files = Vec::new();
    for file in raw {
        match String::from_utf8(file.bytes) {
            Ok(text) if file.path.ends_with(".svg") => {
                if let Some(path) = file.path.strip_prefix(QUESTIONS).filter(|_| !file.supplied) {
                    // As a text is read back: one kind of line end, no control characters, nothing behind the last line.
                    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
                    bank.pictures.insert(path.to_owned(), clean.trim_end().to_owned());
                }
            }
            Ok(text) => {
                bank.bytes += text.len() as u64;
                // An editor's byte order mark is not part of the text.
                let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
                let id = bank.files.add(file.shown, text);
                if !file.supplied {
                    bank.own_files.push(id);
                }
                yaml_files.push((id, file.path, file.supplied));
            }
            Err(error) => {
                let sound = error.utf8_error().valid_up_to();
                let mut bytes = error.into_bytes();
                bytes.truncate(sound);
                let text = String::from_utf8(bytes).unwrap_or_default();
                let end = text.len() as u32;
                let id = bank.files.add(file.shown, text);
                faults.push(Fault::error("not-utf8").at(Span { file: id, start: end, end }));
            }
        }
    }
    let mut broken = !faults.is_empty();
    let mut reader = Reader::new(&mut faults);
    let mut read = Vec::new();
    for (id, path, supplied) in yaml_files {
        let tree = yaml::parse(&bank.files, id, reader.faults);
        broken |= tree.broken;
        let Some(root) = tree.root else {
            if !tree.broken {
                reader.faults.push(Fault::warning("empty-file").at(Span { file: id, start: 0, end: 0 }));
            }
            continue;
        };
        match path.starts_with(SCHEMES) {
            true => read.push((supplied, None, SchemeFile::read(&root, &mut reader))),
            false => read.push((supplied, BankFile::read(&root, &mut reader), None)),
        }
    }
    let left_out = std::mem::take(&mut reader.left_out);
    // The user's own records first, so that a supplied one of the same id gives way.
    read.sort_by_key(|(supplied, ..)| *supplied);
    let mut supplied_lexicon = Vec::new();
    for (supplied, questions, schemes) in read {
        if let Some(file) = questions {
            let own_topics = ids(&bank.topics, supplied, |topic| &topic.id);
            bank.topics.extend(file.topics.into_iter().filter(|topic| !own_topics.contains(&topic.id.value)));
            let own_forms = ids(&bank.forms, supplied, |form| &form.id);
            bank.forms.extend(file.forms.into_iter().filter(|form| !own_forms.contains(&form.id.value)));
            let own_formats = ids(&bank.formats, supplied, |format| &format.id);
            bank.formats.extend(file.formats.into_iter().filter(|format| !own_formats.contains(&format.id.value)));
            if !supplied {
                bank.source_sets.extend(file.source_sets);
                bank.questions.extend(file.questions);
            }
        }
        if let Some(file) = schemes {
            let own_bands = ids(&bank.markbands, supplied, |bands| &bands.id);
            bank.markbands.extend(file.markbands.into_iter().filter(|bands| !own_bands.contains(&bands.id.value)));
            match supplied {
                true => supplied_lexicon.extend(file.lexicon),
                false => {
                    bank.schemes.extend(file.schemes);
                    bank.lexicon.extend(file.lexicon);
                }
            }
        }
    }
    if bank.lexicon.is_empty() {
        bank.lexicon = supplied_lexicon;
    }
    bank.reindex();
    super::check::check(&bank, &Known { left_out, broken }, &mut faults);
    faults.sort_by_key(|fault| (fault.span, fault.code));
    (bank, faults)
}

/// What is known to be missing for a reason already told, so that it need not be told again.
pub struct Known {
    /// Ids of records that had faults of their own.
    pub left_out: HashSet<String>,
    /// Some file broke off, so that absence means nothing.
    pub broken: bool,
}

/// Returns the ids already there, if it is a supplied record that would have to give way.
fn ids<T>(list: &[T], supplied: bool, id: impl Fn(&T) -> &At<String>) -> HashSet<String> {
    match supplied {
        true => list.iter().map(|item| id(item).value.clone()).collect(),
        false => HashSet::new(),
    }
}
