//! A script from a file: text divided by question headings.
//!
//! Headings are looked for line by line ([`super::heading`]); here it is decided which of them are meant so. What
//! certainly is one, such as `Question 2`, counts. What may as well be an item of a list, such as `2. …`, counts only
//! where the paper's order has room for it and no list is going on; where that was a guess, a fault says so. Nothing
//! is lost: what no part can be given is returned as it stands.

use super::heading::{Form, Heading, Numbers, Target};
use super::script_file;
use crate::diag::Fault;
use crate::paper::{Paper, SetQuestion, VERSION};
use crate::record::shorten;
use crate::script::{Answer, Script, Slip, clean, slips};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Bytes of a script that is nothing but text: two hundred times what anybody writes in an hour.
const MAX_TEXT: usize = 4 << 20;

/// What a script may be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Plain text or Markdown.
    Text,
    Docx,
    Odt,
}

/// Text that belongs to no part.
#[derive(Debug, Clone, PartialEq)]
pub struct Unplaced {
    pub why: Why,
    /// Line at which it begins, from 1.
    pub line: usize,
    pub text: String,
}

/// Why text belongs to no part.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// It stands before the first heading.
    BeforeTheFirst,
    /// The heading's number, as written, is not on the paper.
    UnknownNumber(String),
    /// The question has several parts, and nothing says which.
    WhichPart(String),
}

/// A script as far as it could be made out.
#[derive(Debug, Clone, PartialEq)]
pub struct Import {
    pub script: Script,
    pub unplaced: Vec<Unplaced>,
    /// What somebody should look at.
    pub faults: Vec<Fault>,
}

/// A paragraph of a document.
#[derive(Debug, Clone, Default)]
pub struct Paragraph {
    pub text: String,
    /// A heading by its style.
    pub heading: bool,
    /// The program that wrote it draws a number or a bullet before it.
    pub numbered: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Line {
    pub text: String,
    pub heading: bool,
}

/// The lines of a document.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    pub list: Vec<Line>,
    /// Paragraphs with a number or a bullet that is drawn and not written.
    pub numbered: usize,
}

impl Lines {
    /// Adds a paragraph, and a blank line behind it.
    pub fn push(&mut self, paragraph: &Paragraph) {
        let text = clean(&paragraph.text);
        let blank = text.trim().is_empty();
        self.numbered += usize::from(paragraph.numbered && !blank);
        if !blank {
            self.list.extend(text.split('\n').map(|line| Line { text: line.to_owned(), heading: paragraph.heading }));
            self.list.push(Line::default());
        }
    }
}

/// Reads a script. Without a name for the candidate, the one that the file gives is taken, or else `fallback`.
pub fn read(paper: &Paper, kind: Kind, bytes: &[u8], candidate: Option<&str>, fallback: &str) -> Result<Import, Fault> {
    let lines = match kind {
        Kind::Docx => super::docx::lines(bytes)?,
        Kind::Odt => super::odt::lines(bytes)?,
        Kind::Text => {
            let text = decode(bytes)?;
            if let Some(mut import) = script_file::read(paper, text) {
                if let Some(name) = candidate {
                    import.script.candidate = name.to_owned();
                }
                return Ok(import);
            }
            let list = clean(text).split('\n').map(|line| Line { text: line.to_owned(), heading: false }).collect();
            Lines { list, numbered: 0 }
        }
    };
    let mut import = divide(paper, lines, fallback);
    if let Some(name) = candidate {
        import.script.candidate = name.to_owned();
    }
    Ok(import)
}

fn decode(bytes: &[u8]) -> Result<&str, Fault> {
    if bytes.len() > MAX_TEXT {
        return Err(Fault::error("package-too-large").with("limit", MAX_TEXT >> 20));
    }
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let line = bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count() + 1;
        Fault::error("script-not-utf8").with("line", line)
    })?;
    // Text in UTF-16 with only plain letters is UTF-8 to the letter, with a zero beside each.
    if text.contains('\0') {
        return Err(Fault::error("script-not-utf8").with("line", 1));
    }
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// A stretch of lines under one heading.
struct Stretch {
    /// `None` before the first heading.
    target: Option<Target>,
    line: usize,
    text: String,
}

