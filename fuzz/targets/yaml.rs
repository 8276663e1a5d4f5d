//! Any text through the YAML door: no panic, every place on whole characters of the text, no tree beyond the limits.
#![no_main]

use libfuzzer_sys::fuzz_target;
use markband::span::{FileId, Files, Span};
use markband::yaml::{Kind, MAX_ALIAS_NODES, MAX_DEPTH, Node, parse};

fuzz_target!(|text: &str| {
    let mut files = Files::default();
    let file = files.add("fuzz.yaml", text);
    let mut faults = Vec::new();
    let tree = parse(&files, file, &mut faults);
    for span in faults.iter().flat_map(|fault| [fault.span, fault.other]).flatten() {
        sound(span, file, text);
        files.place(span);
    }
    assert!(!tree.broken || !faults.is_empty(), "a file that broke off has a fault");
    if let Some(root) = &tree.root {
        let nodes = walk(root, file, text, 0);
        // A value takes a character at least; what is more came from aliases.
        assert!(nodes <= 2 * text.len() + 2 + MAX_ALIAS_NODES, "{nodes} values from {} bytes", text.len());
        root.to_json();
    }
});

/// Returns the number of values.
fn walk(node: &Node, file: FileId, text: &str, depth: usize) -> usize {
    sound(node.span, file, text);
    // An alias may hang a tree as deep as allowed below another.
    assert!(depth <= 2 * MAX_DEPTH, "nested {depth} deep");
    1 + match &node.kind {
        Kind::Scalar { .. } => 0,
        Kind::List(items) => items.iter().map(|item| walk(item, file, text, depth + 1)).sum(),
        Kind::Map(pairs) => pairs.iter().map(|(key, value)| walk(key, file, text, depth + 1) + walk(value, file, text, depth + 1)).sum(),
    }
}

fn sound(span: Span, file: FileId, text: &str) {
    assert_eq!(span.file, file);
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is no part of the text");
}
