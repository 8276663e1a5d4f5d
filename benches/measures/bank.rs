//! A bank of any size: made up, but shaped like a real one, and without a fault.
//!
//! Ten questions go together: four on a source set (points, grid and levels), four short ones marked by points,
//! and two essays. With its mark scheme a question is somewhat more than 1 KB of YAML. Nothing depends on chance: the same
//! size gives the same bytes.

use markband::bank::load::RawFile;
use std::fmt::{Display, Formatter, Write};
use std::ops::RangeInclusive;
use std::sync::LazyLock;

/// How large a bank is, and how it is split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Size {
    pub(crate) questions: usize,
    /// All questions in one file and all schemes in another; else at most [`FILE`] in each, as people write.
    pub(crate) one_file: bool,
}

/// The sizes that are measured.
pub(crate) const SIZES: [Size; 5] = [
    Size { questions: 10, one_file: false },
    Size { questions: 100, one_file: false },
    Size { questions: 1_000, one_file: false },
    Size { questions: 10_000, one_file: false },
    Size { questions: 10_000, one_file: true },
];

/// Questions in one file.
const FILE: usize = 500;

/// The format whose questions are all asked about one source set.
pub(crate) const SOURCES_PAPER: &str = "made-sources";
/// The format of short questions and essays.
pub(crate) const ESSAYS_PAPER: &str = "made-essays";

impl Display for Size {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.questions, if self.one_file { " in one file" } else { "" })
    }
}

/// Returns the files of a bank.
pub(crate) fn bank(size: Size) -> Vec<RawFile> {
    let mut files =
        vec![file("question-bank/formats.yaml".to_owned(), formats()), file("mark-schemes/markbands.yaml".to_owned(), markbands())];
    let each = if size.one_file { size.questions } else { FILE };
    for (n, first) in (0..size.questions).step_by(each).enumerate() {
        let mut writer = Writer::new(first);
        for ten in first / 10..(first + each).min(size.questions) / 10 {
            writer.ten(ten);
        }
        let Writer { sets, questions, schemes, .. } = writer;
        files.push(file(format!("question-bank/made-{n:02}.yaml"), format!("source_sets:\n{sets}\nquestions:\n{questions}")));
        files.push(file(format!("mark-schemes/made-{n:02}.yaml"), format!("schemes:\n{schemes}")));
    }
    files
}

fn file(path: String, text: String) -> RawFile {
    RawFile { shown: path.clone(), path, bytes: text.into_bytes(), supplied: false }
}

/// The narrow topics, by turns within the two wide ones.
const TOPICS: usize = 20;

fn formats() -> String {
    let mut text = "topics:\n  - {id: made-politics, title: Politics}\n  - {id: made-economy, title: Economy}\n".to_owned();
    for n in 0..TOPICS {
        let within = ["made-politics", "made-economy"][n % 2];
        writeln!(text, "  - {{id: made-topic-{n:02}, title: Topic {n:02}, within: {within}}}").unwrap();
    }
    text.push_str(
        "
forms:
  - id: made-q1
    title: Made-up question 1
    parts:
      - {label: a, marks: 3, method: points, minutes: 6}
      - {label: b, marks: 2, method: points, minutes: 4}
  - id: made-q2
    title: Made-up question 2
    parts: [{marks: 4, method: grid, minutes: 10}]
  - id: made-q3
    title: Made-up question 3
    parts: [{marks: 6, method: levels, minutes: 15}]
  - id: made-q4
    title: Made-up question 4
    parts: [{marks: 9, method: levels, minutes: 25}]
  - id: made-short
    title: Made-up short question
    parts: [{marks: 3, method: points, minutes: 8}]
  - id: made-essay
    title: Made-up essay
    parts: [{marks: 15, method: levels, minutes: 45}]

formats:
  - id: made-sources
    style: IB
    subject: History
    paper: Made-up source paper
    minutes: 60
    marks: 24
    sections:
      - sources: {count: 4, non_text: 1, max_words: 750}
        slots: [{form: made-q1}, {form: made-q2}, {form: made-q3}, {form: made-q4}]
  - id: made-essays
    style: IB
    subject: History
    paper: Made-up paper of short questions and essays
    minutes: 120
    marks: 42
    sections:
      - slots: [{form: made-short, count: 4}]
      - slots: [{form: made-essay, each_of: [made-politics, made-economy]}]
",
    );
    text
}

