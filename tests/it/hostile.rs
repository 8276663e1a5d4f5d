//! Files that no author writes: they are refused with a fault at its place, soon, and never with a panic.

use crate::support::{Room, good, line, raw, sound, with};
use markband::bank::load::{RawFile, load};
use markband::shell::faults::render;
use markband::words::Words;
use proptest::prelude::*;
use proptest::sample::Index;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// The faults that only files made here have.
pub const CODES: [&str; 2] = ["not-utf8", "yaml-alias-bomb"];

/// Holds the faults of the sound bank with one more file against those expected in that file.
fn check(path: &str, bytes: impl Into<Vec<u8>>, expect: &[&str]) {
    let (bank, faults) = load(with(good(), [raw(path, bytes)]));
    let found: Vec<_> = faults.iter().map(|fault| line(&bank, fault)).collect();
    let expect: Vec<_> = expect.iter().map(|fault| format!("{path}:{fault}")).collect();
    assert_eq!(found, expect);
}

const X: &str = "question-bank/x.yaml";
const Y: &str = "mark-schemes/x.yaml";

#[test]
fn an_alias_bomb_is_not_unfolded() {
    // Nine levels of ten: a thousand million values in half a kilobyte.
    let mut bomb = "lexicon:\n  - term: bomb\n    kind: term\n    also:\n      - &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..9 {
        let inner = vec![format!("*a{}", level - 1); 10].join(", ");
        bomb.push_str(&format!("      - &a{level} [{inner}]\n"));
    }
    check(Y, bomb, &["9 error: yaml-alias-bomb"]);
}

#[test]
fn aliases_do_not_make_a_tree_too_deep_to_walk() {
    // Each value holds the one before sixty lists deeper.
    let nested = |inner: &str| format!("{}{inner}{}", "[".repeat(60), "]".repeat(60));
    let mut ladder = "lexicon:\n".to_owned();
    ladder.push_str(&format!("  - &a0 {}\n", nested("x")));
    for level in 1..60 {
        ladder.push_str(&format!("  - &a{level} {}\n", nested(&format!("*a{}", level - 1))));
    }
    let (bank, faults) = load(with(good(), [raw(Y, ladder)]));
    assert!(faults.iter().any(|fault| line(&bank, fault).ends_with("error: yaml-alias-bomb")));
}

#[test]
fn nesting_has_an_end() {
    let block: String = (0..100).map(|depth| format!("{}- \n", " ".repeat(depth + 2))).collect();
    check(X, format!("topics:\n{block}"), &["65 error: yaml-too-deep"]);
    check(X, format!("topics: {}{}\n", "[".repeat(100), "]".repeat(100)), &["1 error: yaml-too-deep"]);
    check(X, format!("topics: {}", "[".repeat(1_000_000)), &["1 error: yaml-too-deep"]);
    check(X, "- ".repeat(100_000), &["1 error: wrong-type", "1 error: yaml-too-deep"]);
    check(X, "? ".repeat(100_000), &["1 error: yaml-too-deep"]);
}

#[test]
fn a_million_values_are_read() {
    let also: String = (0..1_000_000).map(|n| format!("x{n}, ")).collect();
    let bank = sound(with(good(), [raw(Y, format!("lexicon:\n  - {{term: x, kind: term, also: [{also}]}}\n"))]));
    assert_eq!(bank.lexicon.iter().map(|term| term.also.len()).max(), Some(1_000_000));
    let keys: String = (0..200_000).map(|n| format!("  k{n}: v\n")).collect();
    let (_, faults) = load(with(good(), [raw(X, format!("topics:\n{keys}"))]));
    assert_eq!(faults.iter().map(|fault| fault.code).collect::<Vec<_>>(), ["wrong-type"]);
}

#[test]
fn what_is_not_utf8_is_refused_where_it_begins() {
    check(X, b"topics:\n  - id: tides\n    title: mar\xe9es\n", &["3 error: not-utf8"]);
    check(X, b"\xff\xfet\0o\0p\0i\0c\0s\0", &["1 error: not-utf8"]);
    check("question-bank/pictures/x.svg", b"<svg>\n\xc3</svg>", &["2 error: not-utf8"]);
}

