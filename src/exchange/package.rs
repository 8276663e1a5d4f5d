//! The door to zip archives and their XML: the text of one file of an archive, and its XML as opening, text and
//! closing. Small files that unfold to large ones, document types, entities of one's own and deep nesting are
//! refused.

use crate::diag::Fault;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::io::{Cursor, Read};
use zip::ZipArchive;
use zip::result::ZipError;

/// Bytes of a script's file. An hour's writing takes a hundredth of it; the rest is room for pictures.
pub const MAX_FILE: usize = 32 << 20;
/// Files within an archive. A long document with a picture on every page has some hundreds.
pub const MAX_ENTRIES: usize = 4096;
/// Bytes that the text of a document may unpack to.
pub const MAX_UNPACKED: u64 = 64 << 20;
/// A text may unpack to so many times its packed size. Word processors write XML that shrinks to a twentieth; a bomb
/// shrinks to a thousandth.
pub const MAX_RATIO: u64 = 200;
/// A file may have any ratio up to this size: a blank page shrinks very well.
const ALWAYS_FINE: u64 = 1 << 20;
/// Elements within elements. Tables within tables in text boxes reach about sixty.
pub const MAX_DEPTH: usize = 256;

/// Returns the text of one file of an archive. Nothing else of the archive is unpacked.
pub fn text(bytes: &[u8], name: &str) -> Result<String, Fault> {
    let broken = |why: &dyn std::fmt::Display| Fault::error("package-broken").with("why", why);
    if bytes.len() > MAX_FILE {
        return Err(too_large(MAX_FILE as u64));
    }
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| match error {
        ZipError::InvalidArchive(_) if !bytes.starts_with(b"PK") => Fault::error("package-not-zip"),
        error => broken(&error),
    })?;
    if archive.len() > MAX_ENTRIES {
        return Err(Fault::error("package-entries").with("entries", archive.len()).with("limit", MAX_ENTRIES));
    }
    let entry = archive.by_name(name).map_err(|error| match error {
        ZipError::FileNotFound => Fault::error("package-without").with("name", name),
        error => broken(&error),
    })?;
    // What the archive says of its sizes may be a lie, so what comes out is counted as well.
    let limit = MAX_UNPACKED.min((entry.compressed_size().saturating_mul(MAX_RATIO)).max(ALWAYS_FINE));
    let too_large = || match limit {
        MAX_UNPACKED => too_large(limit),
        _ => Fault::error("package-ratio").with("ratio", MAX_RATIO),
    };
    if entry.size() > limit {
        return Err(too_large());
    }
    let mut unpacked = Vec::new();
    entry.take(limit + 1).read_to_end(&mut unpacked).map_err(|error| broken(&error))?;
    if unpacked.len() as u64 > limit {
        return Err(too_large());
    }
    String::from_utf8(unpacked).map_err(|_| Fault::error("xml-broken").with("line", 1).with("why", "it is not UTF-8 text"))
}

fn too_large(limit: u64) -> Fault {
    Fault::error("package-too-large").with("limit", limit >> 20)
}

/// What stands next in XML.
pub enum Piece<'x> {
    /// An element begins; one without content is closed at once.
    Open(Element<'x>),
    Text(&'x str),
    /// The element opened last ends.
    Close,
}

/// The beginning of an element.
pub struct Element<'x> {
    start: &'x BytesStart<'x>,
}

impl Element<'_> {
    /// Returns the name without its prefix, since programs choose prefixes as they like.
    pub fn name(&self) -> &str {
        let name = self.start.name().into_inner();
        name.rsplit_once(':').map_or(name, |(_, local)| local)
    }

    /// Returns the value of an attribute by its name without the prefix.
    pub fn attribute(&self, wanted: &str) -> Option<String> {
        let found = self.start.attributes().flatten().find(|attribute| {
            let name = attribute.key.into_inner();
            name.rsplit_once(':').map_or(name, |(_, local)| local) == wanted
        })?;
        found.normalized_value(XmlVersion::Implicit1_0).ok().map(|value| value.into_owned())
    }
}

/// Reads XML and hands over one piece after the other.
pub fn read(xml: &str, mut take: impl FnMut(Piece)) -> Result<(), Fault> {
    let mut reader = Reader::from_str(xml.strip_prefix('\u{feff}').unwrap_or(xml));
    let mut depth = 0usize;
    let mut elements = 0usize;
    loop {
        let at = reader.buffer_position() as usize;
        let line = || xml.bytes().take(at).filter(|byte| *byte == b'\n').count() + 1;
        let broken = |why: &dyn std::fmt::Display| Fault::error("xml-broken").with("line", line()).with("why", why);
        match reader.read_event().map_err(|error| broken(&error))? {
            Event::Start(start) => {
                depth += 1;
                elements += 1;
                if depth > MAX_DEPTH {
                    return Err(Fault::error("xml-too-deep").with("limit", MAX_DEPTH));
                }
                take(Piece::Open(Element { start: &start }));
            }
            Event::Empty(start) => {
                elements += 1;
                take(Piece::Open(Element { start: &start }));
                take(Piece::Close);
            }
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                take(Piece::Close);
            }
            Event::Text(text) => take(Piece::Text(&text.xml10_content())),
            Event::CData(text) => take(Piece::Text(&text.xml10_content())),
            Event::GeneralRef(reference) => {
                let written = reference.xml10_content().into_owned();
                let known = match written.as_str() {
                    "amp" => Some('&'),
                    "lt" => Some('<'),
                    "gt" => Some('>'),
                    "quot" => Some('"'),
                    "apos" => Some('\''),
                    _ => reference.resolve_char_ref().ok().flatten(),
                };
                let Some(known) = known else { return Err(Fault::error("xml-entity").with("name", crate::record::shorten(&written))) };
                take(Piece::Text(known.encode_utf8(&mut [0; 4])));
            }
            Event::DocType(_) => return Err(Fault::error("xml-doctype")),
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
            Event::Eof if depth > 0 || elements == 0 => return Err(broken(&"it breaks off")),
            Event::Eof => return Ok(()),
        }
    }
}
