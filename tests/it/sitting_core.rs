//! The sitting core: whatever happens and whenever the clock is looked at, no time and no text is lost or won.

use markband::sitting::timing::{Doubt, Mode, Stamp, Terms, elapsed};
use markband::sitting::{By, Event, EventKind, Phase, Refusal, Sitting, difference, replay};
use proptest::prelude::*;

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;
const YEAR: u64 = 365 * 24 * HOUR;
const PARTS: [&str; 3] = ["q1.a", "q1.b", "q2"];

/// Returns the terms of most tests here: 5 minutes of reading, an hour of writing, 30 seconds of grace.
pub fn terms(mode: Mode) -> Terms {
    Terms { mode, reading: 5 * MINUTE, writing: HOUR, extra_percent: 0, extra: 0, grace: 30 * SECOND }
}

/// A machine with its clocks, a sitting on it, and everything that was recorded.
struct World {
    now: Stamp,
    events: Vec<Event>,
    sitting: Sitting,
    /// The text of each part that was saved last, and what was offered and did not count.
    saved: [String; 3],
    beside: Vec<(usize, String)>,
}

impl World {
    fn new(terms: Terms) -> World {
        let now = Stamp { boot: 1, since_boot: 77 * SECOND, wall: 1_700_000_000_000 };
        let kind = EventKind::Prepared { paper: "P".into(), fingerprint: "F".into(), candidate: "C".into(), terms };
        let events = vec![Event { seq: 0, at: now, kind }];
        let sitting = replay(&events, now).expect("it is prepared");
        World { now, events, sitting, saved: Default::default(), beside: Vec::new() }
    }

    /// Returns a world in which writing began at once.
    fn writing(terms: Terms) -> World {
        let mut world = World::new(Terms { reading: 0, ..terms });
        world.happens(EventKind::Began);
        world
    }

    fn happens(&mut self, kind: EventKind) {
        let event = Event { seq: self.sitting.next_seq, at: self.now, kind };
        self.sitting.apply(&event);
        self.events.push(event);
    }

    fn passes(&mut self, millis: u64) {
        self.now.since_boot += millis;
        self.now.wall += millis as i64;
    }

    /// Lets time pass, and looks at the clock.
    fn looks_after(&mut self, millis: u64) -> &Sitting {
        self.passes(millis);
        self.sitting.advance_to(self.now);
        &self.sitting
    }

    /// The machine is off for so long, and then believes `shift` more.
    fn reboots(&mut self, off: u64, shift: i64) {
        self.now = Stamp { boot: self.now.boot + 1, since_boot: 3 * SECOND, wall: self.now.wall + off as i64 + shift };
    }

    /// Offers the text of a part for saving, as a screen does.
    fn saves(&mut self, part: usize, base: u64, tab: u64, text: &str) -> Result<(), Refusal> {
        self.sitting.advance_to(self.now);
        let (kind, result) = match self.sitting.save(PARTS[part], base, tab, text) {
            Ok(kind) => (kind, Ok(())),
            Err((refusal, kind)) => (kind, Err(refusal)),
        };
        match result {
            Ok(()) => self.saved[part] = text.to_owned(),
            // These say to the screen that it must keep its text itself.
            Err(Refusal::Reading | Refusal::Break | Refusal::NotBegun) => assert_eq!(kind, None),
            Err(_) if text == self.saved[part] => {}
            Err(_) => self.beside.push((part, text.to_owned())),
        }
        kind.into_iter().for_each(|kind| self.happens(kind));
        result
    }

    fn write(&mut self, part: usize, text: &str) -> Result<(), Refusal> {
        self.saves(part, self.sitting.revision(PARTS[part]), self.sitting.tab, text)
    }

    /// Returns the time since the sitting was prepared, added up from stamp to stamp.
    fn age(&self) -> u64 {
        let stamps: Vec<Stamp> = self.events.iter().map(|event| event.at).chain([self.now]).collect();
        stamps.windows(2).map(|pair| elapsed(&pair[0], &pair[1]).millis).sum()
    }
}

