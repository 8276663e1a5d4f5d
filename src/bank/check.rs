//! The rules that go across records: ids, references, totals, rights and keywords.
//!
//! Each rule notes every breach and goes on. A reference to a record that was left out for a fault of its own is
//! not a second fault.

use super::Bank;
use super::drawing::{self, Flaw};
use super::format::{Form, Format, Section};
use super::load::Known;
use super::pattern::Pattern;
use super::question::Question;
use super::scheme::{Grid, Levels, MarkScheme, Markbands, Method, Point, Points};
use super::source::{Body, QUOTATION_WORDS, RightsBasis, Source, SourceSet};
use crate::diag::{Fault, nearest};
use crate::record::scheme_of;
use crate::span::At;
use std::collections::HashMap;

/// Notes every breach of the rules in a bank.
pub fn check(bank: &Bank, known: &Known, faults: &mut Vec<Fault>) {
    let mut checker = Checker { bank, known, faults, guesses: GUESSES };
    checker.ids();
    checker.topic_tree();
    bank.source_sets.iter().for_each(|set| checker.source_set(set));
    bank.questions.iter().for_each(|question| checker.question(question));
    bank.schemes.iter().for_each(|scheme| checker.scheme(scheme));
    bank.markbands.iter().for_each(|bands| checker.markbands(bands));
    bank.formats.iter().for_each(|format| checker.format(format));
    checker.lexicon();
}

struct Checker<'b> {
    bank: &'b Bank,
    known: &'b Known,
    faults: &'b mut Vec<Fault>,
    /// How many more misspelt references are worth looking for a near one.
    guesses: usize,
}

/// A bank with more dangling references than this has another trouble than spelling.
const GUESSES: usize = 200;

impl<'b> Checker<'b> {
    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn ids(&mut self) {
        let bank = self.bank;
        let sources = bank.source_sets.iter().flat_map(|set| &set.sources).map(|source| &source.id);
        let candidates = bank.questions.iter().map(|q| &q.id).chain(bank.source_sets.iter().map(|set| &set.id)).chain(sources);
        self.unique(candidates, true);
        self.unique(bank.topics.iter().map(|topic| &topic.id), true);
        self.unique(bank.forms.iter().map(|form| &form.id), true);
        self.unique(bank.formats.iter().map(|format| &format.id), true);
        self.unique(bank.markbands.iter().map(|bands| &bands.id), true);
        self.unique(bank.schemes.iter().map(|scheme| &scheme.part), false);
        // A part's id is made of the question's and its letter; it must not be another question's or part's.
        let mut parts: HashMap<String, &At<String>> = HashMap::new();
        for question in &bank.questions {
            for (id, _) in question.parts_with_ids() {
                // Two questions of one id have been told of already.
                if let Some(other) = parts.get(&id).filter(|other| other.value != question.id.value) {
                    self.fault(Fault::error("part-id-twice").at(question.id.span).with("id", &id).beside(other.span));
                }
                parts.insert(id, &question.id);
            }
        }
    }

    fn topic_tree(&mut self) {
        let bank = self.bank;
        for topic in &bank.topics {
            self.topics(topic.within.as_slice());
            if let Some(within) = topic.within.as_ref().filter(|within| bank.lies_within(within, &topic.id)) {
                self.fault(Fault::error("topic-circle").at(within.span).with("id", &topic.id.value));
            }
        }
    }

    /// Returns whether a record is all there, so that its totals mean something.
    fn whole(&self, id: &str) -> bool {
        !self.known.left_out.contains(id)
    }

    /// Ids are used once, and — where `shaped` — consist of what is safe in a file name and a command.
    fn unique(&mut self, ids: impl Iterator<Item = &'b At<String>>, shaped: bool) {
        let mut seen: HashMap<&str, &At<String>> = HashMap::new();
        for id in ids {
            let sound = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            if shaped && (id.is_empty() || !id.chars().all(sound)) {
                self.fault(Fault::error("bad-id").at(id.span).with("id", &id.value));
            }
            match seen.get(id.as_str()) {
                Some(first) => {
                    let fault = Fault::error("duplicate-id").at(id.span).with("id", &id.value).beside(first.span);
                    self.fault(fault);
                }
                None => {
                    seen.insert(id.as_str(), id);
                }
            }
        }
    }

