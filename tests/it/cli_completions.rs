//! `markband completions` and `markband man`, and the help, as a user sees them.

use crate::support::Room;

const COMMANDS: [&str; 10] = ["set", "check", "list", "show", "print", "compare", "schema", "completions", "man", "places"];

#[test]
fn every_shell_is_told_every_command() {
    let mut room = Room::new();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ran = room.run(&format!("completions {shell}"));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{shell}");
        for command in COMMANDS {
            assert!(ran.stdout.contains(command), "{shell} is not told of {command}");
        }
    }
    assert_eq!(room.run("completions tcsh").code, 2);
}

#[test]
fn the_manual_has_every_command() {
    let mut room = Room::new();
    let ran = room.run("man");
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains(".TH markband 1"), "{}", &ran.stdout[..200]);
    for command in COMMANDS {
        assert!(ran.stdout.contains(&format!(".SH MARKBAND {}", command.to_uppercase())), "the manual has no {command}");
    }
}

#[test]
fn the_help_says_what_there_is() {
    let mut room = Room::new();
    for line in ["--help", "set --help", "check --help", "list --help", "show --help", "print --help", "compare --help", "schema --help"] {
        assert_eq!(room.run(line).code, 0);
    }
    room.snapshot("help");
}

#[test]
fn wrong_use_is_told_how_it_is_meant() {
    let mut room = Room::new();
    for line in ["", "sett", "set", "--bank bank", "help nothing"] {
        assert_eq!(room.run(line).code, 2, "{line}");
    }
    room.snapshot("help_errors");
}

#[test]
fn the_version_is_the_package_s() {
    let ran = Room::new().run("--version");
    assert_eq!(ran.stdout, format!("markband {}\n", env!("CARGO_PKG_VERSION")));
}