/// Divides lines by the headings among them.
fn divide(paper: &Paper, lines: Lines, fallback: &str) -> Import {
    let slips = slips(paper);
    let printed = Printed::of(paper);
    let mut faults = Vec::new();
    let mut lines_left = lines.list;
    let (candidate, code) = front(&mut lines_left);
    if let Some(code) = code.filter(|code| !code.eq_ignore_ascii_case(&paper.reference)) {
        faults.push(Fault::warning("script-other-paper").with("code", shorten(&code)).with("paper", &paper.reference));
    }
    let chosen = choose(&slips, &printed, &lines_left, &mut faults);
    let mut stretches = cut_up(&lines_left, &chosen);
    if slips.len() == 1 && !stretches.iter().any(|stretch| stretch.target.is_some()) {
        // There is only one thing that the text can be an answer to.
        stretches.iter_mut().for_each(|stretch| stretch.target = Some(Target::Part(0)));
    }
    let mut answers: BTreeMap<usize, String> = BTreeMap::new();
    let mut twice = BTreeSet::new();
    let mut unplaced = Vec::new();
    for Stretch { target, line, text } in stretches {
        let text = printed.without_titles(&text);
        let why = match target {
            Some(Target::Part(part)) => {
                let text = tidy(printed.without_question(part, text));
                if let Some(earlier) = answers.get_mut(&part).filter(|_| !text.is_empty()) {
                    earlier.push_str("\n\n");
                    earlier.push_str(&text);
                    twice.insert(part);
                } else if !text.is_empty() {
                    answers.insert(part, text);
                }
                continue;
            }
            Some(Target::Group(key)) => Why::WhichPart(key.join("")),
            Some(Target::Unknown(number)) => Why::UnknownNumber(number),
            Some(Target::Letter(_)) | None => Why::BeforeTheFirst,
        };
        let text = match &why {
            Why::WhichPart(number) => tidy(printed.without_stem(number, text)),
            Why::BeforeTheFirst | Why::UnknownNumber(_) => tidy(text),
        };
        if !text.is_empty() {
            unplaced.push(Unplaced { why, line, text });
        }
    }
    for part in twice {
        faults.push(Fault::warning("script-twice").with("number", &slips[part].number));
    }
    for (line, missing, above) in chosen.doubted.iter().filter(|(_, missing, _)| !answers.contains_key(missing)) {
        let above = above.map_or("–", |part| slips[part].number.as_str());
        let text = shorten(lines_left[*line].text.trim());
        let fault = Fault::warning("script-list").with("line", line + 1).with("text", text).with("number", above);
        faults.push(fault.with("missing", &slips[*missing].number));
    }
    if answers.is_empty() && !unplaced.is_empty() {
        faults.push(Fault::warning("script-no-headings"));
    }
    if lines.numbered > 0 {
        faults.push(Fault::warning("script-drawn-numbers").with("n", lines.numbered));
    }
    let answers = answers.into_iter().map(|(part, text)| answer(&slips[part], text)).collect();
    let script = Script {
        markband: VERSION,
        paper: paper.reference.clone(),
        candidate: candidate.unwrap_or_else(|| fallback.to_owned()),
        handed_in: None,
        receipt: None,
        answers,
        late: Vec::new(),
        remarks: Vec::new(),
    };
    Import { script, unplaced, faults }
}

/// Returns the answer to a part, as a file gives it.
pub fn answer(slip: &Slip, text: String) -> Answer {
    Answer { part: slip.part.clone(), number: slip.number.clone(), text, seconds: None }
}

/// Takes lines such as `Name: Ada` and `Paper: MB-1234-5678` from the top, and returns what they say.
fn front(lines: &mut [Line]) -> (Option<String>, Option<String>) {
    static NAME: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^\W*(?:candidate|name|student)\W*:\W*(\w.*?)\W*$").expect("a pattern"));
    static CODE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)^\W*paper\W*:\W*(MB-[0-9A-F]{4}-[0-9A-F]{4})\W*$").expect("a pattern"));
    const TOP: usize = 12;
    let mut found = (None, None);
    for line in lines.iter_mut().take(TOP) {
        let place = match (NAME.captures(&line.text), CODE.captures(&line.text)) {
            (Some(name), _) if found.0.is_none() => (&mut found.0, name[1].to_owned()),
            (_, Some(code)) if found.1.is_none() => (&mut found.1, code[1].to_owned()),
            _ if line.text.trim().is_empty() => continue,
            // Further down such a line is somebody's text.
            _ => break,
        };
        *place.0 = Some(place.1);
        line.text.clear();
    }
    found
}