    /// Notes a reference that leads nowhere, unless the reason has already been told.
    fn dangling(&mut self, kind: &'static str, id: &At<String>, known: impl IntoIterator<Item = &'b str>) {
        if self.known.broken || self.known.left_out.contains(&id.value) {
            return;
        }
        let known: Vec<_> = known.into_iter().collect();
        let near = match self.guesses {
            0 => None,
            _ => nearest(id.as_str(), known.iter().copied()),
        };
        self.guesses = self.guesses.saturating_sub(1);
        let cure = match (near, kind) {
            (Some(near), _) => format!("did you mean `{near}`?"),
            (None, _) if known.is_empty() => "there are none".to_owned(),
            (None, _) if known.len() <= 12 => format!("there are: {}", known.join(", ")),
            (None, "topic") => "`markband list topics` shows what there is".to_owned(),
            (None, "source set") => "`markband list sources` shows what there is".to_owned(),
            (None, _) => "look at how it is spelled where it is made".to_owned(),
        };
        self.fault(Fault::error("unknown-reference").at(id.span).with("kind", kind).with("id", &id.value).with("cure", cure));
    }

    fn topics(&mut self, topics: &[At<String>]) {
        for topic in topics.iter().filter(|topic| self.bank.topic(topic).is_none()) {
            self.dangling("topic", topic, self.bank.topics.iter().map(|topic| topic.id.as_str()));
        }
    }

    fn source_set(&mut self, set: &'b SourceSet) {
        self.topics(&set.topics);
        if set.sources.is_empty() && self.whole(&set.id) {
            self.fault(Fault::error("empty-list").at(set.id.span).with("what", "source set").with("of", "sources"));
        }
        self.labels(set.sources.iter().map(|source| &source.label));
        set.sources.iter().for_each(|source| self.source(source));
    }

    fn labels(&mut self, labels: impl Iterator<Item = &'b At<String>>) {
        let mut seen: HashMap<&str, &At<String>> = HashMap::new();
        for label in labels {
            if let Some(first) = seen.insert(label.as_str(), label) {
                self.fault(Fault::error("duplicate-label").at(label.span).with("label", &label.value).beside(first.span));
            }
        }
    }

    fn source(&mut self, source: &Source) {
        if source.attribution.trim().is_empty() {
            self.fault(Fault::error("no-attribution").at(source.attribution.span));
        }
        self.rights(source);
        match &source.body {
            Body::Text(_) => {}
            Body::Table(table) => {
                for row in table.rows.iter().filter(|row| row.len() != table.head.len()) {
                    let fault = Fault::error("table-row").at(row.span).with("cells", row.len()).with("columns", table.head.len());
                    self.fault(fault);
                }
            }
            Body::Picture(picture) => {
                if picture.alt.as_deref().is_none_or(|alt| alt.trim().is_empty()) {
                    self.fault(Fault::error("no-alt").at(source.id.span).with("source", &source.id.value));
                }
                if let Some(file) = &picture.file {
                    self.picture(file);
                }
            }
        }
        let text = format!("{} {} {}", source.title, source.attribution.value, source.body.reading_text()).to_lowercase();
        for gloss in &source.glosses {
            if !text.contains(&gloss.term.to_lowercase()) {
                self.fault(Fault::warning("gloss-not-found").at(gloss.term.span).with("term", &gloss.term.value));
            }
        }
    }

    fn picture(&mut self, file: &At<String>) {
        let Some(svg) = self.bank.pictures.get(&file.value) else {
            self.fault(Fault::error("no-picture").at(file.span).with("file", &file.value));
            return;
        };
        match drawing::flaw(svg) {
            Some(Flaw::Unsafe(found)) => {
                self.fault(Fault::error("picture-unsafe").at(file.span).with("file", &file.value).with("found", found));
            }
            Some(Flaw::NotSvg) => self.fault(Fault::error("picture-not-svg").at(file.span).with("file", &file.value)),
            None => {}
        }
    }

    fn rights(&mut self, source: &Source) {
        let basis = &source.rights.basis;
        let text = source.body.reading_text();
        let words = text.split_whitespace().count();
        let proven = source.rights.proof.as_deref().is_some_and(|proof| !proof.trim().is_empty());
        match basis.value {
            RightsBasis::Quotation if words > QUOTATION_WORDS => {
                let span = match &source.body {
                    Body::Text(text) => text.span,
                    Body::Table(_) | Body::Picture(_) => source.id.span,
                };
                self.fault(Fault::error("quotation-too-long").at(span).with("words", words).with("limit", QUOTATION_WORDS));
            }
            RightsBasis::Quotation => {}
            RightsBasis::Adapted => {
                if !source.attribution.starts_with("Adapted from ") {
                    self.fault(Fault::error("adapted-heading").at(source.attribution.span));
                }
                self.quoted_runs(source);
            }
            RightsBasis::OwnWork => self.quoted_runs(source),
            RightsBasis::PublicDomain | RightsBasis::Licensed if !proven => {
                self.fault(Fault::error("rights-proof").at(basis.span).with("basis", basis.value.word()));
            }
            RightsBasis::PublicDomain | RightsBasis::Licensed => {}
        }
    }

