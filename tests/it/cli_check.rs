//! `markband check`, as a user sees it. What it says of each kind of fault is in `faults.rs`.

use crate::support::Room;

#[test]
fn a_sound_bank_is_said_to_be_sound() {
    let mut room = Room::new();
    assert_eq!(room.run("check --bank bank").code, 0);
    room.snapshot("check_clean");
}

#[test]
fn the_shipped_bank_has_no_faults() {
    let ran = Room::new().run("check");
    assert!(ran.stdout.contains("No faults."), "{}", ran.stdout);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
}

#[test]
fn a_warning_is_no_failure() {
    let mut room = Room::new();
    room.write("bank/question-bank/x.yaml", "# Topics will come here.\n");
    assert_eq!(room.run("check --bank bank").code, 0);
    room.snapshot("check_warning");
}

#[test]
fn a_folder_that_is_no_bank_is_wrong_use() {
    let mut room = Room::new();
    room.write("empty/notes.txt", "");
    for line in
        ["check --bank nowhere", "check --bank empty", "check --bank empty/notes.txt", "check --bank", "check --bnak bank", "check bank"]
    {
        assert_eq!(room.run(line).code, 2, "{line}");
    }
    room.snapshot("check_errors");
}

#[test]
fn a_bank_of_questions_alone_is_a_bank() {
    let mut room = Room::new();
    std::fs::remove_dir_all(room.path("bank/mark-schemes")).expect("a folder");
    let ran = room.run("check --bank bank --format json");
    let json = ran.json();
    let codes: Vec<_> = json["faults"].as_array().expect("a list").iter().map(|fault| fault["code"].as_str().expect("a code")).collect();
    assert_eq!(codes, ["no-scheme"; 8]);
}

#[test]
fn faults_are_json_for_scripts() {
    let mut room = Room::new();
    room.write(
        "bank/question-bank/x.yaml",
        "topics:\n  - {id: moon, titel: Tides}\n  - {id: moon, title: Tides}\n# “Ünïcode”\n  - {id: sün, title: Tides}\n",
    );
    let ran = room.run("check --bank bank --format json");
    assert_eq!(ran.code, 1);
    let json = ran.json();
    assert_eq!((json["errors"].as_u64(), json["warnings"].as_u64()), (Some(4), Some(0)));
    for fault in json["faults"].as_array().expect("a list") {
        for key in ["code", "severity", "says", "cure"] {
            assert!(fault[key].is_string(), "{key}: {fault}");
        }
        for key in ["line", "column"] {
            assert!(fault["place"][key].is_u64(), "{key}: {fault}");
        }
    }
    room.snapshot("check_json");
}

/// A script reads the same fields whatever went wrong.
#[test]
fn a_folder_that_is_no_bank_is_json_for_scripts() {
    let mut room = Room::new();
    let ran = room.run("check --bank nowhere --format json");
    assert_eq!(ran.code, 2);
    assert_eq!(ran.stderr, "");
    let json = ran.json();
    assert_eq!(json["faults"][0]["code"], "no-folder");
    assert_eq!((json["errors"].as_u64(), json["warnings"].as_u64()), (Some(1), Some(0)), "{json}");
}

/// What stands in a bank does not steer the terminal of whoever checks it.
#[test]
fn a_bank_cannot_send_commands_to_the_terminal() {
    let mut room = Room::new();
    room.env = vec![("CLICOLOR_FORCE", "1".to_owned())];
    let bank = "topics:\n  - id: tides\n    title: Tides\n    \"\\e]0;own\\a\\e[2J\": x\n    \"\\u202Eknil\": x\n  - id: \"\\e[31m\"\n    title: Tides\n    within: \"\\x9b2J\"\n";
    room.write("bank/question-bank/x.yaml", bank);
    let output = room.command("check --bank bank").env_remove("NO_COLOR").output().expect("the program runs");
    let shown = String::from_utf8(output.stdout).expect("UTF-8");
    // Styling is the only thing that may be sent: ESC [ numbers m.
    let unstyled = regex::Regex::new("\u{1b}\\[[0-9;]*m").expect("a pattern").replace_all(&shown, "");
    let bad: Vec<_> = unstyled.chars().filter(|c| c.is_control() && *c != '\n' || *c == '\u{202e}').collect();
    assert!(bad.is_empty(), "{bad:?} in {unstyled:?}");
    let list = room.run("list topics --bank bank");
    assert!(!list.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", list.stdout);
}