fn markbands() -> String {
    let mut text = "markbands:\n".to_owned();
    for (name, bands) in [("q3", ["5-6", "3-4", "1-2", "0"]), ("q4", ["7-9", "4-6", "1-3", "0"]), ("essay", ["11-15", "6-10", "1-5", "0"])]
    {
        writeln!(text, "  - id: made-{name}\n    title: Markbands\n    bands:").unwrap();
        for marks in bands {
            writeln!(
                text,
                "      - marks: {marks}\n        descriptors: [\"The answer is focused on the question.\", \"Claims are supported.\"]"
            )
            .unwrap();
        }
    }
    text
}

/// Writes questions and what belongs to them.
struct Writer {
    sets: String,
    questions: String,
    schemes: String,
    chance: u64,
}

impl Writer {
    fn new(seed: usize) -> Writer {
        Writer { sets: String::new(), questions: String::new(), schemes: String::new(), chance: seed as u64 + 1 }
    }

    /// Returns a number below `end`. (A linear congruence: even enough to choose words.)
    fn below(&mut self, end: usize) -> usize {
        self.chance = self.chance.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.chance >> 33) as usize % end
    }

    fn words(&mut self, count: RangeInclusive<usize>) -> String {
        let n = count.start() + self.below(count.end() - count.start() + 1);
        let words: Vec<_> = (0..n).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join(" ")
    }

    fn sentence(&mut self, count: RangeInclusive<usize>) -> String {
        format!("The {}.", self.words(count))
    }

    /// Writes one source set, ten questions and their eleven schemes.
    fn ten(&mut self, n: usize) {
        let topic = format!("made-topic-{:02}", n % TOPICS);
        self.source_set(n, &topic);
        let id = |k: usize| format!("m{n:05}-{k}");
        self.question(&id(1), "made-q1", Some(n), &topic, &[(Some("a"), "what", 3), (Some("b"), "what", 2)]);
        self.question(&id(2), "made-q2", Some(n), &topic, &[(None, "analyse", 4)]);
        self.question(&id(3), "made-q3", Some(n), &topic, &[(None, "compare-and-contrast", 6)]);
        self.question(&id(4), "made-q4", Some(n), &topic, &[(None, "to-what-extent", 9)]);
        self.points(&format!("{}a", id(1)), 4, 3);
        self.points(&format!("{}b", id(1)), 2, 2);
        self.grid(&id(2));
        self.levels(&id(3), "made-q3", "sources: [A, C]");
        self.levels(&id(4), "made-q4", "sources: [B, D]");
        for k in 5..=8 {
            self.question(&id(k), "made-short", None, &topic, &[(None, "explain", 3)]);
            self.points(&id(k), 3, 3);
        }
        for k in 9..=10 {
            let topic = format!("made-topic-{:02}", (n * 2 + k - 9) % TOPICS);
            self.question(&id(k), "made-essay", None, &topic, &[(None, "discuss", 15)]);
            self.levels(&id(k), "made-essay", "own_knowledge: true");
        }
    }

    fn source_set(&mut self, n: usize, topic: &str) {
        let about = self.words(4..=8);
        writeln!(
            self.sets,
            "  - id: set-{n:05}\n    title: {about}\n    lang: en\n    topics: [{topic}]\n    about: {about}\n    sources:"
        )
        .unwrap();
        for label in ["A", "B", "C", "D"] {
            let (title, words, year) = (self.words(3..=5), self.words(3..=5), 1917 + self.below(40));
            let kind = if label == "D" { "table" } else { "letter" };
            let lower = label.to_lowercase();
            writeln!(self.sets, "      - id: set-{n:05}-{lower}\n        label: {label}\n        kind: {kind}\n        nature: primary")
                .unwrap();
            writeln!(self.sets, "        title: {title}\n        date: \"{year}\"\n        attribution: >-").unwrap();
            writeln!(self.sets, "          A {words}, “{title}”, {year}.\n        rights: {{basis: own-work}}").unwrap();
            if label == "D" {
                let (caption, grain, horses) = (self.words(4..=6), self.below(80), self.below(40));
                writeln!(self.sets, "        table:\n          caption: {caption}\n          head: [Year, Grain, Horses]").unwrap();
                writeln!(self.sets, "          rows:\n            - [\"{year}\", \"{grain}.4\", \"{horses}.1\"]").unwrap();
            } else {
                let (first, second) = (self.sentence(10..=16), self.sentence(10..=16));
                writeln!(self.sets, "        text: |\n          {first}\n          {second}").unwrap();
            }
        }
    }

    fn question(&mut self, id: &str, form: &str, set: Option<usize>, topic: &str, parts: &[(Option<&str>, &str, u16)]) {
        let set = set.map_or(String::new(), |set| format!("    source_set: set-{set:05}\n"));
        write!(self.questions, "  - id: {id}\n    form: {form}\n{set}    lang: en\n    topics: [{topic}]\n    parts:\n").unwrap();
        for (label, term, marks) in parts {
            let label = label.map_or(String::new(), |label| format!("label: {label}\n        "));
            let text = self.sentence(12..=20);
            let sources = if set.is_empty() { "" } else { "        sources: [A, C]\n" };
            write!(
                self.questions,
                "      - {label}text: >-\n          {text}\n        command_term: {term}\n        marks: {marks}\n{sources}"
            )
            .unwrap();
        }
    }

    fn points(&mut self, part: &str, count: usize, any: u16) {
        writeln!(self.schemes, "  - for: {part}\n    points:\n      any: {any}\n      items:").unwrap();
        for n in 0..count {
            let credit = self.sentence(8..=12);
            writeln!(self.schemes, "        - id: point-{n}\n          credit: {credit}").unwrap();
            self.keywords("          ");
        }
    }

    fn grid(&mut self, part: &str) {
        let lists = "rows: [origin, content]\n      columns: [value, limitation]";
        writeln!(self.schemes, "  - for: {part}\n    grid:\n      {lists}\n      one_column_cap: 2\n      cells:").unwrap();
        for (row, column) in [("origin", "value"), ("origin", "limitation"), ("content", "value"), ("content", "limitation")] {
            let credit = self.sentence(8..=12);
            let place = format!("row: {row}\n          column: {column}");
            writeln!(self.schemes, "        - id: {row}-{column}\n          {place}\n          credit: {credit}").unwrap();
            self.keywords("          ");
        }
    }

    fn levels(&mut self, part: &str, markbands: &str, from: &str) {
        let heading = self.words(2..=4);
        writeln!(self.schemes, "  - for: {part}\n    levels:\n      markbands: {markbands}\n      content:").unwrap();
        writeln!(self.schemes, "        - heading: {heading}\n          items:").unwrap();
        for n in 0..3 {
            let credit = self.sentence(12..=18);
            writeln!(self.schemes, "            - id: item-{n}\n              {from}\n              credit: >-\n                {credit}")
                .unwrap();
            self.keywords("              ");
        }
    }

    /// Writes two lines to look for: a choice of phrases, and two ideas that both must be there.
    fn keywords(&mut self, indent: &str) {
        let [one, two, three, four] = std::array::from_fn(|_| self.words(1..=3));
        writeln!(self.schemes, "{indent}keywords:\n{indent}  - {one} | {two}\n{indent}  - all: [{three}, {four}]").unwrap();
    }
}

/// Plain words, some with letters beyond ASCII, none of which YAML takes for anything but a text.
static WORDS: LazyLock<Vec<&str>> = LazyLock::new(|| {
    "peasants grain the policy of collective farms workers and party in village state with harvest quotas against famine kulaks from \
     district orders towards industry plans under leaders by army peace treaty after war revolt terror before trade prices for \
     machines tractors horses livestock to towns bread rations market private growth power congress decree émigrés newspaper \
     cartoon’s propaganda opposition support unrest strikes reform land church schools women soldiers coup election ballot crisis \
     recovery control resistance effects causes results long short rapid slow harsh mild early late many few most some"
        .split_whitespace()
        .collect()
});
