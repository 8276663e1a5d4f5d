//! The source booklet: each source in its box under the line that says where it comes from.

use super::{Block, Document, Fact, GlossLine, Kind, SourceBlock, begin, paragraphs, table_block, text};
use crate::bank::format::SourceName;
use crate::bank::source::{Body, Source};
use crate::paper::Paper;
use crate::words::Words;
use std::collections::BTreeMap;

/// Returns the source booklet, if the paper has sources.
pub fn source_booklet(paper: &Paper, words: &Words) -> Option<Document> {
    if paper.source_sets.is_empty() {
        return None;
    }
    let name = paper.source_name();
    let mut document = begin(paper, Kind::SourceBooklet, &format!("{}-booklet", name.word()), words);
    if let Some(cover) = &mut document.cover {
        let labels = paper.source_sets.iter().flat_map(|set| &set.set.sources).map(|source| source.label.as_str());
        let labels: Vec<_> = labels.collect();
        let range = match labels.as_slice() {
            [only] => (*only).to_owned(),
            [first, .., last] => format!("{first}–{last}"),
            [] => String::new(),
        };
        cover.facts.push(Fact { name: words.get(&format!("source.{}s", name.word())), value: range });
        cover.practice_form = None;
        cover.instructions =
            ["keep-closed", "answer-with", "edited"].map(|line| text(&words.get(&format!("booklet.{line}-{}", name.word())))).to_vec();
    }
    document.blocks.push(Block::Heading { level: 2, text: words.get(&format!("source.{}s", name.word())) });
    for set in &paper.source_sets {
        let about = words.say(&format!("booklet.about-{}", name.word()), &[("about", &set.set.about)]);
        document.blocks.push(Block::Instruction { text: text(&about) });
        let sources = set.set.sources.iter().map(|item| Block::Source(source(item, name, &paper.pictures, words)));
        document.blocks.extend(sources);
    }
    Some(document)
}

/// Returns a source as printed.
pub fn source(source: &Source, name: SourceName, pictures: &BTreeMap<String, String>, words: &Words) -> SourceBlock {
    let body = match &source.body {
        Body::Text(raw) => paragraphs(raw).into_iter().map(|text| Block::Paragraph { text }).collect(),
        Body::Table(table) => vec![Block::Table(table_block(table))],
        Body::Picture(picture) => vec![Block::Picture {
            svg: picture.file.as_ref().and_then(|file| pictures.get(&file.value)).cloned(),
            alt: picture.alt.clone().unwrap_or_default(),
            description: paragraphs(&picture.description),
        }],
    };
    let glosses = source.glosses.iter();
    SourceBlock {
        heading: words.say(&format!("source.{}-heading", name.word()), &[("label", &source.label.value)]),
        attribution: text(&source.attribution.split_whitespace().collect::<Vec<_>>().join(" ")),
        body,
        glosses: glosses.map(|gloss| GlossLine { term: gloss.term.value.clone(), meaning: gloss.meaning.clone() }).collect(),
    }
}
