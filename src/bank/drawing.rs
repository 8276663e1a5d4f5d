//! Drawings: what an SVG file may contain. A drawing is data; it may not run anything or fetch anything.
//!
//! An allow-list of elements, so that what nobody thought of is refused too.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

const ELEMENTS: &[&str] = &[
    "svg",
    "g",
    "path",
    "rect",
    "circle",
    "ellipse",
    "line",
    "polyline",
    "polygon",
    "text",
    "tspan",
    "title",
    "desc",
    "defs",
    "symbol",
    "use",
    "linearGradient",
    "radialGradient",
    "stop",
    "clipPath",
    "mask",
    "pattern",
    "marker",
    "metadata",
    "style",
];

/// What is wrong with a drawing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Flaw {
    /// It is not an SVG drawing, or not well-formed.
    NotSvg,
    /// It has something that a drawing may not have.
    Unsafe(String),
}

/// Looks through a drawing and returns the first thing wrong with it.
pub fn flaw(svg: &str) -> Option<Flaw> {
    let mut reader = Reader::from_str(svg);
    let (mut depth, mut elements, mut in_style) = (0usize, 0usize, false);
    loop {
        let (start, opens) = match reader.read_event() {
            Err(_) => return Some(Flaw::NotSvg),
            Ok(Event::Eof) => return (elements == 0 || depth > 0).then_some(Flaw::NotSvg),
            Ok(Event::Start(start)) => (start, true),
            Ok(Event::Empty(start)) => (start, false),
            Ok(Event::End(_)) => {
                depth = depth.saturating_sub(1);
                in_style = false;
                continue;
            }
            Ok(Event::Text(text)) if in_style && fetches(&text) => return Some(Flaw::Unsafe("<style>".to_owned())),
            Ok(Event::CData(text)) if in_style && fetches(&text) => return Some(Flaw::Unsafe("<style>".to_owned())),
            Ok(Event::GeneralRef(_)) if in_style => return Some(Flaw::Unsafe("<style>".to_owned())),
            Ok(Event::DocType(_)) => return Some(Flaw::Unsafe("a DOCTYPE".to_owned())),
            Ok(Event::PI(_)) => return Some(Flaw::Unsafe("a processing instruction".to_owned())),
            Ok(Event::Text(_) | Event::CData(_) | Event::Comment(_) | Event::Decl(_) | Event::GeneralRef(_)) => continue,
        };
        depth += usize::from(opens);
        elements += 1;
        in_style = opens && start.name().as_ref() == "style";
        let name = start.name().as_ref().to_owned();
        if elements == 1 && name != "svg" {
            return Some(Flaw::NotSvg);
        }
        if !ELEMENTS.contains(&name.as_str()) {
            return Some(Flaw::Unsafe(format!("<{}>", crate::record::shorten(&name))));
        }
        if let Some(flaw) = attribute_flaw(&start) {
            return Some(flaw);
        }
    }
}

fn attribute_flaw(start: &BytesStart) -> Option<Flaw> {
    for attribute in start.attributes() {
        let Ok(attribute) = attribute else { return Some(Flaw::NotSvg) };
        let name = attribute.key.as_ref().to_ascii_lowercase();
        let Ok(value) = quick_xml::escape::unescape(&attribute.value) else { return Some(Flaw::NotSvg) };
        let local = name.rsplit(':').next().unwrap_or_default();
        let leads_away = local == "href" && !value.trim().starts_with('#');
        if name.starts_with("on") || leads_away || (fetches(&value) && !name.starts_with("xmlns")) {
            return Some(Flaw::Unsafe(format!("{name}=")));
        }
    }
    None
}

/// Returns whether CSS, or a value that may hold CSS, could fetch something from outside the drawing.
fn fetches(css: &str) -> bool {
    let css: String = css.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_lowercase();
    let outside = css.match_indices("url(").any(|(at, _)| !css[at + 4..].trim_start_matches(['"', '\'']).starts_with('#'));
    // A backslash would let CSS spell `url` in other ways.
    outside || css.contains('\\') || css.contains("@import") || css.contains("javascript:")
}