    /// A paraphrase may quote, but no more than a quotation may.
    fn quoted_runs(&mut self, source: &Source) {
        let Body::Text(text) = &source.body else { return };
        let longest = text.split('“').skip(1).filter_map(|rest| rest.split('”').next()).map(|run| run.split_whitespace().count()).max();
        if let Some(words) = longest.filter(|words| *words > QUOTATION_WORDS) {
            self.fault(Fault::error("quotation-too-long").at(text.span).with("words", words).with("limit", QUOTATION_WORDS));
        }
    }

    fn question(&mut self, question: &'b Question) {
        let bank = self.bank;
        self.topics(&question.topics);
        let set = question.source_set.as_ref().and_then(|id| bank.source_set(id));
        if let (Some(id), None) = (&question.source_set, set) {
            self.dangling("source set", id, bank.source_sets.iter().map(|set| set.id.as_str()));
        }
        for label in question.parts.iter().flat_map(|part| &part.sources) {
            match set {
                Some(set) if set.sources.iter().any(|source| source.label == *label) => {}
                Some(set) if !self.whole(&set.id) => {}
                Some(set) => self.dangling("source", label, set.sources.iter().map(|source| source.label.as_str())),
                None if question.source_set.is_some() => {}
                None => self.dangling("source", label, []),
            }
        }
        match bank.form(&question.form) {
            Some(form) => self.parts_against_form(question, form),
            None => self.dangling("form", &question.form, bank.forms.iter().map(|form| form.id.as_str())),
        }
        if !self.known.broken {
            for (id, _) in question.parts_with_ids() {
                if bank.scheme(&id).is_none() && self.whole(&scheme_of(&id)) {
                    self.fault(Fault::error("no-scheme").at(question.id.span).with("part", id));
                }
            }
        }
    }

    fn parts_against_form(&mut self, question: &Question, form: &Form) {
        if !self.whole(&question.id) || !self.whole(&form.id) {
            return;
        }
        let labels = |labels: Vec<Option<&str>>| match labels.as_slice() {
            [None] => "one part without a letter".to_owned(),
            many => many.iter().map(|label| label.unwrap_or("?")).collect::<Vec<_>>().join(", "),
        };
        let has: Vec<_> = question.parts.iter().map(|part| part.label.as_deref()).collect();
        let wants: Vec<_> = form.parts.iter().map(|part| part.label.as_deref()).collect();
        if has != wants {
            let fault = Fault::error("parts-against-form").at(question.id.span).with("form", &form.id.value);
            let has = if has.is_empty() { "no parts".to_owned() } else { labels(has) };
            self.fault(fault.with("has", has).with("wants", labels(wants)));
            return;
        }
        for (part, wanted) in question.parts.iter().zip(&form.parts).filter(|(part, wanted)| part.marks.value != wanted.marks) {
            let fault = Fault::error("marks-against-form").at(part.marks.span).with("marks", part.marks.value);
            self.fault(fault.with("wants", wanted.marks).with("form", &form.id.value));
        }
    }

    fn scheme(&mut self, scheme: &'b MarkScheme) {
        let bank = self.bank;
        let Some((question, part)) = bank.part(&scheme.part) else {
            if !self.known.broken && !self.known.left_out.iter().any(|id| scheme.part.starts_with(id.as_str())) {
                let near = match self.guesses {
                    0 => None,
                    _ => nearest(&scheme.part, bank.index.parts.keys().map(String::as_str)),
                };
                self.guesses = self.guesses.saturating_sub(1);
                let cure =
                    near.map_or("`markband list questions` shows the questions".to_owned(), |near| format!("did you mean `{near}`?"));
                self.fault(Fault::error("scheme-for-nothing").at(scheme.part.span).with("part", &scheme.part.value).with("cure", cure));
            }
            return;
        };
        let wanted = bank.form(&question.form).and_then(|form| form.parts.iter().find(|wanted| wanted.label == part.label));
        if let Some(wanted) = wanted.filter(|wanted| wanted.method != scheme.method.kind()) {
            let fault = Fault::error("method-against-form").at(scheme.part.span).with("has", scheme.method.kind().word());
            self.fault(fault.with("wants", wanted.method.word()).with("form", &question.form.value));
        }
        self.method(scheme, &scheme.method, part.marks.value, question);
    }

