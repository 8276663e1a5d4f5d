//! The only YAML door: a text becomes a tree of [`Node`]s, each with the place where it stands, and every
//! fault that can be seen without knowing what the text is about.
//!
//! Stands on the events of `granit-parser`. A tree of our own, because a derived reader stops at the first
//! fault and forgets places, and ready-made trees drop repeated keys and copy aliases without limit. The
//! text's size is limited by whoever reads the file; this door limits nesting and what aliases unfold to,
//! so that a small file cannot become a large tree.

use crate::diag::Fault;
use crate::span::{FileId, Files, Span};
use granit_parser::{Event, Options, Parser, ScalarStyle};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

/// Containers within containers: a bank needs about twelve.
pub const MAX_DEPTH: usize = 64;
/// Nodes that all aliases of a file may unfold to together.
pub const MAX_ALIAS_NODES: usize = 100_000;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Node<'t> {
    pub span: Span,
    pub kind: Kind<'t>,
}

/// What a value is. Scalars keep their text: only the record that reads one knows whether `1930` is a
/// number or a title.
#[derive(Debug, Clone)]
pub enum Kind<'t> {
    Scalar {
        text: Cow<'t, str>,
        /// Written without quotes, so that it may stand for a number, a truth value or nothing.
        plain: bool,
    },
    List(Vec<Node<'t>>),
    /// Keys in the order written, each once.
    Map(Vec<(Node<'t>, Node<'t>)>),
}

/// A file as far as it could be read.
#[derive(Debug, Default)]
pub struct Tree<'t> {
    /// `None` for an empty file.
    pub root: Option<Node<'t>>,
    /// The file broke off: what follows the fault is missing, which must not be taken for absent.
    pub broken: bool,
}

impl<'t> Node<'t> {
    /// Returns the text of a scalar.
    pub fn text(&self) -> Option<&str> {
        match &self.kind {
            Kind::Scalar { text, .. } => Some(text),
            Kind::List(_) | Kind::Map(_) => None,
        }
    }

    /// Returns the value under a key of a map.
    pub fn get(&self, key: &str) -> Option<&Node<'t>> {
        match &self.kind {
            Kind::Map(pairs) => pairs.iter().find(|(k, _)| k.text() == Some(key)).map(|(_, value)| value),
            Kind::Scalar { .. } | Kind::List(_) => None,
        }
    }

    /// Returns whether the value stands for nothing: an empty value, `~` or `null`.
    pub fn is_null(&self) -> bool {
        matches!(&self.kind, Kind::Scalar { text, plain: true } if matches!(&**text, "" | "~" | "null" | "Null" | "NULL"))
    }

    /// Returns how many values the tree below this one has, itself included.
    fn size(&self) -> usize {
        1 + match &self.kind {
            Kind::Scalar { .. } => 0,
            Kind::List(items) => items.iter().map(Node::size).sum(),
            Kind::Map(pairs) => pairs.iter().map(|(k, v)| k.size() + v.size()).sum(),
        }
    }

    /// Returns the value as JSON by YAML's core rules, which need no record to know what is meant.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value;
        match &self.kind {
            Kind::Scalar { text, plain: false } => Value::String(text.to_string()),
            Kind::Scalar { text, plain: true } => match &**text {
                _ if self.is_null() => Value::Null,
                "true" | "True" | "TRUE" => Value::Bool(true),
                "false" | "False" | "FALSE" => Value::Bool(false),
                number => {
                    serde_json::from_str::<serde_json::Number>(number).map_or_else(|_| Value::String(text.to_string()), Value::Number)
                }
            },
            Kind::List(items) => items.iter().map(Node::to_json).collect(),
            Kind::Map(pairs) => pairs.iter().map(|(k, v)| (k.text().unwrap_or_default().to_owned(), v.to_json())).collect(),
        }
    }
}

/// Reads one file. Faults go to `faults`; what could be read before a fault is kept.
pub fn parse<'t>(files: &'t Files, file: FileId, faults: &mut Vec<Fault>) -> Tree<'t> {
    let mut options = Options::default();
    options.emit_comments = false;
    options.block_nesting_limit = MAX_DEPTH;
    options.flow_nesting_limit = MAX_DEPTH;
    let mut builder = Builder { file, faults, open: Vec::new(), anchors: HashMap::new(), unfolded: 0, root: None };
    let text = files.text(file);
    for next in Parser::new_from_str_with_options(text, options) {
        let fault = match next {
            Ok((event, span)) => builder.event(event, builder.span(span)).err(),
            Err(error) => Some(syntax_fault(&error, file, text)),
        };
        if let Some(fault) = fault {
            builder.faults.push(fault);
            return Tree { root: builder.salvage(), broken: true };
        }
    }
    Tree { root: builder.root, broken: false }
}

/// Turns the parser's error into ours, at a place that exists in the text.
fn syntax_fault(error: &granit_parser::ScanError, file: FileId, text: &str) -> Fault {
    let mut start = error.marker().byte_offset().unwrap_or(0).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let message = error.info();
    let code = if message.contains("nesting") || message.contains("recursion") { "yaml-too-deep" } else { "yaml-syntax" };
    let end = text[start..].chars().next().map_or(start, |c| start + c.len_utf8());
    Fault::error(code).at(Span { file, start: start as u32, end: end as u32 }).with("why", message).with("limit", MAX_DEPTH)
}