/// The headings that are meant so.
struct Chosen {
    /// Line, target, and where the line's own text begins.
    headings: Vec<(usize, Target, usize)>,
    /// Lines taken for items of a list, the part each could have been, and the part it is now in.
    doubted: Vec<(usize, usize, Option<usize>)>,
}

/// Decides which lines are headings.
fn choose(slips: &[Slip], printed: &Printed, lines: &[Line], faults: &mut Vec<Fault>) -> Chosen {
    let numbers = Numbers::of(slips);
    let mut found: Vec<(usize, Heading, bool)> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let after_blank = at == 0 || lines[at - 1].text.trim().is_empty();
        let scanned = numbers.scan(&line.text, line.heading);
        let Some(mut heading) = scanned.or_else(|| {
            let part = printed.begins(&line.text, following(lines, at))?;
            Some(Heading { target: Some(Target::Part(part)), form: Form::Text, number: None, rest: 0 })
        }) else {
            continue;
        };
        // The question's own text behind its number leaves no doubt.
        if let Some(Target::Part(part)) = heading.target
            && printed.begins(&line.text[heading.rest..], following(lines, at)) == Some(part)
            && heading.form != Form::Text
        {
            heading.form = Form::Named;
        }
        found.push((at, heading, after_blank));
    }
    let on_paper = |heading: &Heading| matches!(heading.target, Some(Target::Part(_) | Target::Group(_)));
    let named = found.iter().any(|(_, heading, _)| heading.form == Form::Named && on_paper(heading));
    let sure = |heading: &Heading, after_blank: bool| match heading.form {
        Form::Named | Form::Lettered | Form::Text => true,
        Form::Alone => !named && after_blank,
        Form::Adjacent | Form::Zeroed | Form::Styled => !named,
        Form::NamedInProse | Form::Listed | Form::Bare | Form::Letter => false,
    };
    let sure_parts: Vec<(usize, usize)> = found
        .iter()
        .filter(|(_, heading, blank)| sure(heading, *blank))
        .filter_map(|(at, heading, _)| match heading.target {
            Some(Target::Part(part)) => Some((*at, part)),
            Some(Target::Group(_) | Target::Unknown(_) | Target::Letter(_)) | None => None,
        })
        .collect();
    let sure_set: BTreeSet<usize> = sure_parts.iter().map(|(_, part)| *part).collect();
    let is_sure_elsewhere = |part: usize| sure_set.contains(&part);
    // Who writes `Question 1` or a bare `1` above answers will hardly write `2. …` above the next.
    let other_style = found.iter().any(|(_, heading, blank)| {
        sure(heading, *blank) && on_paper(heading) && matches!(heading.form, Form::Named | Form::Alone | Form::Styled | Form::Zeroed)
    });
    let listed = found.iter().any(|(_, heading, _)| heading.form == Form::Listed && on_paper(heading));
    let first_text = lines.iter().position(|line| !line.text.trim().is_empty());
    let begins_bare = !listed
        && sure_parts.is_empty()
        && found.first().is_some_and(|(at, heading, _)| {
            Some(*at) == first_text && heading.form == Form::Bare && heading.target == Some(Target::Part(0))
        });

    let mut chosen = Chosen { headings: Vec::new(), doubted: Vec::new() };
    let mut taken = BTreeSet::new();
    let mut current: Option<usize> = None;
    // The last item of the list that is going on, by number and by letter.
    let mut item: Option<u32> = None;
    let mut letter: Option<String> = None;
    for (index, (at, heading, after_blank)) in found.iter().enumerate() {
        let Some(target) = &heading.target else {
            item = heading.number.filter(|_| heading.form != Form::Bare).or(item);
            continue;
        };
        let target = match target {
            Target::Letter(label) => {
                let Some(part) = lettered(&numbers, chosen.headings.last().map(|(_, target, _)| target), label) else { continue };
                let goes_on = letter.as_deref().is_some_and(|last| follows(last, label));
                let next = current.is_none_or(|current| part > current);
                if goes_on || !next || is_sure_elsewhere(part) || taken.contains(&part) {
                    letter = Some(label.clone());
                    continue;
                }
                // A letter by itself can be the whole answer to a question with answers to choose from.
                let behind = lines[at + 1..].iter().position(|line| !line.text.trim().is_empty()).map(|gap| at + 1 + gap);
                let next_heading = found.get(index + 1).filter(|(next, ..)| Some(*next) == behind);
                let is_heading = |(_, next, blank): &(usize, Heading, bool)| match &next.target {
                    Some(Target::Letter(label)) => {
                        lettered(&numbers, chosen.headings.last().map(|(_, target, _)| target), label).is_some_and(|next| next >= part)
                    }
                    Some(_) => sure(next, *blank) || next.form == Form::Alone,
                    None => false,
                };
                let text_follows = behind.is_some() && !next_heading.is_some_and(is_heading);
                let empty = |line: &Line| line.text.trim().is_empty();
                let unanswered = chosen.headings.last().is_some_and(|(above, target, rest)| {
                    let answer = lines[*above].text[*rest..].trim();
                    matches!(target, Target::Part(_)) && answer.is_empty() && lines[above + 1..*at].iter().all(empty)
                });
                if unanswered && lines[*at].text[heading.rest..].trim().is_empty() && !text_follows {
                    continue;
                }
                Target::Part(part)
            }
            Target::Part(part) if sure(heading, *after_blank) => {
                // The question's text once more under its own heading.
                if heading.form == Form::Text && chosen.headings.last().is_some_and(|(_, last, _)| *last == Target::Part(*part)) {
                    continue;
                }
                Target::Part(*part)
            }
            Target::Part(part) => {
                let goes_on = item.is_some() && item == heading.number.and_then(|number| number.checked_sub(1));
                let next = sure_parts.partition_point(|(line, _)| line <= at);
                let before_next = sure_parts.get(next).is_none_or(|(_, next)| part < next);
                // Where there is one thing to answer, a number further down is an item's.
                let alone = slips.len() == 1;
                let room = current.is_none_or(|current| *part > current) && before_next && (!alone || first_text == Some(*at));
                let bare = heading.form != Form::Bare || begins_bare && *after_blank;
                if goes_on || !room || !bare || is_sure_elsewhere(*part) || taken.contains(part) {
                    if heading.form != Form::Bare {
                        item = heading.number.or(item);
                    }
                    if heading.number != Some(1) || heading.form == Form::Bare {
                        chosen.doubted.push((*at, *part, current));
                    }
                    continue;
                }
                let rivals = found.iter().filter(|(_, other, _)| other.target == heading.target).count() > 1;
                let after_text = chosen.headings.is_empty() && first_text != Some(*at);
                if rivals && !alone || other_style || after_text || matches!(heading.form, Form::Bare | Form::NamedInProse) {
                    let text = shorten(lines[*at].text.trim());
                    faults
                        .push(Fault::warning("script-guess").with("line", at + 1).with("text", text).with("number", &slips[*part].number));
                }
                Target::Part(*part)
            }
            Target::Group(key) => {
                let first = numbers.keys.iter().position(|known| known.starts_with(key)).unwrap_or(0);
                let has_letter = found.get(index + 1).is_some_and(|(_, next, _)| {
                    matches!(&next.target, Some(Target::Letter(label)) if numbers.keys.get(first).and_then(|key| key.last()) == Some(label))
                });
                let goes_on = item.is_some() && item == heading.number.and_then(|number| number.checked_sub(1));
                let fits = current.is_none_or(|current| first > current) && has_letter && !goes_on;
                if !sure(heading, *after_blank) && !fits {
                    item = heading.number.or(item);
                    continue;
                }
                Target::Group(key.clone())
            }
            Target::Unknown(_) if !sure(heading, *after_blank) => continue,
            Target::Unknown(number) => Target::Unknown(number.clone()),
        };
        item = None;
        letter = None;
        match &target {
            Target::Part(part) => {
                taken.insert(*part);
                current = Some(*part);
            }
            Target::Group(key) => {
                // The first part of the question is what comes next.
                current = numbers.keys.iter().position(|known| known.starts_with(key)).and_then(|first| first.checked_sub(1));
            }
            Target::Unknown(_) | Target::Letter(_) => {}
        }
        chosen.headings.push((*at, target, heading.rest));
    }
    // One remark for each part that could have been, at the first line that could have been it.
    let mut said = BTreeSet::new();
    chosen.doubted.retain(|(_, part, _)| said.insert(*part));
    chosen
}