    fn method(&mut self, scheme: &'b MarkScheme, method: &'b Method, marks: u16, question: &'b Question) {
        match method {
            Method::Points(points) => self.points(scheme, points, marks),
            Method::Grid(grid) => self.grid(scheme, grid, marks),
            Method::Levels(levels) => self.levels(scheme, levels, marks, question),
            Method::Sequence(sequence) => {
                self.enough(scheme, sequence.events.len() as u32 + u32::from(sequence.order_marks.unwrap_or(0)), marks);
                self.unique(sequence.events.iter().map(|event| &event.id), false);
                for event in &sequence.events {
                    self.keywords(&event.id, &event.keywords);
                }
            }
            Method::Choice(choice) => {
                let right = choice.options.iter().filter(|option| option.correct).count();
                self.unique(choice.options.iter().map(|option| &option.id), false);
                if right == 0 && self.whole(&scheme_of(&scheme.part)) {
                    self.fault(Fault::error("choice-without-key").at(scheme.part.span));
                }
            }
            Method::Strands(strands) => {
                self.unique(strands.iter().map(|strand| &strand.id), false);
                let total: u32 = strands.iter().map(|strand| u32::from(strand.marks.value)).sum();
                if total != u32::from(marks) && self.whole(&scheme_of(&scheme.part)) {
                    let fault = Fault::error("strand-marks").at(scheme.part.span).with("total", total).with("marks", marks);
                    self.fault(fault.with("part", &scheme.part.value));
                }
                for strand in strands {
                    match &strand.method {
                        Method::Strands(_) => self.fault(Fault::error("strands-within-strands").at(strand.id.span)),
                        method => self.method(scheme, method, strand.marks.value, question),
                    }
                }
            }
        }
    }

    /// The points of a scheme must be enough for the marks of its part.
    fn enough(&mut self, scheme: &MarkScheme, total: u32, marks: u16) {
        if total < u32::from(marks) && self.whole(&scheme_of(&scheme.part)) {
            let fault = Fault::error("points-against-marks").at(scheme.part.span).with("part", &scheme.part.value);
            self.fault(fault.with("total", total).with("marks", marks));
        }
    }

    fn points(&mut self, scheme: &'b MarkScheme, points: &'b Points, marks: u16) {
        self.unique(points.items.iter().map(|point| &point.id).chain(points.rejected.iter().map(|r| &r.id)), false);
        self.unique(points.groups.iter().map(|group| &group.id), false);
        for point in &points.items {
            self.keywords(&point.id, &point.keywords);
            if let Some(needs) = point.needs.as_ref().filter(|needs| !points.items.iter().any(|other| other.id == **needs)) {
                self.dangling("point", needs, points.items.iter().map(|point| point.id.as_str()));
            }
            if let Some(group) = point.group.as_ref().filter(|group| !points.groups.iter().any(|other| other.id == **group)) {
                self.dangling("group", group, points.groups.iter().map(|group| group.id.as_str()));
            }
        }
        for rejected in &points.rejected {
            self.keywords(&rejected.id, &rejected.keywords);
            if let Some(cancels) = rejected.cancels.as_ref().filter(|id| !points.items.iter().any(|point| point.id == **id)) {
                self.dangling("point", cancels, points.items.iter().map(|point| point.id.as_str()));
            }
        }
        // The most an answer can earn: groups up to their caps, then the best `any`, then the award table.
        let worth = |point: &Point| u32::from(point.worth());
        let grouped = |name: Option<&At<String>>| -> u32 { points.items.iter().filter(|p| p.group.as_ref() == name).map(worth).sum() };
        let in_groups: u32 = points.groups.iter().map(|group| grouped(Some(&group.id)).min(u32::from(group.cap))).sum();
        let mut total = grouped(None) + in_groups;
        if let Some(any) = points.any {
            let mut worths: Vec<_> = points.items.iter().map(worth).collect();
            worths.sort_unstable_by(|a, b| b.cmp(a));
            total = total.min(worths.iter().take(any as usize).sum());
        }
        if !points.award.is_empty() {
            let reached = points.award.iter().filter(|award| u32::from(award.points) <= total);
            total = reached.map(|award| u32::from(award.mark)).max().unwrap_or(0);
        }
        self.enough(scheme, total, marks);
    }

    fn grid(&mut self, scheme: &'b MarkScheme, grid: &'b Grid, marks: u16) {
        self.unique(grid.cells.iter().map(|cell| &cell.id), false);
        for cell in &grid.cells {
            self.keywords(&cell.id, &cell.keywords);
            for (name, kind, known) in [(&cell.row, "row", &grid.rows), (&cell.column, "column", &grid.columns)] {
                if !known.contains(&name.value) {
                    self.dangling(kind, name, known.iter().map(String::as_str));
                }
            }
        }
        self.enough(scheme, grid.cells.len() as u32, marks);
    }

