//! Files: the bank and templates that come in the binary, those in folders, and writing that never leaves half
//! a file.

use crate::bank::load::{QUESTIONS, RawFile, SCHEMES};
use crate::diag::Fault;
use crate::view::Templates;
use crate::words::Words;
use rust_embed::RustEmbed;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A larger file is no file of a bank. The 10,000-question bank of the benches, in one file, is half of it.
pub const MAX_FILE: u64 = 32 << 20;
/// All files of a bank together.
pub const MAX_BANK: u64 = 256 << 20;

#[derive(RustEmbed)]
#[folder = "question-bank/"]
#[prefix = "question-bank/"]
struct Questions;

#[derive(RustEmbed)]
#[folder = "mark-schemes/"]
#[prefix = "mark-schemes/"]
struct Schemes;

#[derive(RustEmbed)]
#[folder = "templates/"]
struct ShippedTemplates;

/// Returns the bank that comes in the binary. As a supplement to a bank of the user's own, its files are marked so.
pub fn shipped_bank(supplied: bool) -> Vec<RawFile> {
    fn all<E: RustEmbed>(supplied: bool) -> impl Iterator<Item = RawFile> {
        E::iter().filter(|path| is_bank_file(Path::new(&**path))).filter_map(move |path| {
            let bytes = E::get(&path)?.data.into_owned();
            Some(RawFile { shown: path.to_string(), path: path.into_owned(), bytes, supplied })
        })
    }
    let mut files: Vec<_> = all::<Questions>(supplied).chain(all::<Schemes>(supplied)).collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn is_bank_file(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml" || ending == "svg")
}

/// Reads a bank from a folder. What cannot be read is a fault; the rest is returned.
pub fn bank_in(dir: &Path) -> (Vec<RawFile>, Vec<Fault>) {
    let mut files = Vec::new();
    let mut faults = Vec::new();
    let fault = |code, path: &Path| Fault::error(code).with("path", path.display());
    if !dir.is_dir() {
        return (files, vec![fault("no-folder", dir)]);
    }
    let folders = [QUESTIONS, SCHEMES].map(|name| dir.join(name));
    if !folders.iter().any(|folder| folder.is_dir()) {
        return (files, vec![fault("no-bank", dir)]);
    }
    let mut total = 0;
    for folder in folders.iter().filter(|folder| folder.is_dir()) {
        for path in walk(folder, &mut faults) {
            // A pipe or a device could keep us for ever.
            if fs::metadata(&path).is_ok_and(|data| !data.is_file()) {
                faults.push(fault("cannot-read", &path).with("why", "it is not a regular file"));
                continue;
            }
            let size = fs::metadata(&path).map(|data| data.len()).unwrap_or(0);
            total += size;
            if size > MAX_FILE || total > MAX_BANK {
                let (code, limit) = if size > MAX_FILE { ("file-too-large", MAX_FILE) } else { ("bank-too-large", MAX_BANK) };
                faults.push(fault(code, &path).with("size", size >> 20).with("limit", limit >> 20));
                continue;
            }
            match fs::read(&path) {
                Ok(bytes) => {
                    let relative = path.strip_prefix(dir).unwrap_or(&path);
                    let parts: Vec<_> = relative.iter().map(|part| part.to_string_lossy()).collect();
                    files.push(RawFile { path: parts.join("/"), shown: path.display().to_string(), bytes, supplied: false });
                }
                Err(error) => faults.push(fault("cannot-read", &path).with("why", error)),
            }
        }
    }
    (files, faults)
}

/// Returns the bank files below a folder in the order of their paths. Links to folders are not followed, so that
/// a circle of links cannot hold us.
fn walk(folder: &Path, faults: &mut Vec<Fault>) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) => {
                faults.push(Fault::error("cannot-read").with("path", folder.display()).with("why", error));
                continue;
            }
        };
        for entry in entries.flatten() {
            let path = entry.path();
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            match entry.file_type() {
                Ok(kind) if kind.is_dir() && !hidden => waiting.push(path),
                Ok(_) if is_bank_file(&path) && !hidden => found.push(path),
                Ok(_) | Err(_) => {}
            }
        }
    }
    found.sort();
    found
}

/// Returns the shipped templates, each replaced by a file of the same path in `dirs`, the last folder first.
pub fn templates(dirs: &[PathBuf]) -> (Templates, Vec<Fault>) {
    let mut templates = Templates::default();
    let mut faults = Vec::new();
    for path in ShippedTemplates::iter() {
        if let Some(file) = ShippedTemplates::get(&path) {
            templates.files.insert(path.into_owned(), String::from_utf8_lossy(&file.data).into_owned());
        }
    }
    for dir in dirs {
        if !dir.is_dir() {
            faults.push(Fault::error("no-folder").with("path", dir.display()));
            continue;
        }
        for (folder, ending) in [("print", "typ"), ("web", "hbs"), ("words", "yaml")] {
            for path in entries(&dir.join(folder), &[ending]) {
                let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
                match fs::read_to_string(&path) {
                    Ok(text) => {
                        let key = format!("{folder}/{name}");
                        templates.origins.insert(key.clone(), path.display().to_string());
                        templates.files.insert(key, text);
                    }
                    Err(error) => faults.push(Fault::error("cannot-read").with("path", path.display()).with("why", error)),
                }
            }
        }
        for path in entries(&dir.join("fonts"), &["ttf", "otf"]) {
            match fs::read(&path) {
                Ok(bytes) => templates.fonts.push(bytes),
                Err(error) => faults.push(Fault::error("cannot-read").with("path", path.display()).with("why", error)),
            }
        }
    }
    (templates, faults)
}

fn entries(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let wanted = |path: &PathBuf| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted));
    let mut found: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).filter(wanted).collect();
    found.sort();
    found
}

/// Returns the words of the templates, over the shipped English ones.
pub fn words(templates: &Templates) -> (Words, Vec<Fault>) {
    let shipped = ShippedTemplates::get("words/en.yaml").map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default();
    let (mut words, _, mut faults) = Words::parse("words/en.yaml", &shipped);
    let own = templates.text("words/en.yaml");
    if own == shipped {
        return (words, faults);
    }
    let (own_words, files, own_faults) = Words::parse("words/en.yaml", own);
    words.overlay(own_words);
    // The words file is not part of the bank, so its faults carry their place in words.
    faults.extend(own_faults.into_iter().map(|fault| {
        let place = fault.span.map(|span| files.place(span).line).unwrap_or(1);
        let (why, _) = words.fault(&fault);
        Fault::error("template").with("template", format!("{}:{place}", templates.shown("words/en.yaml"))).with("why", why)
    }));
    (words, faults)
}

/// Writes a file aside and then moves it into place: it is there whole, or as it was before.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Fault> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let attempt = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".markband-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
        let mut aside = builder.tempfile_in(folder)?;
        aside.write_all(bytes)?;
        aside.as_file().sync_all()?;
        aside.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    attempt().map_err(|error| Fault::error("cannot-write").with("path", path.display()).with("why", error))
}
