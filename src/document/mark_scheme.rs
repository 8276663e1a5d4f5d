//! The mark scheme: each question repeated, what earns its marks, and the markbands. Not for candidates.

use super::{Block, Document, Fact, Kind, Style, TableBlock, Text, begin, duration, part_block, styled, text};
use crate::bank::question::{Part, Question};
use crate::bank::scheme::{Grid, Levels, MarkScheme, Markbands, Method, Point, Points, Sequence};
use crate::paper::{FrozenSchemes, Paper, TeacherNote};
use crate::words::Words;

/// Returns the mark scheme of a paper.
pub fn mark_scheme(paper: &Paper, frozen: &FrozenSchemes, words: &Words) -> Document {
    let mut document = begin(paper, Kind::MarkScheme, "mark-scheme", words);
    document.furniture.turn_over = String::new();
    if let Some(cover) = &mut document.cover {
        cover.facts.push(Fact { name: words.get("cover.maximum-mark"), value: paper.format.marks.to_string() });
        cover.practice_form = None;
        let notes = ["confidential", "credit", "indicative", "whole-marks", "best-fit"];
        cover.instructions = notes.map(|note| text(&words.get(&format!("scheme.general.{note}")))).to_vec();
    }
    let blocks = &mut document.blocks;
    blocks.push(Block::Heading { level: 2, text: words.get("scheme.overview") });
    blocks.push(overview(paper, words));
    for (section, questions) in paper.sections() {
        if let Some(title) = &section.title {
            blocks.push(Block::Heading { level: 2, text: title.clone() });
        }
        for set in questions {
            for (id, part) in set.question.parts_with_ids() {
                blocks.extend(asked(&set.number, &set.question, part, words));
                if let Some(scheme) = frozen.scheme(&id) {
                    blocks.extend(scheme_blocks(scheme, part.marks.value, &|id| frozen.markbands(id), words));
                }
            }
        }
    }
    if let Some(boundaries) = &paper.format.boundaries {
        blocks.push(Block::Heading { level: 2, text: words.get("scheme.boundaries") });
        blocks.push(Block::Paragraph { text: text(&words.say("scheme.boundaries-note", &[("session", &boundaries.session)])) });
        blocks.push(Block::Table(TableBlock {
            caption: words.get("scheme.boundaries"),
            caption_hidden: true,
            head: std::iter::once(words.get("scheme.grade")).chain(boundaries.grades.iter().map(|b| b.grade.clone())).collect(),
            widths: vec![0; boundaries.grades.len() + 1],
            rows: vec![
                std::iter::once(vec![styled(Style::Strong, words.get("scheme.from-mark"))])
                    .chain(boundaries.grades.iter().map(|b| vec![text(&b.mark.to_string())]))
                    .collect(),
            ],
            note: None,
        }));
    }
    if !frozen.notes.is_empty() {
        blocks.push(Block::Heading { level: 2, text: words.get("scheme.teacher-notes") });
        for note in &frozen.notes {
            let mut line = styled(Style::Strong, about(note, paper, words));
            line.push(super::Run { style: Style::Plain, text: " ".to_owned() });
            line.extend(text(&note.text));
            blocks.push(Block::Paragraph { text: line });
        }
    }
    document
}

/// Returns what a teacher's note is about, as printed.
fn about(note: &TeacherNote, paper: &Paper, words: &Words) -> String {
    let title = note.title.as_deref().unwrap_or_default();
    match (&note.number, &note.label) {
        (Some(number), _) => words.say("scheme.about", &[("about", &words.say("question.spoken", &[("number", number)]))]),
        (None, Some(label)) => {
            let heading = words.say(&format!("source.{}-heading", paper.source_name().word()), &[("label", label)]);
            words.say("scheme.about-source", &[("heading", &heading), ("title", &title)])
        }
        (None, None) => words.say("scheme.about", &[("about", &title)]),
    }
}

/// Returns the heading and the question as asked, for one part.
fn asked(number: &str, question: &Question, part: &Part, words: &Words) -> Vec<Block> {
    let label = part.label.as_ref().map(|label| format!("({label})")).unwrap_or_default();
    let number = format!("{number}{label}");
    let heading = words.say("question.spoken", &[("number", &number)]);
    let mut block = part_block(part, words);
    block.label = String::new();
    vec![Block::Heading { level: 3, text: heading }, Block::Asked { number, parts: vec![block], stem: question.stem.as_deref().map(text) }]
}