    fn levels(&mut self, scheme: &'b MarkScheme, levels: &'b Levels, marks: u16, question: &'b Question) {
        let bank = self.bank;
        match bank.markbands(&levels.markbands) {
            Some(bands) if bands.top() != marks && self.whole(&bands.id) => {
                let fault = Fault::error("markbands-against-marks").at(levels.markbands.span).with("part", &scheme.part.value);
                self.fault(fault.with("markbands", &bands.id.value).with("top", bands.top()).with("marks", marks));
            }
            Some(_) => {}
            None => self.dangling("table of markbands", &levels.markbands, bank.markbands.iter().map(|bands| bands.id.as_str())),
        }
        let items = || levels.content.iter().flat_map(|group| &group.items);
        self.unique(items().map(|item| &item.id), false);
        let set = question.source_set.as_ref().and_then(|id| bank.source_set(id));
        for item in items() {
            self.keywords(&item.id, &item.keywords);
            for label in &item.sources {
                if let Some(set) = set.filter(|set| self.whole(&set.id) && !set.sources.iter().any(|source| source.label == *label)) {
                    self.dangling("source", label, set.sources.iter().map(|source| source.label.as_str()));
                }
            }
        }
        for rule in levels.features.iter().filter(|rule| rule.ceiling.value >= marks) {
            self.fault(Fault::warning("ceiling-too-high").at(rule.ceiling.span).with("ceiling", rule.ceiling.value).with("marks", marks));
        }
    }

    fn keywords(&mut self, id: &At<String>, keywords: &[Pattern]) {
        if !keywords.iter().any(Pattern::can_match) {
            self.fault(Fault::error("no-keyword").at(id.span).with("id", &id.value));
        }
    }

    fn markbands(&mut self, bands: &'b Markbands) {
        if !self.whole(&bands.id) {
            return;
        }
        if bands.bands.is_empty() {
            self.fault(Fault::error("empty-list").at(bands.id.span).with("what", "table of markbands").with("of", "bands"));
        }
        for pair in bands.bands.windows(2) {
            let (upper, lower) = (&pair[0].marks, &pair[1].marks);
            if u32::from(upper.low) != u32::from(lower.high) + 1 {
                self.fault(
                    Fault::error("bands-gap").at(lower.span).with("lower", lower.value).with("upper", upper.value).beside(upper.span),
                );
            }
        }
    }

    fn format(&mut self, format: &'b Format) {
        let bank = self.bank;
        for slot in format.sections.iter().flat_map(|section| &section.slots) {
            if bank.form(&slot.form).is_none() {
                self.dangling("form", &slot.form, bank.forms.iter().map(|form| form.id.as_str()));
            }
            self.topics(&slot.each_of);
        }
        let total: Option<u32> = format.sections.iter().map(|section| section_marks(bank, section)).sum();
        let forms = format.sections.iter().flat_map(|section| &section.slots).map(|slot| &slot.form);
        let sound = self.whole(&format.id) && forms.into_iter().all(|form| self.whole(form));
        if let Some(total) = total.filter(|total| sound && *total != u32::from(format.marks.value)) {
            let fault = Fault::error("format-marks").at(format.marks.span).with("total", total).with("marks", format.marks.value);
            self.fault(fault.with("format", &format.id.value));
        }
    }

    fn lexicon(&mut self) {
        let mut seen: HashMap<String, &At<String>> = HashMap::new();
        for spelling in self.bank.lexicon.iter().flat_map(|term| std::iter::once(&term.term).chain(&term.also)) {
            if let Some(first) = seen.insert(spelling.to_lowercase(), spelling) {
                self.fault(Fault::error("lexicon-twice").at(spelling.span).with("word", &spelling.value).beside(first.span));
            }
        }
    }
}

/// Returns the marks a candidate can earn in a section, or `None` if one of its forms is unknown. Where only some
/// questions are answered, all are worth the same.
pub fn section_marks(bank: &Bank, section: &Section) -> Option<u32> {
    let mut total = 0u32;
    let mut each = 0u32;
    for slot in &section.slots {
        each = bank.form(&slot.form)?.marks();
        total = total.saturating_add(each.saturating_mul(slot.seats() as u32));
    }
    Some(section.answer.map_or(total, |answer| u32::from(answer).saturating_mul(each)))
}
