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
    let groups = match fault.span {
        Some(span) => {
            let mut group = title.element(snippet(files, span, AnnotationKind::Primary, None));
            if let Some(other) = fault.other {
                group = group.element(snippet(files, other, AnnotationKind::Context, Some(words.get("screen.first-here"))));
            }
            if !cure.is_empty() {
                group = group.element(cure_title.message(cure));
            }
            vec![group]
        }
        None if cure.is_empty() => vec![Group::with_title(title)],
        None => vec![Group::with_title(title), Group::with_title(cure_title.secondary_title(cure))],
    };
    let width = terminal_size::terminal_size().map_or(120, |(width, _)| width.0 as usize);
    Renderer::styled().term_width(width).render(&groups)
}

/// Returns the line a span begins on, with the part of the span that is on that line marked.
fn snippet(files: &Files, span: Span, kind: AnnotationKind, label: Option<String>) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    let text = files.text(span.file);
    let (start, end) = (span.start as usize, (span.end as usize).min(text.len()));
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
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
