//! PDF, by Typst: tagged pages (PDF/UA-1) from a Document and the templates below `templates/print/`.
//!
//! The Document goes in as JSON and is never evaluated as code. Nothing is read from disk or the network, and
//! there is no date, so the same Document and templates give the same bytes.

use super::Templates;
use crate::diag::Fault;
use crate::document::Document;
use std::sync::LazyLock;
use typst::diag::{FileError, FileResult, SourceDiagnostic, Warned};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World, WorldExt};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

/// Where the print templates stand among all templates.
const FOLDER: &str = "print/";
const MAIN: &str = "document.typ";
const DATA: &str = "document.json";

/// Returns the PDF of a document. A fault tells what in a template is wrong.
pub fn pdf(document: &Document, templates: &Templates) -> Result<Vec<u8>, Vec<Fault>> {
    let press = Press::new(document, templates);
    let result = press.print();
    // Typst remembers what it has laid out. A little helps the next document; all of it, without end, does not.
    typst::comemo::evict(4);
    result
}

static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| LazyHash::new(Library::builder().build()));

/// The fonts that come with markband.
static FONTS: LazyLock<Vec<Font>> = LazyLock::new(|| typst_assets::fonts().flat_map(|data| Font::iter(Bytes::new(data))).collect());

/// Everything Typst may see while it sets one document.
struct Press<'t> {
    templates: &'t Templates,
    sources: Vec<Source>,
    data: Bytes,
    main: FileId,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

fn file_id(path: &str) -> FileId {
    let path = VirtualPath::new(path).unwrap_or_else(|_| VirtualPath::new(MAIN).expect("a plain name is a path"));
    RootedPath::new(VirtualRoot::Project, path).intern()
}

impl<'t> Press<'t> {
    fn new(document: &Document, templates: &'t Templates) -> Press<'t> {
        let print = templates.files.iter().filter_map(|(path, text)| Some((path.strip_prefix(FOLDER)?, text)));
        let mut fonts = FONTS.clone();
        fonts.extend(templates.fonts.iter().flat_map(|data| Font::iter(Bytes::new(data.clone()))));
        Press {
            templates,
            sources: print.map(|(path, text)| Source::new(file_id(path), text.clone())).collect(),
            data: Bytes::new(serde_json::to_vec(document).expect("a document is always JSON")),
            main: file_id(MAIN),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
        }
    }

    fn print(&self) -> Result<Vec<u8>, Vec<Fault>> {
        let Warned { output, .. } = typst::compile::<PagedDocument>(self);
        let pages = output.map_err(|faults| self.faults(&faults))?;
        let standards = PdfStandards::new(&[PdfStandard::Ua_1]).expect("PDF/UA-1 stands by itself");
        let options =
            PdfOptions { standards, ident: Smart::Auto, creator: Smart::Custom(Some("markband".to_owned())), ..PdfOptions::default() };
        typst_pdf::pdf(&pages, &options).map_err(|faults| self.faults(&faults))
    }

    /// Turns Typst's complaints into faults of the template they stand in.
    fn faults(&self, complaints: &[SourceDiagnostic]) -> Vec<Fault> {
        let fault = |complaint: &SourceDiagnostic| {
            // Not the template's fault: the text has a sign that none of the fonts has.
            if let Some((_, rest)) = complaint.message.split_once("the text `")
                && let Some((what, _)) = rest.split_once("` could not be displayed")
            {
                return Fault::error("no-glyph").with("what", what);
            }
            let id = complaint.span.id();
            let source = id.and_then(|id| self.sources.iter().find(|source| source.id() == id));
            let place = source.zip(self.range(complaint.span)).map(|(source, range)| {
                let before = source.text().get(..range.start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let id = source.id();
                format!("{}:{line}", self.templates.shown(&format!("{FOLDER}{}", id.vpath().get_without_slash())))
            });
            let why = match complaint.hints.first() {
                Some(hint) => format!("{} ({})", complaint.message, hint.v),
                None => complaint.message.to_string(),
            };
            Fault::error("template")
                .with("template", place.unwrap_or_else(|| self.templates.shown(&format!("{FOLDER}{MAIN}"))))
                .with("why", why)
        };
        complaints.iter().map(fault).collect()
    }
}

impl World for Press<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        self.sources.iter().find(|source| source.id() == id).cloned().ok_or_else(|| not_found(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == file_id(DATA) {
            return Ok(self.data.clone());
        }
        Err(not_found(id))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

fn not_found(id: FileId) -> FileError {
    FileError::NotFound(id.vpath().get_without_slash().into())
}