/// Returns the part that a letter means under a heading.
fn lettered(numbers: &Numbers, above: Option<&Target>, label: &str) -> Option<usize> {
    let question = match above? {
        Target::Part(part) => numbers.keys[*part].split_last()?.1,
        Target::Group(key) => key.as_slice(),
        Target::Unknown(_) | Target::Letter(_) => return None,
    };
    let wanted = [question, &[label.to_owned()]].concat();
    numbers.keys.iter().position(|key| *key == wanted)
}

/// Returns whether a list's item comes after another.
fn follows(last: &str, label: &str) -> bool {
    match (last.as_bytes(), label.as_bytes()) {
        ([last], [next]) => last.checked_add(1) == Some(*next),
        _ => false,
    }
}

/// Returns the texts of the lines behind one, as far as a question's text may reach.
fn following(lines: &[Line], at: usize) -> impl Iterator<Item = &str> {
    const REACH: usize = 40;
    lines[at + 1..].iter().take(REACH).map(|line| line.text.as_str())
}

fn cut_up(lines: &[Line], chosen: &Chosen) -> Vec<Stretch> {
    let mut stretches = vec![Stretch { target: None, line: 1, text: String::new() }];
    let mut headings = chosen.headings.iter().peekable();
    for (at, line) in lines.iter().enumerate() {
        let mut text = line.text.as_str();
        if let Some((_, target, rest)) = headings.next_if(|(heading, ..)| *heading == at) {
            stretches.push(Stretch { target: Some(target.clone()), line: at + 1, text: String::new() });
            text = &line.text[*rest..];
        }
        if let Some(stretch) = stretches.last_mut() {
            stretch.text.push_str(text);
            stretch.text.push('\n');
        }
    }
    stretches
}