#[test]
fn control_bytes_are_refused() {
    check(X, "topics:\n  - id: ti\0des\n    title: Tides\n", &["2 error: yaml-syntax"]);
    check(X, "\0", &["1 error: yaml-syntax"]);
    check(X, "topics:\n  - id: tides\n    title: T\x1b[2Jides\n", &["3 error: yaml-syntax"]);
}

#[test]
fn a_file_of_nothing_is_a_warning() {
    check(X, "", &["1 warning: empty-file"]);
    check(X, "# Topics will come here.\n\n", &["1 warning: empty-file"]);
    check(X, "\u{feff}", &["1 warning: empty-file"]);
    check(X, "\n\n\n", &["1 warning: empty-file"]);
    check(Y, "", &["1 warning: empty-file"]);
}

#[test]
fn what_an_editor_adds_is_not_part_of_the_text() {
    let as_written = sound(good());
    let edited = |edit: &dyn Fn(&str) -> String| -> Vec<RawFile> {
        let edit = |file: RawFile| match file.path.ends_with(".svg") {
            true => file,
            false => raw(&file.path, edit(std::str::from_utf8(&file.bytes).expect("text"))),
        };
        good().into_iter().map(edit).collect()
    };
    let edits: [&dyn Fn(&str) -> String; 3] =
        [&|text| text.replace('\n', "\r\n"), &|text| format!("\u{feff}{text}"), &|text| format!("\u{feff}{}", text.replace('\n', "\r\n"))];
    for edit in edits {
        let bank = sound(edited(edit));
        assert_eq!(bank.topics, as_written.topics);
        assert_eq!(bank.source_sets, as_written.source_sets);
        assert_eq!(bank.questions, as_written.questions);
        assert_eq!(bank.forms, as_written.forms);
        assert_eq!(bank.formats, as_written.formats);
        assert_eq!(bank.markbands, as_written.markbands);
        assert_eq!(bank.schemes, as_written.schemes);
        assert_eq!(bank.lexicon, as_written.lexicon);
    }
}

#[test]
fn tabs_are_refused_as_indentation_and_allowed_elsewhere() {
    check(X, "topics:\n\t- id: tides\n\t  title: Tides\n", &["2 error: yaml-syntax"]);
    check(X, "topics:\n  - id:\ttides\n    title: Tides\tof the sea\t# a comment\n", &[]);
}

