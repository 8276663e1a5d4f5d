//! Faults as people read them: what, where with the text, and the cure; or as JSON.

use crate::diag::{Fault, Severity};
use crate::span::{Files, Span};
use crate::words::Words;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use serde_json::{Value, json};

/// Returns a fault as shown on a terminal, with colours that the stream takes out where they are not wanted.
pub fn render(fault: &Fault, files: &Files, words: &Words) -> String {
    let (says, cure) = words.fault(fault);
    let level = match fault.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
    };
    let title = level.primary_title(says).id(fault.code);
    let cure_title = Level::HELP.with_name(words.get("screen.cure"));
    let width = terminal_size::terminal_size().map_or(120, |(width, _)| width.0 as usize);
    let renderer = Renderer::styled().term_width(width);
    let Some(span) = fault.span else {
        // Nothing to be shown between the two lines.
        let says = renderer.render(&[Group::with_title(title)]);
        return match cure.is_empty() {
            true => says,
            false => format!("{says}\n{}", renderer.render(&[Group::with_title(cure_title.secondary_title(cure))])),
        };
    };
    let mut group = title.element(snippet(files, span, AnnotationKind::Primary, None));
    if let Some(other) = fault.other {
        group = group.element(snippet(files, other, AnnotationKind::Context, Some(words.beside(fault))));
    }
    if !cure.is_empty() {
        group = group.element(cure_title.message(cure));
    }
    renderer.render(&[group])
}

/// Bytes of a line shown on either side of a fault.
const LONG_LINE: usize = 1000;

/// Returns the line a span begins on, with the part of the span that is on that line marked.
fn snippet(files: &Files, span: Span, kind: AnnotationKind, label: Option<String>) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let text = files.text(span.file);
    let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
    // Of a very long line only what is near is looked at.
    let near = |at: usize| (0..=at).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let (from, to) = (near(start.saturating_sub(LONG_LINE)), near((start + LONG_LINE).min(text.len())));
    let line_start = text[from..start].rfind('\n').map_or(from, |at| from + at + 1);
    let line_end = text[start..to].find('\n').map_or(to, |at| start + at);
    let marked = start - line_start..end.clamp(start, line_end) - line_start;
    let mut annotation = kind.span(marked);
    if let Some(label) = label {
        annotation = annotation.label(label);
    }
    Snippet::source(&text[line_start..line_end]).path(files.path(span.file)).line_start(files.place(span).line).annotation(annotation)
}

/// Returns a fault for scripts.
pub fn json(fault: &Fault, files: &Files, words: &Words) -> Value {
    let (says, cure) = words.fault(fault);
    let place = |span: Span| {
        let place = files.place(span);
        let end = (span.end as usize).min(files.text(span.file).len());
        let text = files.text(span.file).get(span.start as usize..end).unwrap_or_default();
        json!({"file": files.path(span.file), "line": place.line, "column": place.column, "text": crate::record::shorten(text)})
    };
    json!({
        "code": fault.code,
        "severity": fault.severity,
        "says": says,
        "cure": cure,
        "place": fault.span.map(place),
        "beside": fault.other.map(place),
    })
}