/// Takes blank lines from the ends of a text, and white space from its end.
fn tidy(text: &str) -> String {
    let mut text = text.trim_end();
    while let Some((first, rest)) = text.split_once('\n').filter(|(first, _)| first.trim().is_empty()) {
        let _ = first;
        text = rest;
    }
    text.to_owned()
}

/// What is printed on the paper, to know it again where it is copied into an answer.
struct Printed<'p> {
    /// The question and the place of the part in it, for each slip.
    parts: Vec<(&'p SetQuestion, usize)>,
    /// The words of each part's text.
    texts: Vec<Vec<String>>,
    titles: Vec<Vec<String>>,
}

/// A shorter text may be an answer's own beginning.
const FEWEST_WORDS: usize = 4;

impl<'p> Printed<'p> {
    fn of(paper: &'p Paper) -> Printed<'p> {
        let parts: Vec<_> = paper
            .sections()
            .flat_map(|(_, questions)| questions)
            .flat_map(|set| (0..set.question.parts.len()).map(move |part| (set, part)))
            .collect();
        let texts = parts.iter().map(|(set, part)| tokens(&set.question.parts[*part].text).map(|(word, _)| word).collect()).collect();
        let titles = paper.format.sections.iter().filter_map(|section| section.title.as_deref());
        Printed { parts, texts, titles: titles.map(|title| tokens(title).map(|(word, _)| word).collect()).collect() }
    }

    /// Returns the part whose text begins on a line and goes on in those that follow.
    fn begins<'l>(&self, line: &'l str, following: impl Iterator<Item = &'l str>) -> Option<usize> {
        let first = tokens(line).next()?.0;
        let mut written: Option<String> = None;
        let mut following = Some(following);
        let mut matching = (0..self.texts.len()).filter(|part| {
            let words = &self.texts[*part];
            if words.len() < FEWEST_WORDS || words.first() != Some(&first) {
                return false;
            }
            let written = written.get_or_insert_with(|| {
                let mut text = line.to_owned();
                for more in following.take().into_iter().flatten() {
                    text.push('\n');
                    text.push_str(more);
                }
                text
            });
            copied(written, words).is_some()
        });
        match (matching.next(), matching.next()) {
            (Some(part), None) => Some(part),
            _ => None,
        }
    }

