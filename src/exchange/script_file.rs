//! A script as Markdown or plain text, written so that it reads back as it was.
//!
//! The first line names the form. Where it stands, only lines with the form's own mark are headings, and a line of an
//! answer that looks like one has a backslash before it; nothing is guessed.

use super::script_text::{Import, Unplaced, Why, answer};
use crate::diag::Fault;
use crate::paper::{Paper, VERSION};
use crate::script::{LateText, Script, clean, slips};

/// What a script is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Markdown,
    Text,
}

impl Form {
    /// Returns what stands before the first line and before a heading, and behind a heading.
    fn marks(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Form::Markdown => ("# ", "## ", ""),
            Form::Text => ("", "== ", " =="),
        }
    }

    /// Returns what a line has between the marks of a heading.
    fn heading(self, line: &str) -> Option<&str> {
        let (_, before, behind) = self.marks();
        line.strip_prefix(before)?.trim_end().strip_suffix(behind)
    }
}

// The words of the form. They are syntax, not for translation: files written with them are read again.
const TITLE: &str = "Script of paper ";
const VERSION_MARK: &str = " (markband 1)";
const CANDIDATE: &str = "Candidate: ";
const HANDED_IN: &str = "Handed in: ";
const RECEIPT: &str = "Receipt: ";
const QUESTION: &str = "Question ";
const LATE: &str = "Late text ";
const SECONDS: &str = " seconds";
const REMARKS: &str = "Remarks";

/// Writes a script.
pub fn write(script: &Script, form: Form) -> String {
    let (top, before, behind) = form.marks();
    let mut out = format!("{top}{TITLE}{}{VERSION_MARK}\n\n{CANDIDATE}{}\n", script.paper, script.candidate);
    for (name, value) in [(HANDED_IN, &script.handed_in), (RECEIPT, &script.receipt)] {
        if let Some(value) = value {
            // Two lines of Markdown run together unless a blank one is between them.
            out.push_str(&format!("\n{name}{value}\n"));
        }
    }
    let mut section = |heading: &str, text: &str| {
        out.push_str(&format!("\n{before}{heading}{behind}\n\n"));
        for line in text.split('\n') {
            if line.trim_start_matches('\\').starts_with(before) {
                out.push('\\');
            }
            out.push_str(line);
            out.push('\n');
        }
    };
    for answer in &script.answers {
        section(&format!("{QUESTION}{}", answer.number), &answer.text);
    }
    for late in &script.late {
        let number = script.answers.iter().find(|answer| answer.part == late.part).map_or(&late.part, |answer| &answer.number);
        section(&format!("{LATE}{number}, {}{SECONDS}", late.seconds_late), &late.text);
    }
    if !script.remarks.is_empty() {
        let items: Vec<_> = script.remarks.iter().map(|remark| format!("- {}", remark.replace('\n', "\n  "))).collect();
        section(REMARKS, &items.join("\n"));
    }
    out
}

/// Reads a script that [`write`] wrote, or returns `None` for any other text.
pub fn read(paper: &Paper, text: &str) -> Option<Import> {
    let text = clean(text);
    let mut lines = text.split('\n');
    let first = lines.next()?.trim_end();
    let code = first.strip_suffix(VERSION_MARK)?;
    let (form, code) = match code.strip_prefix("# ") {
        Some(code) => (Form::Markdown, code.strip_prefix(TITLE)?),
        None => (Form::Text, code.strip_prefix(TITLE)?),
    };
    let mut faults = Vec::new();
    if code != paper.reference {
        faults.push(Fault::warning("script-other-paper").with("code", crate::record::shorten(code)).with("paper", &paper.reference));
    }
    let mut sections: Vec<(usize, &str, Vec<String>)> = vec![(1, "", Vec::new())];
    for (at, line) in lines.enumerate() {
        match (form.heading(line), sections.last_mut()) {
            (Some(heading), _) => sections.push((at + 2, heading, Vec::new())),
            (None, Some((_, _, body))) => body.push(line.to_owned()),
            (None, None) => {}
        }
    }
    let slips = slips(paper);
    let slip = |number: &str| slips.iter().find(|slip| slip.number == number || slip.part == number);
    let mut script = Script {
        markband: VERSION,
        paper: paper.reference.clone(),
        candidate: String::new(),
        handed_in: None,
        receipt: None,
        answers: Vec::new(),
        late: Vec::new(),
        remarks: Vec::new(),
    };
    let mut unplaced = Vec::new();
    for (line, heading, body) in sections {
        if heading.is_empty() {
            top(&mut script, body, line, &mut unplaced);
            continue;
        }
        let text = whole(body, form);
        let late = heading.strip_prefix(LATE).and_then(|rest| rest.strip_suffix(SECONDS)?.rsplit_once(", "));
        let late = late.and_then(|(number, seconds)| Some((slip(number)?, seconds.parse().ok()?)));
        let asked = heading.strip_prefix(QUESTION).and_then(&slip);
        if let Some(slip) = asked {
            match script.answers.iter_mut().find(|answer| answer.part == slip.part) {
                Some(earlier) => {
                    earlier.text.push_str("\n\n");
                    earlier.text.push_str(&text);
                    faults.push(Fault::warning("script-twice").with("number", &slip.number));
                }
                None => script.answers.push(answer(slip, text)),
            }
        } else if let Some((slip, seconds_late)) = late {
            script.late.push(LateText { part: slip.part.clone(), seconds_late, text });
        } else if heading == REMARKS {
            let text = format!("\n{text}");
            script.remarks = text.split("\n- ").skip(1).map(|remark| remark.replace("\n  ", "\n")).collect();
        } else {
            let number = heading.strip_prefix(QUESTION).unwrap_or(heading).to_owned();
            unplaced.push(Unplaced { why: Why::UnknownNumber(number), line, text });
        }
    }
    script.answers.sort_by_key(|answer| slips.iter().position(|slip| slip.part == answer.part));
    Some(Import { script, unplaced, faults })
}

/// Reads the lines between the first and the first heading.
fn top(script: &mut Script, body: Vec<String>, line: usize, unplaced: &mut Vec<Unplaced>) {
    for (at, text) in body.into_iter().enumerate() {
        if let Some(name) = text.strip_prefix(CANDIDATE) {
            script.candidate = name.to_owned();
        } else if let Some(when) = text.strip_prefix(HANDED_IN) {
            script.handed_in = Some(when.to_owned());
        } else if let Some(code) = text.strip_prefix(RECEIPT) {
            script.receipt = Some(code.to_owned());
        } else if !text.trim().is_empty() {
            unplaced.push(Unplaced { why: Why::BeforeTheFirst, line: line + at + 1, text });
        }
    }
}

/// Returns a section's text: its lines but the blank ones that belong to the headings, without the backslashes.
fn whole(mut body: Vec<String>, form: Form) -> String {
    let (_, before, _) = form.marks();
    if body.last().is_some_and(|line| line.trim().is_empty()) {
        body.pop();
    }
    let blank_first = usize::from(body.first().is_some_and(|line| line.trim().is_empty()));
    let plain = |line: &String| match line.strip_prefix('\\') {
        Some(rest) if rest.trim_start_matches('\\').starts_with(before) => rest.to_owned(),
        Some(_) | None => line.clone(),
    };
    body[blank_first..].iter().map(plain).collect::<Vec<_>>().join("\n")
}