/// Runs `markband check` in the room and returns what was shown and the exit code; it must end soon.
fn check_soon(room: &Room, line: &str) -> (String, i32) {
    let begun = Instant::now();
    let mut command = room.command(line);
    let shown = fs::File::create(room.path("shown")).expect("a file");
    let mut child = command.stdout(shown.try_clone().expect("a file")).stderr(Stdio::from(shown)).spawn().expect("the program runs");
    loop {
        if let Some(status) = child.try_wait().expect("a child") {
            return (room.read("shown"), status.code().expect("no signal"));
        }
        if begun.elapsed() > Duration::from_secs(10) {
            child.kill().expect("a child");
            child.wait().expect("a child");
            panic!("still running after ten seconds: {line}");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_file_too_large_is_refused_at_once() {
    let room = Room::new();
    fs::File::create(room.path("bank/question-bank/big.yaml")).and_then(|file| file.set_len(50 << 20)).expect("a file");
    let begun = Instant::now();
    let (shown, code) = check_soon(&room, "check --bank bank");
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert!(shown.contains("error[file-too-large]: bank/question-bank/big.yaml has 50 MB"), "{shown}");
    assert!(shown.contains("a file of a bank may have 32 MB"), "{shown}");
    assert_eq!(code, 1);
}

#[test]
fn a_bank_too_large_is_refused_at_once() {
    let room = Room::new();
    for n in 0..9 {
        fs::File::create(room.path(&format!("bank/question-bank/x{n}.svg"))).and_then(|file| file.set_len(31 << 20)).expect("a file");
    }
    let (shown, code) = check_soon(&room, "check --bank bank");
    assert!(shown.contains("error[bank-too-large]: with bank/question-bank/x8.svg the bank has more than 256 MB"), "{shown}");
    assert_eq!(code, 1);
}

#[test]
fn a_line_too_long_to_read_is_shown_in_part() {
    let room = Room::new();
    room.write("bank/question-bank/x.yaml", format!("topics: [{{id: tides, title: \"{}\", colour: blue}}]\n", "tide ".repeat(1_000_000)));
    let (shown, code) = check_soon(&room, "check --bank bank");
    assert!(shown.contains("unknown-key"), "{}", &shown[..shown.len().min(1000)]);
    assert!(shown.len() < 10_000, "{} bytes are shown", shown.len());
    assert_eq!(code, 1);
}

/// A bank that another program wrote may be one line.
#[test]
fn many_faults_on_one_line_are_shown_soon() {
    let room = Room::new();
    room.write("bank/question-bank/x.yaml", format!("topics: [{}]\n", "x, ".repeat(20_000)));
    let (shown, code) = check_soon(&room, "check --bank bank");
    assert!(shown.contains("20000 errors"), "the faults are not counted");
    assert_eq!(code, 1);
}

#[cfg(unix)]
#[test]
fn what_is_no_file_does_not_hold_the_program() {
    use std::os::unix::fs::symlink;
    let room = Room::new();
    symlink("nowhere.yaml", room.path("bank/question-bank/link.yaml")).expect("a link");
    symlink("circle.yaml", room.path("bank/question-bank/circle.yaml")).expect("a link");
    symlink(".", room.path("bank/question-bank/deeper")).expect("a link");
    fs::create_dir(room.path("bank/question-bank/folder.yaml")).expect("a folder");
    let (shown, code) = check_soon(&room, "check --bank bank");
    for link in ["link", "circle"] {
        assert!(shown.contains(&format!("error[cannot-read]: bank/question-bank/{link}.yaml cannot be read")), "{shown}");
    }
    assert!(shown.contains("Found 2 errors and 0 warnings."), "{shown}");
    assert_eq!(code, 1);
}

#[cfg(unix)]
#[test]
fn a_pipe_that_nobody_writes_to_does_not_hold_the_program() {
    let room = Room::new();
    let made = std::process::Command::new("mkfifo").arg(room.path("bank/question-bank/pipe.yaml")).status();
    assert!(made.is_ok_and(|status| status.success()), "mkfifo is missing: install coreutils");
    let (shown, code) = check_soon(&room, "check --bank bank");
    assert!(shown.contains("error[cannot-read]: bank/question-bank/pipe.yaml"), "{shown}");
    assert_eq!(code, 1);
}

/// Root may read everything, so that only a user can see this refusal.
#[cfg(unix)]
#[test]
fn a_file_without_permission_is_named() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    room.write("bank/question-bank/x.yaml", "topics: []\n");
    fs::set_permissions(room.path("bank/question-bank/x.yaml"), fs::Permissions::from_mode(0o000)).expect("permissions");
    let (shown, code) = check_soon(&room, "check --bank bank");
    if fs::read(room.path("bank/question-bank/x.yaml")).is_ok() {
        eprintln!("this user may read everything: only that the program ends was tested");
        return;
    }
    assert!(shown.contains("error[cannot-read]: bank/question-bank/x.yaml cannot be read"), "{shown}");
    assert_eq!(code, 1);
}

/// Loads the sound bank with one file changed, and holds every fault to lie in its file, between characters.
fn loads_whatever_it_is(file: RawFile, words: &Words) -> Result<(), TestCaseError> {
    let (bank, faults) = load(with(good(), [file]));
    for fault in &faults {
        for span in [fault.span, fault.other].into_iter().flatten() {
            let text = bank.files.text(span.file);
            let (start, end) = (span.start as usize, span.end as usize);
            prop_assert!(start <= end && end <= text.len(), "{fault:?} in {} bytes", text.len());
            prop_assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{fault:?}");
        }
        prop_assert!(fault.span.is_some(), "{fault:?}");
        prop_assert!(!render(fault, &bank.files, words).contains('⟨'), "{fault:?}");
    }
    Ok(())
}

fn words() -> Words {
    let path = crate::support::root().join("templates/words/en.yaml");
    Words::parse("words/en.yaml", &fs::read_to_string(path).expect("the words")).0
}

fn moderately(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// One thing that a hand, an editor or a disk may do to a text.
#[derive(Debug, Clone)]
enum Slip {
    Delete(Index, usize),
    Insert(Index, String),
    RepeatLine(Index),
    SwapLines(Index, Index),
    Indent(Index, usize),
    CutOff(Index),
}

fn slip() -> impl Strategy<Value = Slip> {
    let pieces = [
        ":",
        ": ",
        "- ",
        "#",
        "\"",
        "'",
        "[",
        "]",
        "{",
        "}",
        ",",
        "&a ",
        "*a",
        "!x ",
        "|",
        ">",
        "|\n",
        "? ",
        "\n",
        "\r",
        "\t",
        "  ",
        "---\n",
        "...\n",
        "é",
        "“",
        "😀",
        "\u{feff}",
        "\u{2028}",
        "\0",
        "0",
        "-1",
        "99999999999999999999",
        "~",
        "null",
        "id",
        "<<: *a",
        "%YAML 1.2\n",
        "\\",
        "@",
        "`",
    ];
    let piece = prop_oneof![4 => proptest::sample::select(pieces.to_vec()).prop_map(str::to_owned), 1 => any::<String>()];
    prop_oneof![
        (any::<Index>(), 1..40usize).prop_map(|(at, length)| Slip::Delete(at, length)),
        (any::<Index>(), piece).prop_map(|(at, text)| Slip::Insert(at, text)),
        any::<Index>().prop_map(Slip::RepeatLine),
        (any::<Index>(), any::<Index>()).prop_map(|(a, b)| Slip::SwapLines(a, b)),
        (any::<Index>(), 0..9usize).prop_map(|(at, by)| Slip::Indent(at, by)),
        any::<Index>().prop_map(Slip::CutOff),
    ]
}

fn slipped(text: &str, slip: &Slip) -> String {
    if text.is_empty() {
        return String::new();
    }
    let mut chars: Vec<char> = text.chars().collect();
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    match slip {
        Slip::Delete(at, length) => {
            let at = at.index(chars.len());
            chars.drain(at..(at + length).min(chars.len()));
            return chars.into_iter().collect();
        }
        Slip::Insert(at, piece) => {
            let at = at.index(chars.len());
            chars.splice(at..at, piece.chars());
            return chars.into_iter().collect();
        }
        Slip::CutOff(at) => return chars[..at.index(chars.len())].iter().collect(),
        Slip::RepeatLine(at) => {
            let at = at.index(lines.len());
            lines.insert(at, lines[at].clone());
        }
        Slip::SwapLines(a, b) => {
            let (a, b) = (a.index(lines.len()), b.index(lines.len()));
            lines.swap(a, b);
        }
        Slip::Indent(at, by) => {
            let at = at.index(lines.len());
            lines[at] = format!("{}{}", " ".repeat(*by), lines[at].trim_start_matches(' '));
        }
    }
    lines.concat()
}

proptest! {
    #![proptest_config(moderately(400))]

    #[test]
    fn any_bytes_are_loaded_without_a_panic(bytes in prop::collection::vec(any::<u8>(), 0..400), scheme in any::<bool>()) {
        loads_whatever_it_is(raw(if scheme { Y } else { X }, bytes), &words())?;
    }

    #[test]
    fn any_text_is_loaded_without_a_panic(text in "(topics|questions|schemes|lexicon)?:?[ \n:\\-\\[\\]{}&*!|>'\"%@`#,?a-cé“\u{2028}0-9.~<=\t\r]{0,120}", scheme in any::<bool>()) {
        loads_whatever_it_is(raw(if scheme { Y } else { X }, text), &words())?;
    }

    #[test]
    fn a_bank_with_slips_is_loaded_without_a_panic(which in any::<Index>(), slips in prop::collection::vec(slip(), 1..6)) {
        let files = good();
        let file = which.get(&files);
        let text = std::str::from_utf8(&file.bytes).expect("text").to_owned();
        let text = slips.iter().fold(text, |text, slip| slipped(&text, slip));
        loads_whatever_it_is(raw(&file.path, text), &words())?;
    }
}