/// Something that may happen to a sitting or its machine.
#[derive(Debug, Clone)]
enum Step {
    Passes(u64),
    Looks(u64),
    WallJumps(i64),
    Reboots(u64, i64),
    Happens(EventKind),
    Saves { part: usize, stale: u64, other_tab: bool, text: String },
    Submits,
}

fn steps(mode: Mode) -> impl Strategy<Value = (Terms, Vec<Step>)> {
    let span = || prop_oneof![0..3u64, 0..200u64, 0..3000u64];
    let jump = prop_oneof![Just(1000i64), Just(-1000), Just(3_600_000), Just(-3_600_000), Just(YEAR as i64), Just(-(YEAR as i64))];
    let why = || "[a-z]{0,5}".prop_map(String::from);
    let part = || (0..3usize).prop_map(|part| PARTS[part].to_owned());
    let kind = prop_oneof![
        2 => Just(EventKind::Began),
        2 => Just(EventKind::Returned),
        2 => Just(EventKind::Left),
        1 => why().prop_map(|reason| EventKind::BreakBegan { reason }),
        2 => Just(EventKind::BreakEnded),
        2 => part().prop_map(|part| EventKind::Opened { part }),
        1 => (part(), any::<bool>()).prop_map(|(part, up)| EventKind::Flagged { part, up }),
        1 => (0..3u64).prop_map(|tab| EventKind::TookOver { tab }),
        1 => (-800..800i64, why()).prop_map(|(by, reason)| EventKind::TimeChanged { by, reason }),
        1 => Just(EventKind::Marked),
    ];
    let save = (0..3usize, prop_oneof![4 => Just(0u64), 1 => 1..3u64], prop::bool::weighted(0.1), "\\PC{0,12}")
        .prop_map(|(part, stale, other_tab, text)| Step::Saves { part, stale, other_tab, text });
    let step = prop_oneof![
        6 => span().prop_map(Step::Passes),
        6 => span().prop_map(Step::Looks),
        1 => jump.prop_map(Step::WallJumps),
        1 => (span(), prop_oneof![Just(0i64), -5000..5000i64]).prop_map(|(off, shift)| Step::Reboots(off, shift)),
        9 => kind.prop_map(Step::Happens),
        9 => save,
        1 => Just(Step::Submits),
    ];
    let terms = (prop_oneof![Just(0u64), 1..500u64], 0..2000u64, 0..150u16, 0..300u64, 0..100u64)
        .prop_map(move |(reading, writing, extra_percent, extra, grace)| Terms { mode, reading, writing, extra_percent, extra, grace });
    // Most begin at once, or half of all time would be spent waiting.
    let begun = prop::collection::vec(step, 0..60).prop_map(|mut steps| {
        steps.insert(0, Step::Happens(EventKind::Began));
        steps
    });
    (terms, begun)
}