/// Returns a table of questions, what they ask, marks and minutes.
fn overview(paper: &Paper, words: &Words) -> Block {
    let mut rows = Vec::new();
    for set in paper.questions() {
        for (part, minutes) in set.question.parts.iter().zip(&set.minutes) {
            let label = part.label.as_ref().map(|label| format!("({label})")).unwrap_or_default();
            let sources: Vec<_> = part.sources.iter().map(|label| label.value.as_str()).collect();
            let cells = [
                format!("{}{label}", set.number),
                words.get(&format!("command.{}", part.command_term.word())),
                sources.join(", "),
                part.marks.to_string(),
                duration(*minutes, words),
            ];
            rows.push(cells.map(|cell| vec![text(&cell)]).to_vec());
        }
    }
    Block::Table(TableBlock {
        caption: words.get("scheme.overview"),
        caption_hidden: true,
        head: ["question", "command-term", "sources", "marks", "minutes"].map(|name| words.get(&format!("scheme.column.{name}"))).to_vec(),
        widths: vec![0, 3, 2, 1, 2],
        rows,
        note: None,
    })
}

/// Returns everything a marker needs for one part, after the question.
pub fn scheme_blocks<'s>(scheme: &'s MarkScheme, marks: u16, bands: &impl Fn(&str) -> Option<&'s Markbands>, words: &Words) -> Vec<Block> {
    let mut blocks = method_blocks(&scheme.method, marks, bands, words);
    if !scheme.notes.is_empty() {
        blocks.push(Block::Heading { level: 4, text: words.get("scheme.marker-notes") });
        blocks.push(Block::List { items: scheme.notes.iter().map(|note| text(note)).collect() });
    }
    blocks
}

fn method_blocks<'s>(method: &'s Method, marks: u16, bands: &impl Fn(&str) -> Option<&'s Markbands>, words: &Words) -> Vec<Block> {
    match method {
        Method::Points(points) => points_blocks(points, marks, words),
        Method::Grid(grid) => grid_blocks(grid, marks, words),
        Method::Levels(levels) => levels_blocks(levels, bands, words),
        Method::Sequence(sequence) => sequence_blocks(sequence, words),
        Method::Choice(choice) => {
            let items = choice.options.iter().map(|option| {
                let key = if option.correct { "scheme.correct" } else { "scheme.not-correct" };
                text(&words.say(key, &[("text", &option.text)]))
            });
            vec![Block::List { items: items.collect() }]
        }
        Method::Strands(strands) => {
            let strand = |strand: &'s crate::bank::scheme::Strand| {
                let marks = words.count("question.marks", strand.marks.value);
                let heading = words.say("scheme.strand", &[("title", &strand.title), ("marks", &marks)]);
                let mut blocks = vec![Block::Heading { level: 4, text: heading }];
                blocks.extend(method_blocks(&strand.method, strand.marks.value, bands, words));
                blocks
            };
            strands.iter().flat_map(strand).collect()
        }
    }
}

fn rule(words: String) -> Block {
    Block::Instruction { text: text(&words) }
}

/// Returns the paragraphs of one cell for something to be credited: what it is, and how else it may be said.
fn credit(point: &Point, words: &Words) -> Vec<Text> {
    let mut lines = vec![text(&point.credit)];
    let mut add = |key: &str, items: &[String]| {
        if !items.is_empty() {
            let mut line = styled(Style::Strong, words.get(key));
            line.push(super::Run { style: Style::Plain, text: format!(" {}", items.join("; ")) });
            lines.push(line);
        }
    };
    add("scheme.accept", &point.accept);
    add("scheme.reject", &point.reject);
    if let Some(needs) = &point.needs {
        add("scheme.needs", std::slice::from_ref(&needs.value));
    }
    lines
}

fn points_blocks(points: &Points, marks: u16, words: &Words) -> Vec<Block> {
    let mut blocks = vec![rule(words.say("scheme.points-rule", &[("marks", &words.count("scheme.up-to", marks))]))];
    let rows = points.items.iter().map(|point| {
        let worth = words.say("scheme.mark-cell", &[("n", &point.worth())]);
        vec![credit(point, words), vec![text(&worth)]]
    });
    blocks.push(Block::Table(TableBlock {
        caption: words.get("scheme.points"),
        caption_hidden: true,
        head: vec![words.get("scheme.column.points"), words.get("scheme.column.marks")],
        widths: vec![1, 0],
        rows: rows.collect(),
        note: None,
    }));
    let mut rules = Vec::new();
    rules.extend(points.any.map(|any| words.say("scheme.any-of", &[("n", &any)])));
    rules.extend(points.groups.iter().map(|group| words.say("scheme.group-cap", &[("group", &group.id.value), ("cap", &group.cap)])));
    rules.extend(points.award.iter().map(|award| words.say("scheme.award", &[("points", &award.points), ("mark", &award.mark)])));
    rules.extend(points.rejected.iter().map(|rejected| words.say("scheme.rejected", &[("credit", &rejected.credit)])));
    if !rules.is_empty() {
        blocks.push(Block::List { items: rules.iter().map(|rule| text(rule)).collect() });
    }
    blocks
}