    /// Returns an answer without the question that was copied before it.
    fn without_question<'t>(&self, part: usize, text: &'t str) -> &'t str {
        let (set, index) = self.parts[part];
        let printed = &set.question.parts[index];
        let stem = set.question.stem.as_deref().and_then(|stem| copied_text(text, stem)).unwrap_or(0);
        let Some(end) = copied(&text[stem..], &self.texts[part]).filter(|_| self.texts[part].len() >= FEWEST_WORDS) else {
            return &text[stem..];
        };
        let mut rest = without_marks(&text[stem + end..]);
        // Lists under a question are copied whole or not at all: one line of them may be the answer.
        for list in [&printed.bullets, &printed.stimulus] {
            let mut behind = rest;
            let whole = !list.is_empty()
                && list.iter().all(|item| {
                    let words: Vec<_> = tokens(item).map(|(word, _)| word).collect();
                    copied(behind, &words).map(|end| behind = &behind[end..]).is_some()
                });
            if whole && !behind.trim().is_empty() {
                rest = behind;
            }
        }
        if let Some(end) = printed.closing.as_deref().and_then(|closing| copied_text(rest, closing)) {
            rest = &rest[end..];
        }
        without_marks(rest)
    }

    fn without_stem<'t>(&self, number: &str, text: &'t str) -> &'t str {
        let set = self.parts.iter().find(|(set, _)| super::heading::key(&set.number).join("") == number);
        let end = set.and_then(|(set, _)| set.question.stem.as_deref()).and_then(|stem| copied_text(text, stem));
        &text[end.unwrap_or(0)..]
    }

    /// Returns a stretch without a section's title at its end, which belongs to what comes after it.
    fn without_titles<'t>(&self, text: &'t str) -> &'t str {
        let text = text.trim_end();
        let start = text.rfind('\n').map_or(0, |at| at + 1);
        let words: Vec<_> = tokens(&text[start..]).map(|(word, _)| word).collect();
        match !words.is_empty() && self.titles.contains(&words) {
            true => &text[..start],
            false => text,
        }
    }
}

/// Returns the end of a printed text at the beginning of a written one, if it is copied there.
fn copied_text(written: &str, printed: &str) -> Option<usize> {
    let words: Vec<_> = tokens(printed).map(|(word, _)| word).collect();
    copied(written, &words).filter(|_| words.len() >= FEWEST_WORDS)
}

/// Returns where words end that stand at the beginning of a text, if a sentence ends there too. A sentence that only
/// begins as the question does is the candidate's.
fn copied(text: &str, words: &[String]) -> Option<usize> {
    let mut end = 0;
    let mut written = tokens(text);
    for word in words {
        let (next, after) = written.next()?;
        if next != *word {
            return None;
        }
        end = after;
    }
    let behind = &text[end..];
    let stops =
        behind.len() - behind.trim_start_matches(['.', '?', '!', ':', ';', ')', ']', '*', '_', '”', '"', '’', '\'', '—', '–']).len();
    let line_ends = behind[stops..].trim_start_matches([' ', '\t']).chars().next().is_none_or(|c| c == '\n');
    let marks = without_marks(behind).len() < behind.len();
    (!words.is_empty() && (stops > 0 || line_ends || marks)).then_some(end + stops)
}

/// Takes `[4 marks]` from the beginning of a text.
fn without_marks(text: &str) -> &str {
    static MARKS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r"(?i)^\s*[*_]*(?:[\[(]\s*\d{1,2}\s*(?:marks?)?\s*[\])]|\d{1,2} marks?\b)[*_]*[.:]?").expect("a pattern")
    });
    MARKS.find(text).map_or(text, |found| &text[found.end()..])
}

/// Returns the words of a text in small letters, each with the byte at which it ends.
fn tokens(text: &str) -> impl Iterator<Item = (String, usize)> {
    let mut rest = text.char_indices().peekable();
    std::iter::from_fn(move || {
        while rest.next_if(|(_, c)| !c.is_alphanumeric()).is_some() {}
        let mut word = String::new();
        let mut end = 0;
        while let Some((at, c)) = rest.next_if(|(_, c)| c.is_alphanumeric()) {
            word.extend(c.to_lowercase());
            end = at + c.len_utf8();
        }
        (!word.is_empty()).then_some((word, end))
    })
}