/// Lets the steps happen and holds the laws after each.
fn lives(terms: Terms, steps: Vec<Step>, seed: u64) -> Result<World, TestCaseError> {
    let mut world = World::new(terms);
    let mut handed_in = None;
    for step in steps {
        match step {
            Step::Passes(millis) => world.passes(millis),
            Step::Looks(millis) => drop(world.looks_after(millis).phase),
            Step::WallJumps(by) => {
                world.passes(1);
                world.now.wall += by;
            }
            Step::Reboots(off, shift) => world.reboots(off, shift),
            Step::Happens(kind) => world.happens(kind),
            Step::Saves { part, stale, other_tab, text } => {
                let base = world.sitting.revision(PARTS[part]).wrapping_sub(stale);
                let tab = world.sitting.tab + u64::from(other_tab);
                let _ = world.saves(part, base, tab, &text);
            }
            Step::Submits => {
                world.sitting.advance_to(world.now);
                let kind = world.sitting.submit().ok().flatten();
                kind.into_iter().for_each(|kind| world.happens(kind));
            }
        }
        world.sitting.advance_to(world.now);
        let sitting = &world.sitting;
        prop_assert_eq!(sitting.used.total(), world.age());
        if sitting.phase == Phase::Writing {
            prop_assert_eq!(sitting.remaining() + sitting.used.writing, sitting.allowed());
        }
        prop_assert!(sitting.used.reading <= sitting.terms.reading);
        prop_assert!(sitting.terms.mode == Mode::Practice || sitting.used.away == 0);
        for (part, saved) in PARTS.iter().zip(&world.saved) {
            prop_assert_eq!(sitting.text(part), saved);
        }
        for (part, text) in &world.beside {
            let sheet = &sitting.sheets[PARTS[*part]];
            prop_assert!(sheet.conflicts.contains(text) || sheet.late.iter().any(|(_, late)| late == text), "lost: {:?}", text);
        }
        // What is recorded as handed in stays so: the same time and the same receipt.
        let now_in = sitting.receipt().map(|receipt| (receipt, sitting.handed_in));
        if handed_in.is_some() {
            prop_assert_eq!(&handed_in, &now_in);
        } else if !world.sitting.is_due() {
            handed_in = now_in;
        }
    }
    // Any order and repetition, and through JSON.
    let replayed = replay(&world.events, world.now);
    prop_assert_eq!(replayed.as_ref(), Some(&world.sitting));
    let text = serde_json::to_string(&world.events).expect("events are JSON");
    let mut shuffled: Vec<Event> = serde_json::from_str(&text).expect("events are JSON");
    for n in 0..shuffled.len() * 2 {
        let event = shuffled[(seed as usize).wrapping_mul(n + 7) % shuffled.len()].clone();
        shuffled.insert((seed as usize).wrapping_mul(n + 3) % shuffled.len(), event);
    }
    let replayed = replay(&shuffled, world.now);
    prop_assert_eq!(replayed.as_ref(), Some(&world.sitting));
    Ok(world)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_exam_loses_and_wins_no_time_and_no_text((terms, steps) in steps(Mode::Exam), seed in any::<u64>()) {
        lives(terms, steps, seed)?;
    }

    #[test]
    fn practice_loses_and_wins_no_time_and_no_text((terms, steps) in steps(Mode::Practice), seed in any::<u64>()) {
        lives(terms, steps, seed)?;
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    /// In an examination it is the same whether a hundred small things are recorded or nothing.
    #[test]
    fn what_is_recorded_in_between_moves_no_clock((terms, steps) in steps(Mode::Exam), every in 1..50u64) {
        let steps: Vec<Step> = steps.into_iter().filter(|step| !matches!(step, Step::Reboots(..) | Step::WallJumps(_) | Step::Saves { .. })).collect();
        let plain = lives(terms.clone(), steps.clone(), 1)?;
        let mut busy = Vec::new();
        for step in steps {
            match step {
                Step::Passes(millis) | Step::Looks(millis) => {
                    let (whole, rest) = (millis / every, millis % every);
                    for _ in 0..whole.min(100) {
                        busy.push(Step::Passes(every));
                        busy.push(Step::Happens(EventKind::Flagged { part: PARTS[0].into(), up: true }));
                    }
                    busy.push(Step::Passes(rest + whole.saturating_sub(100) * every));
                }
                other => busy.push(other),
            }
        }
        let busy = lives(terms, busy, 1)?;
        prop_assert_eq!(plain.sitting.used, busy.sitting.used);
        prop_assert_eq!(plain.sitting.phase, busy.sitting.phase);
        prop_assert_eq!(plain.sitting.handed_in, busy.sitting.handed_in);
        prop_assert_eq!(plain.sitting.breaks, busy.sitting.breaks);
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// Where the wall clock jumps within one start of the machine, everything is as if it had not.
    #[test]
    fn the_wall_clock_plays_no_part_within_one_boot((terms, steps) in steps(Mode::Exam)) {
        let steps: Vec<Step> = steps.into_iter().filter(|step| !matches!(step, Step::Reboots(..))).collect();
        let calm: Vec<Step> = steps.iter().map(|step| if let Step::WallJumps(_) = step { Step::Passes(1) } else { step.clone() }).collect();
        let (jumpy, calm) = (lives(terms.clone(), steps, 1)?.sitting, lives(terms, calm, 1)?.sitting);
        prop_assert_eq!(jumpy.used, calm.used);
        prop_assert_eq!(jumpy.phase, calm.phase);
        prop_assert_eq!(jumpy.sheets, calm.sheets);
        prop_assert_eq!(jumpy.doubts, vec![]);
    }

    #[test]
    fn a_difference_makes_the_new_text_of_the_old(old in "(\\PC|[aä\u{301}😀\u{200d}\n]){0,30}", new in "(\\PC|[aä\u{301}😀\u{200d}\n]){0,30}", cut in 0..30usize) {
        // Also texts that are mostly the same.
        let near: String = old.chars().take(cut).chain(new.chars().take(3)).chain(old.chars().skip(cut + 1)).collect();
        for new in [&new, &near] {
            let (start, end, insert) = difference(&old, new);
            let mut text = old.clone();
            text.replace_range(start..end, &insert);
            prop_assert_eq!(&text, new);
        }
    }
}

#[test]
fn reading_comes_before_writing_and_refuses_answers() {
    let mut world = World::new(terms(Mode::Exam));
    assert_eq!(world.write(0, "x"), Err(Refusal::NotBegun));
    world.happens(EventKind::Began);
    world.passes(5 * MINUTE - 1);
    assert_eq!(world.write(0, "x"), Err(Refusal::Reading));
    world.passes(1);
    assert_eq!(world.write(0, "x"), Ok(()));
    assert_eq!(world.sitting.remaining(), HOUR);
}

#[test]
fn extra_time_is_a_share_of_the_writing_time() {
    for (percent, extra, minutes) in [(0, 0, 60), (10, 0, 66), (25, 0, 75), (50, 0, 90), (100, 0, 120), (25, 10 * MINUTE, 85)] {
        let terms = Terms { extra_percent: percent, extra, ..terms(Mode::Exam) };
        assert_eq!(terms.allowed(), minutes * MINUTE, "{percent} %");
    }
}

#[test]
fn it_submits_itself_at_the_deadline_after_a_year_without_anybody() {
    for (reboot, grace) in [(false, 30 * SECOND), (true, 30 * SECOND), (false, 0), (true, 0)] {
        let mut world = World::new(Terms { grace, ..terms(Mode::Exam) });
        let begun = world.now.wall;
        world.happens(EventKind::Began);
        world.passes(6 * MINUTE);
        world.write(0, "something").expect("writing time");
        if reboot {
            world.reboots(YEAR, 0)
        } else {
            world.passes(YEAR)
        }
        world.sitting.advance_to(world.now);
        assert_eq!(world.sitting.phase, Phase::Submitted(By::Deadline));
        assert_eq!(world.sitting.handed_in, Some(begun + (65 * MINUTE) as i64));
        assert_eq!(world.sitting.doubts, if reboot { vec![Doubt::Restarted] } else { vec![] });
        // And it is the same when that is written down a year later.
        assert!(world.sitting.is_due());
        world.happens(EventKind::Submitted { by: By::Deadline });
        assert!(!world.sitting.is_due());
        assert_eq!(world.sitting.handed_in, Some(begun + (65 * MINUTE) as i64));
    }
}

#[test]
fn time_given_after_the_deadline_goes_back_to_writing() {
    let mut world = World::writing(terms(Mode::Exam));
    assert_eq!(world.looks_after(HOUR + 10 * SECOND).phase, Phase::Grace);
    assert_eq!(world.write(0, "on its way"), Ok(()));
    world.happens(EventKind::TimeChanged { by: (5 * MINUTE) as i64, reason: "fire alarm".into() });
    assert_eq!(world.sitting.phase, Phase::Writing);
    assert_eq!(world.sitting.remaining(), 5 * MINUTE - 10 * SECOND);
    assert_eq!(world.looks_after(5 * MINUTE - 10 * SECOND).phase, Phase::Grace);
}

#[test]
fn time_given_before_the_deadline_moves_it() {
    let mut world = World::writing(terms(Mode::Exam));
    world.passes(30 * MINUTE);
    world.happens(EventKind::TimeChanged { by: (10 * MINUTE) as i64, reason: "noise".into() });
    assert_eq!(world.looks_after(40 * MINUTE - 1).phase, Phase::Writing);
    assert_eq!(world.looks_after(1).phase, Phase::Grace);
}

/// Somebody who takes away more than is left can still put it right while the grace lasts.
#[test]
fn time_taken_away_leaves_the_grace_whole() {
    let mut world = World::writing(terms(Mode::Exam));
    world.passes(50 * MINUTE);
    world.happens(EventKind::TimeChanged { by: -(HOUR as i64), reason: "meant to give it".into() });
    assert_eq!(world.looks_after(29 * SECOND).phase, Phase::Grace);
    world.happens(EventKind::TimeChanged { by: 2 * HOUR as i64, reason: "put right".into() });
    assert_eq!(world.sitting.phase, Phase::Writing);
    assert_eq!(world.sitting.remaining(), 2 * HOUR - 50 * MINUTE - 29 * SECOND);
}

#[test]
fn breaks_stop_the_clock_in_reading_and_in_writing() {
    let mut world = World::new(terms(Mode::Exam));
    world.happens(EventKind::Began);
    world.passes(2 * MINUTE);
    world.happens(EventKind::BreakBegan { reason: "rest".into() });
    world.passes(20 * MINUTE);
    assert_eq!(world.write(0, "x"), Err(Refusal::Break));
    world.happens(EventKind::BreakEnded);
    assert_eq!((world.sitting.phase, world.sitting.reading_left()), (Phase::Reading, 3 * MINUTE));
    world.passes(4 * MINUTE);
    world.happens(EventKind::BreakBegan { reason: "medicine".into() });
    world.passes(YEAR);
    world.happens(EventKind::BreakEnded);
    assert_eq!((world.sitting.phase, world.sitting.remaining()), (Phase::Writing, 59 * MINUTE));
    assert_eq!(world.sitting.breaks, vec![("rest".into(), 20 * MINUTE), ("medicine".into(), YEAR)]);
}

#[test]
fn practice_stands_still_while_nobody_is_there_and_an_exam_never_does() {
    for (mode, left) in [(Mode::Practice, 50 * MINUTE), (Mode::Exam, 40 * MINUTE)] {
        for leaves in [true, false] {
            let mut world = World::writing(terms(mode));
            world.passes(10 * MINUTE);
            // It is left properly, or the last thing recorded is a save.
            if leaves {
                world.happens(EventKind::Left)
            } else {
                world.write(0, "x").expect("writing")
            }
            world.passes(10 * MINUTE);
            world.happens(EventKind::Returned);
            assert_eq!(world.sitting.remaining(), left, "{mode:?}");
        }
    }
}

/// A screen that looked at the clock until it failed must not have spent what its return gives back.
#[test]
fn looking_at_the_clock_spends_nothing_that_a_return_gives_back() {
    let mut world = World::writing(terms(Mode::Practice));
    for _ in 0..100 {
        world.looks_after(MINUTE);
    }
    world.happens(EventKind::Returned);
    assert_eq!(replay(&world.events, world.now), Some(world.sitting.clone()));
    assert_eq!(world.sitting.remaining(), HOUR);
}

#[test]
fn handing_in_twice_gives_the_same_receipt_and_late_text_is_kept() {
    let mut world = World::writing(terms(Mode::Exam));
    world.write(0, "an answer").expect("writing");
    world.happens(EventKind::Submitted { by: By::Candidate });
    let receipt = world.sitting.receipt();
    assert!(receipt.is_some());
    assert_eq!(world.sitting.submit(), Ok(None));
    world.happens(EventKind::Submitted { by: By::Candidate });
    world.passes(MINUTE);
    // Also of a part that was never answered, and however often the browser sends it.
    for _ in 0..3 {
        assert_eq!(world.write(1, "too late"), Err(Refusal::Submitted));
    }
    world.happens(EventKind::Opened { part: PARTS[2].into() });
    world.happens(EventKind::Marked);
    assert_eq!(world.sitting.receipt(), receipt);
    assert_eq!(world.sitting.sheets[PARTS[1]].late, vec![(MINUTE, "too late".to_owned())]);
    assert_eq!(world.sitting.text(PARTS[1]), "");
}

#[test]
fn a_save_recorded_after_the_time_is_late_whole_and_not_counted() {
    let mut world = World::writing(terms(Mode::Exam));
    world.write(0, "in time").expect("writing");
    let kind = world.sitting.save(PARTS[0], 1, world.sitting.tab, "in time?").expect("writing").expect("an event");
    world.passes(2 * HOUR);
    world.happens(kind);
    assert_eq!(world.sitting.text(PARTS[0]), "in time");
    assert_eq!(world.sitting.sheets[PARTS[0]].late, vec![(HOUR, "in time?".to_owned())]);
}

#[test]
fn the_second_screen_takes_over_and_the_text_of_the_first_is_kept() {
    let mut world = World::writing(terms(Mode::Exam));
    world.happens(EventKind::TookOver { tab: 1 });
    assert_eq!(world.saves(0, 0, 1, "first"), Ok(()));
    world.happens(EventKind::TookOver { tab: 2 });
    assert_eq!(world.saves(0, 1, 2, "second"), Ok(()));
    for _ in 0..3 {
        assert_eq!(world.saves(0, 1, 1, "first goes on"), Err(Refusal::Superseded));
    }
    assert_eq!(world.sitting.text(PARTS[0]), "second");
    assert_eq!(world.sitting.sheets[PARTS[0]].conflicts, vec!["first goes on".to_owned()]);
}

#[test]
fn a_sitting_that_does_not_count_still_keeps_what_comes() {
    let mut world = World::writing(terms(Mode::Exam));
    world.happens(EventKind::Voided { reason: "fire".into() });
    assert_eq!(world.write(0, "typed while it burned"), Err(Refusal::Void));
    assert_eq!(world.sitting.sheets[PARTS[0]].late.len(), 1);
    assert_eq!(world.sitting.receipt(), None);
}

/// The wall clock of the same boot jumps by a second, an hour, a year, and back; daylight saving is an hour of it.
#[test]
fn clock_jumps_within_one_boot_change_nothing() {
    for jump in [1, 3600, 365 * 86400] {
        for sign in [1, -1] {
            let mut world = World::writing(terms(Mode::Exam));
            world.passes(10 * MINUTE);
            world.now.wall += sign * jump * 1000;
            assert_eq!(world.looks_after(10 * MINUTE).remaining(), 40 * MINUTE);
            world.write(0, "x").expect("writing");
            assert_eq!(world.looks_after(MINUTE).remaining(), 39 * MINUTE);
            assert_eq!(world.sitting.doubts, vec![]);
        }
    }
}

#[test]
fn across_boots_the_wall_clock_counts_never_backwards_and_it_is_said() {
    for (shift, left, doubt) in [
        (0, 45 * MINUTE, Doubt::Restarted),
        (1000, 45 * MINUTE - SECOND, Doubt::Restarted),
        (-3_600_000, 50 * MINUTE, Doubt::WentBack),
        (-(YEAR as i64), 50 * MINUTE, Doubt::WentBack),
    ] {
        let mut world = World::writing(terms(Mode::Exam));
        world.passes(10 * MINUTE);
        world.write(0, "x").expect("writing");
        world.reboots(5 * MINUTE, shift);
        world.happens(EventKind::Returned);
        assert_eq!(world.sitting.remaining(), left, "{shift}");
        assert_eq!(world.sitting.doubts, vec![doubt]);
    }
}

/// Asleep, `since_boot` runs on; in an examination that time is gone.
#[test]
fn a_machine_that_sleeps_does_not_stop_an_exam() {
    let mut world = World::writing(terms(Mode::Exam));
    world.passes(10 * MINUTE);
    world.write(0, "x").expect("writing");
    world.now.since_boot += 20 * MINUTE;
    world.sitting.advance_to(world.now);
    assert_eq!(world.sitting.remaining(), 30 * MINUTE);
}

#[test]
fn where_an_event_is_missing_those_behind_it_are_left_out() {
    let mut world = World::writing(terms(Mode::Exam));
    world.write(0, "one").expect("writing");
    world.write(0, "one two").expect("writing");
    world.write(0, "one two three").expect("writing");
    world.events.remove(3);
    let sitting = replay(&world.events, world.now).expect("it is prepared");
    assert_eq!((sitting.text(PARTS[0]), sitting.next_seq), ("one", 3));
    assert_eq!(replay(&world.events[1..], world.now), None);
}
