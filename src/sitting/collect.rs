//! Collecting: from a sitting to the script that is marked. What a teacher should know of how the sitting went stands
//! in the script's remarks.

use super::timing::{Doubt, Mode};
use super::{By, Phase, Sitting};
use crate::paper::{Paper, VERSION};
use crate::script::{Answer, LateText, Script, clean, slips};
use crate::words::Words;

/// Returns what the candidate answered, as the sitting stands. Parts that were never turned to are left out.
pub fn collect(paper: &Paper, sitting: &Sitting, words: &Words) -> Script {
    let slips = slips(paper);
    let mut answers = Vec::new();
    let mut late = Vec::new();
    let mut remarks = remarks(sitting, words);
    for slip in &slips {
        let Some(sheet) = sitting.sheets.get(&slip.part) else { continue };
        if !sheet.text.is_empty() || sheet.open_for > 0 {
            let text = clean(&sheet.text);
            answers.push(Answer { part: slip.part.clone(), number: slip.number.clone(), text, seconds: Some(sheet.open_for / 1000) });
        }
        late.extend(sheet.late.iter().map(|(by, text)| LateText { part: slip.part.clone(), seconds_late: by / 1000, text: clean(text) }));
        if !sheet.conflicts.is_empty() {
            let n = sheet.conflicts.len();
            remarks.push(words.say("script.remark.conflicts", &[("number", &slip.number), ("n", &n)]));
        }
    }
    // A sheet of a part that the paper does not have cannot be; if it is all the same, its text is not dropped.
    for (part, sheet) in sitting.sheets.iter().filter(|(part, _)| !slips.iter().any(|slip| slip.part == **part)) {
        if !sheet.text.is_empty() {
            remarks.push(words.say("script.remark.no-part", &[("part", part), ("text", &clean(&sheet.text))]));
        }
    }
    let handed_in = sitting.handed_in.map(|wall| {
        let by = match sitting.phase {
            Phase::Submitted(By::Deadline) => "script.handed-in.deadline",
            Phase::Submitted(By::Candidate) => "script.handed-in.candidate",
            Phase::Marked | Phase::Void | Phase::Prepared | Phase::Reading => "script.handed-in.some-how",
            Phase::Writing | Phase::Break { .. } | Phase::Grace => "script.handed-in.some-how",
        };
        words.say(by, &[("when", &utc(wall))])
    });
    Script {
        markband: VERSION,
        paper: paper.reference.clone(),
        candidate: one_line(&sitting.candidate),
        handed_in,
        receipt: sitting.receipt(),
        answers,
        late,
        remarks,
    }
}

/// Returns what a teacher should know of a sitting.
pub fn remarks(sitting: &Sitting, words: &Words) -> Vec<String> {
    let mut remarks = Vec::new();
    let minutes = |millis: i64| (millis + millis.signum() * 30_000) / 60_000;
    if sitting.phase == Phase::Void {
        remarks.push(words.get("script.remark.void"));
    } else if sitting.is_open() {
        remarks.push(words.get("script.remark.open"));
    }
    if sitting.terms.mode == Mode::Practice {
        remarks.push(words.get("script.remark.practice"));
    }
    if sitting.terms.extra_percent > 0 {
        remarks.push(words.say("script.remark.extra", &[("percent", &sitting.terms.extra_percent)]));
    }
    for (reason, by) in &sitting.changes {
        remarks.push(words.say("script.remark.change", &[("minutes", &format!("{:+}", minutes(*by))), ("reason", &one_line(reason))]));
    }
    for (reason, length) in &sitting.breaks {
        let length = minutes(i64::try_from(*length).unwrap_or(i64::MAX / 2));
        remarks.push(words.say("script.remark.break", &[("minutes", &length), ("reason", &one_line(reason))]));
    }
    let mut doubts = sitting.doubts.clone();
    doubts.sort();
    doubts.dedup();
    for doubt in doubts {
        remarks.push(words.get(match doubt {
            Doubt::Restarted => "script.remark.restarted",
            Doubt::WentBack => "script.remark.went-back",
        }));
    }
    remarks
}

/// Returns a moment of the wall clock, in milliseconds since 1970, as RFC 3339 writes it in universal time.
pub fn utc(wall: i64) -> String {
    // A clock that shows a year beyond 9999 is shown as the number it gives.
    jiff::Timestamp::from_second(wall.div_euclid(1000)).map_or_else(|_| wall.to_string(), |moment| moment.to_string())
}

/// Returns a name or a reason on one line.
pub fn one_line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}