/// A container that has begun and not yet ended.
struct Open<'t> {
    node: Node<'t>,
    /// The key read last, waiting for its value.
    key: Option<Node<'t>>,
    /// Keys seen, once a map has too many to look through one by one.
    seen: HashSet<Cow<'t, str>>,
    anchor: usize,
}

struct Builder<'t, 'f> {
    file: FileId,
    faults: &'f mut Vec<Fault>,
    open: Vec<Open<'t>>,
    anchors: HashMap<usize, Node<'t>>,
    unfolded: usize,
    root: Option<Node<'t>>,
}

/// Maps with more keys than this remember them in a set.
const FEW_KEYS: usize = 16;

impl<'t> Builder<'t, '_> {
    fn span(&self, span: granit_parser::Span) -> Span {
        let at = |mark: granit_parser::Marker| mark.byte_offset().unwrap_or(0) as u32;
        Span { file: self.file, start: at(span.start), end: at(span.end) }
    }

    /// Takes in one event. An `Err` ends the reading of this file.
    fn event(&mut self, event: Event<'t>, span: Span) -> Result<(), Fault> {
        if let Some(tag) = event.tag()
            && !tag.is_yaml_core_schema_tag("str")
        {
            self.faults.push(Fault::error("yaml-tag").at(span).with("tag", tag));
        }
        match event {
            Event::DocumentStart(..) if self.root.is_some() => return Err(Fault::error("yaml-documents").at(span)),
            Event::Scalar(text, style, anchor, tag) => {
                let plain = style == ScalarStyle::Plain && tag.is_none();
                self.value(Node { span, kind: Kind::Scalar { text, plain } }, anchor)?;
            }
            Event::SequenceStart(_, anchor, _) => self.begin(Kind::List(Vec::new()), span, anchor),
            Event::MappingStart(_, anchor, _) => self.begin(Kind::Map(Vec::new()), span, anchor),
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(mut done) = self.open.pop() {
                    done.node.span.end = span.end.max(done.node.span.start);
                    self.value(done.node, done.anchor)?;
                }
            }
            Event::Alias(anchor) => {
                let Some(target) = self.anchors.get(&anchor) else {
                    return Err(Fault::error("yaml-alias-of-itself").at(span));
                };
                self.unfolded += target.size();
                if self.unfolded > MAX_ALIAS_NODES {
                    return Err(Fault::error("yaml-alias-bomb").at(span).with("limit", MAX_ALIAS_NODES));
                }
                let copy = Node { span, kind: target.kind.clone() };
                self.value(copy, 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn begin(&mut self, kind: Kind<'t>, span: Span, anchor: usize) {
        self.open.push(Open { node: Node { span, kind }, key: None, seen: HashSet::new(), anchor });
    }

    /// Puts a finished value where it belongs: as the root, an item, a key or a key's value.
    fn value(&mut self, node: Node<'t>, anchor: usize) -> Result<(), Fault> {
        if anchor != 0 {
            self.unfolded += node.size();
            if self.unfolded > MAX_ALIAS_NODES {
                return Err(Fault::error("yaml-alias-bomb").at(node.span).with("limit", MAX_ALIAS_NODES));
            }
            self.anchors.insert(anchor, node.clone());
        }
        let Some(open) = self.open.last_mut() else {
            self.root = Some(node);
            return Ok(());
        };
        match (&mut open.node.kind, open.key.take()) {
            (Kind::List(items), _) => items.push(node),
            (Kind::Map(_), None) => open.key = Some(node),
            (Kind::Map(pairs), Some(key)) => {
                let Some(name) = key.text() else {
                    self.faults.push(Fault::error("yaml-key").at(key.span));
                    return Ok(());
                };
                let first = if pairs.len() < FEW_KEYS {
                    pairs.iter().find(|(k, _)| k.text() == Some(name))
                } else {
                    if open.seen.is_empty() {
                        open.seen = pairs.iter().filter_map(|(k, _)| Some(Cow::Owned(k.text()?.to_owned()))).collect();
                    }
                    match open.seen.insert(Cow::Owned(name.to_owned())) {
                        true => None,
                        false => pairs.iter().find(|(k, _)| k.text() == Some(name)),
                    }
                };
                match first {
                    Some((first, _)) => {
                        let fault = Fault::error("duplicate-key").at(key.span).with("key", name).beside(first.span);
                        self.faults.push(fault);
                    }
                    None => pairs.push((key, node)),
                }
            }
            (Kind::Scalar { .. }, _) => unreachable!("only containers are opened"),
        }
        Ok(())
    }

    /// Returns what was whole when the file broke off: the outermost map and its lists with their finished
    /// items. Anything deeper that was still open is left out rather than shown with half its keys.
    fn salvage(mut self) -> Option<Node<'t>> {
        self.open.truncate(2);
        while let Some(done) = self.open.pop() {
            match self.open.last_mut() {
                None => return Some(done.node),
                Some(parent) => match (&mut parent.node.kind, parent.key.take()) {
                    (Kind::Map(pairs), Some(key)) if matches!(done.node.kind, Kind::List(_)) => pairs.push((key, done.node)),
                    _ => {}
                },
            }
        }
        self.root
    }
}