fn grid_blocks(grid: &Grid, marks: u16, words: &Words) -> Vec<Block> {
    let mut blocks = vec![rule(words.say("scheme.grid-rule", &[("marks", &words.count("scheme.up-to", marks))]))];
    let capitalised = |word: &str| {
        let mut letters = word.chars();
        letters.next().map(|first| first.to_uppercase().chain(letters).collect::<String>()).unwrap_or_default()
    };
    let rows = grid.rows.iter().map(|row| {
        let cells = grid.columns.iter().map(|column| {
            let of_cell = grid.cells.iter().filter(|cell| cell.row.value == *row && cell.column.value == *column);
            of_cell.map(|cell| text(&cell.credit)).collect()
        });
        std::iter::once(vec![styled(Style::Strong, capitalised(row))]).chain(cells).collect()
    });
    blocks.push(Block::Table(TableBlock {
        caption: words.get("scheme.grid"),
        caption_hidden: true,
        head: std::iter::once(String::new()).chain(grid.columns.iter().map(|column| capitalised(column))).collect(),
        widths: std::iter::once(0).chain(grid.columns.iter().map(|_| 1)).collect(),
        rows: rows.collect(),
        note: None,
    }));
    let columns = grid.columns.join("/");
    let mut caps = Vec::new();
    caps.extend(grid.one_column_cap.map(|cap| words.say("scheme.one-column-cap", &[("columns", &columns), ("cap", &cap)])));
    caps.extend(grid.missing_row_cap.map(|cap| words.say("scheme.missing-row-cap", &[("rows", &grid.rows.join(", ")), ("cap", &cap)])));
    if !caps.is_empty() {
        blocks.push(Block::List { items: caps.iter().map(|cap| text(cap)).collect() });
    }
    blocks
}

fn levels_blocks<'s>(levels: &'s Levels, bands: &impl Fn(&str) -> Option<&'s Markbands>, words: &Words) -> Vec<Block> {
    let mut blocks = Vec::new();
    if !levels.content.is_empty() {
        blocks.push(Block::Heading { level: 4, text: words.get("scheme.indicative") });
    }
    for group in &levels.content {
        blocks.push(Block::Heading { level: 5, text: group.heading.clone() });
        let items = group.items.iter().map(|item| {
            let sources: Vec<_> = item.sources.iter().map(|label| label.value.as_str()).collect();
            let mut line = text(&item.credit);
            if !sources.is_empty() {
                line.extend(styled(Style::Emph, format!(" ({})", sources.join(", "))));
            } else if item.own_knowledge {
                line.extend(styled(Style::Emph, format!(" ({})", words.get("scheme.own-knowledge"))));
            }
            line
        });
        blocks.push(Block::List { items: items.collect() });
    }
    if !levels.features.is_empty() {
        blocks.push(Block::Heading { level: 4, text: words.get("scheme.limits") });
        let rules = levels.features.iter().map(|rule| {
            let feature = words.get(&format!("scheme.feature.{}", rule.feature.word()));
            text(&words.say("scheme.limit", &[("feature", &feature), ("ceiling", &rule.ceiling.value), ("why", &rule.why)]))
        });
        blocks.push(Block::List { items: rules.collect() });
    }
    if let Some(table) = bands(&levels.markbands) {
        blocks.extend(markbands_blocks(table, words));
    }
    blocks
}

/// Returns a table of markbands with how to use it.
pub fn markbands_blocks(table: &Markbands, words: &Words) -> Vec<Block> {
    let named = table.bands.iter().any(|band| band.level.is_some());
    let rows = table.bands.iter().map(|band| {
        let mut cells = vec![vec![styled(Style::Strong, band.marks.to_string())]];
        if named {
            cells.push(vec![text(band.level.as_deref().unwrap_or_default())]);
        }
        cells.push(band.descriptors.iter().map(|line| text(line)).collect());
        cells
    });
    let column = |name: &str| words.get(&format!("scheme.column.{name}"));
    let (head, widths) = match named {
        true => (vec![column("marks"), column("level"), column("descriptors")], vec![0, 0, 1]),
        false => (vec![column("marks"), column("descriptors")], vec![0, 1]),
    };
    vec![
        Block::Heading { level: 4, text: table.title.clone() },
        Block::Table(TableBlock {
            caption: table.title.clone(),
            caption_hidden: true,
            head,
            widths,
            rows: rows.collect(),
            note: table.note.as_deref().map(text),
        }),
    ]
}

fn sequence_blocks(sequence: &Sequence, words: &Words) -> Vec<Block> {
    let column = |name: &str| words.get(&format!("scheme.column.{name}"));
    let mut blocks = vec![Block::Table(TableBlock {
        caption: words.get("scheme.events"),
        caption_hidden: true,
        head: vec![column("date"), column("event")],
        widths: vec![0, 1],
        rows: sequence
            .events
            .iter()
            .map(|event| {
                let date = match event.within_years {
                    Some(years) => words.say("scheme.date-within", &[("date", &event.date), ("years", &years)]),
                    None => event.date.clone(),
                };
                vec![vec![text(&date)], vec![text(&event.credit)]]
            })
            .collect(),
        note: None,
    })];
    if let Some(marks) = sequence.order_marks {
        blocks.push(rule(words.count("scheme.order", marks)));
    }
    blocks
}
