//! `markband sit`: a whole sitting at a terminal of its own, and line by line through a pipe.

use crate::support::Room;
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use regex::Regex;
use std::io::{Read, Write};
use std::process::Stdio;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};
use unicode_width::UnicodeWidthChar;

/// A room with a paper of 35 minutes in the folder `paper`.
fn room_with_paper() -> Room {
    let mut room = Room::new();
    assert_eq!(room.run("set moon-paper --bank bank --seed 7 --out paper --format html").code, 0);
    room.seen.clear();
    room
}

/// Runs the line mode with an input and notes what a user sees, but for times of day and the receipt's code.
fn plain(room: &mut Room, options: &str, input: &str) -> String {
    let line = format!("sit paper {options}");
    let mut child =
        room.command(&line).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program runs");
    child.stdin.take().expect("a pipe").write_all(input.as_bytes()).expect("it reads");
    let output = child.wait_with_output().expect("it ends");
    let mut seen = String::from_utf8(output.stdout).expect("UTF-8") + &String::from_utf8(output.stderr).expect("UTF-8");
    for (found, stands_for) in
        [(r"\d+:\d\d of", "[time] of"), (r"at \d\d:\d\d:\d\d", "at [time of day]"), (r"Receipt [0-9A-F-]+", "Receipt [code]")]
    {
        seen = Regex::new(found).expect("a pattern").replace_all(&seen, stands_for).into_owned();
    }
    room.seen.push_str(&format!("$ markband {line}\n{seen}--- exit code {}\n\n", output.status.code().expect("no signal")));
    seen
}

#[test]
fn a_sitting_goes_through_a_pipe() {
    let mut room = room_with_paper();
    plain(&mut room, "--candidate Ann", "/help\n/sources\nHalf of it.\n//and a stroke\n/flag\n/part 9\n/nonsense\n/next\nB\n/review\n");
    plain(&mut room, "--candidate Ann --extra-time 50", "/show\n/back\n/show\n/delete-last\n/show\n/clear\n/show\n");
    plain(
        &mut room,
        "--candidate Ann",
        "The sunlit half.\n/break stretch\nnot now\n/next\n/go-on\n/submit\n/time\n/submit\n/submit\nafter\n",
    );
    plain(&mut room, "--candidate Ann", "");
    plain(&mut room, "--candidate Ann --new --practice --plain", "/quit\n");
    room.snapshot("sit_plain");
}

#[test]
fn reading_time_takes_no_text() {
    let mut room = room_with_paper();
    room.edit("paper/paper.yaml", "  minutes: 35\n", "  minutes: 35\n  reading_minutes: 5\n");
    let seen = plain(&mut room, "--candidate Ann", "too early\n/show\n/submit\n");
    assert!(seen.contains("nothing can be written"), "{seen}");
    assert!(!seen.contains("saved,"), "{seen}");
}

#[test]
fn control_characters_are_neither_kept_nor_shown() {
    let mut room = room_with_paper();
    let seen = plain(&mut room, "--candidate \u{1b}[2JAnn", "a\u{1b}[31mred\u{7}\u{0}\n/show\n/part \u{1b}c\n");
    assert!(!seen.contains(['\u{1b}', '\u{7}', '\u{0}']), "{seen:?}");
    assert!(seen.contains("a[31mred"), "{seen}");
}

#[test]
fn what_cannot_be_sat_is_said() {
    let mut room = room_with_paper();
    assert_eq!(room.run("sit nowhere").code, 1);
    assert_eq!(room.run("sit").code, 2);
    assert_eq!(room.run("sit paper --extra-time lots").code, 2);
    let command = room.command("sit paper --candidate").arg(" ").output().expect("the program runs");
    assert_eq!(command.status.code(), Some(2));
}

/// A terminal with the program in it.
struct Seat {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    keys: Option<Box<dyn Write + Send>>,
    output: Receiver<Vec<u8>>,
    raw: Vec<u8>,
    size: (u16, u16),
}

impl Seat {
    fn take(room: &Room, options: &str) -> Seat {
        Seat::of_size(room, options, (80, 24))
    }

    fn of_size(room: &Room, options: &str, size: (u16, u16)) -> Seat {
        let pair = native_pty_system().openpty(PtySize { cols: size.0, rows: size.1, ..PtySize::default() }).expect("a terminal");
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_markband"));
        command.args(format!("sit paper {options}").split_whitespace());
        command.cwd(room.path(""));
        command.env_clear();
        for (name, value) in
            [("MARKBAND_HOME", room.path("home").to_str().expect("a plain name")), ("TERM", "xterm-256color"), ("TZ", "UTC")]
        {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).expect("the program runs");
        let mut reader = pair.master.try_clone_reader().expect("an output");
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut bytes = [0; 4096];
            while let Ok(read) = reader.read(&mut bytes) {
                if read == 0 || sender.send(bytes[..read].to_vec()).is_err() {
                    return;
                }
            }
        });
        let keys = pair.master.take_writer().expect("an input");
        Seat { child, master: Some(pair.master), keys: Some(keys), output, raw: Vec::new(), size }
    }

    fn press(&mut self, keys: &str) {
        self.keys.as_mut().expect("an input").write_all(keys.as_bytes()).expect("it reads");
    }

    /// Waits until a text is on the screen, and returns the screen.
    fn see(&mut self, text: &str) -> String {
        let until = Instant::now() + Duration::from_secs(10);
        loop {
            while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(20)) {
                self.raw.extend(bytes);
            }
            let screen = screen(&self.raw, self.size);
            if screen.contains(text) {
                return screen;
            }
            assert!(Instant::now() < until, "never saw {text:?}:\n{screen}");
        }
    }

    /// Waits for the end and returns the exit code and everything that was written.
    fn end(mut self) -> (u32, String) {
        let until = Instant::now() + Duration::from_secs(10);
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child") {
                break status;
            }
            assert!(Instant::now() < until, "it does not end:\n{}", screen(&self.raw, self.size));
            std::thread::sleep(Duration::from_millis(5));
        };
        while let Ok(bytes) = self.output.recv_timeout(Duration::from_millis(100)) {
            self.raw.extend(bytes);
        }
        (status.exit_code(), String::from_utf8_lossy(&self.raw).into_owned())
    }

    fn signal(&self, name: &str) {
        let id = self.child.process_id().expect("a process").to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().expect("kill").success());
    }
}

/// Returns what a terminal of this size shows after some output: text and cursor motion are all it knows.
fn screen(raw: &[u8], (width, height): (u16, u16)) -> String {
    let (width, height) = (width as usize, height as usize);
    let blank = || vec![vec![' '; width]; height];
    let mut cells = blank();
    let (mut row, mut column) = (0, 0);
    let text = String::from_utf8_lossy(raw);
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\u{1b}' if chars.next_if_eq(&'[').is_some() => {
                let mut parameters = String::new();
                let last = loop {
                    match chars.next() {
                        Some(c) if c.is_ascii_alphabetic() => break c,
                        Some(c) => parameters.push(c),
                        None => break ' ',
                    }
                };
                let mut numbers = parameters.split(';').map(|number| number.parse::<usize>().unwrap_or(1));
                match last {
                    'H' => (row, column) = (numbers.next().unwrap_or(1) - 1, numbers.next().unwrap_or(1) - 1),
                    'J' => cells = blank(),
                    'h' | 'l' if parameters == "?1049" => cells = blank(),
                    _ => {}
                }
            }
            '\u{1b}' if chars.next_if_eq(&']').is_some() => while chars.next().is_some_and(|c| c != '\u{7}') {},
            '\r' => column = 0,
            '\n' => row += 1,
            c => {
                if let Some(cell) = cells.get_mut(row).and_then(|row| row.get_mut(column)) {
                    *cell = c;
                }
                column += c.width().unwrap_or(0);
            }
        }
    }
    cells.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned() + "\n").collect()
}

const F: [&str; 11] = [
    "",
    "\u{1b}OP",
    "\u{1b}OQ",
    "\u{1b}OR",
    "\u{1b}OS",
    "\u{1b}[15~",
    "\u{1b}[17~",
    "\u{1b}[18~",
    "\u{1b}[19~",
    "\u{1b}[20~",
    "\u{1b}[21~",
];
/// What every screen must have taken back when it ends.
const GIVEN_BACK: [&str; 3] = ["\u{1b}[?1049l", "\u{1b}[?2004l", "\u{1b}[?25h"];

fn assert_given_back(raw: &str) {
    for code in GIVEN_BACK {
        assert!(raw.contains(code), "{code:?} is missing");
    }
}

#[test]
fn a_whole_sitting_at_a_terminal() {
    let mut room = room_with_paper();
    let mut seat = Seat::take(&room, "--candidate Ann");
    seat.see("Question 1(a)");
    seat.press("Half of the Moon is lit.");
    seat.see("Saved ");
    seat.press(F[8]);
    seat.see("Question 1(b)");
    seat.press(F[3]);
    seat.see("⚑");
    seat.press(F[2]);
    seat.see("F2 answer");
    seat.press(F[2]);
    seat.press("\u{1b}[200~pasted\rtext\u{1b}[201~");
    seat.see("pasted");
    seat.press(F[9]);
    let review = seat.see("Review");
    assert!(review.contains("3 parts are blank.  1 flag."), "{review}");
    seat.press("s");
    seat.see("Hand in the paper?");
    seat.press("y");
    let over = seat.see("Receipt ");
    assert!(over.contains("2 of 5 parts answered, 8 words"), "{over}");
    seat.press("\r");
    let (code, raw) = seat.end();
    assert_eq!(code, 0);
    assert_given_back(&raw);
    assert!(raw.rsplit("\u{1b}[?1049l").next().is_some_and(|after| after.contains("Receipt ")), "the receipt stays");
    let again = plain(&mut room, "--candidate Ann", "");
    assert!(again.contains("--new"), "{again}");
}

#[test]
fn after_a_kill_it_goes_on_with_the_text() {
    let mut room = room_with_paper();
    let mut seat = Seat::take(&room, "--candidate Ann");
    seat.see("Question 1(a)");
    seat.press("Written before the end");
    seat.see("Saved ");
    std::thread::sleep(Duration::from_millis(250));
    seat.signal("-KILL");
    seat.end();
    let mut seat = Seat::of_size(&room, "--candidate Ann", (200, 60));
    let screen = seat.see("Written before the end");
    assert!(screen.contains("You go on where you left off."), "{screen}");
    seat.press("\u{11}");
    seat.see("Leave the paper?");
    seat.press("y");
    let (code, raw) = seat.end();
    assert_eq!(code, 0);
    assert!(raw.contains("The clock runs on"), "{raw}");
    let seen = plain(&mut room, "--candidate Ann", "/show\n");
    assert!(seen.contains("Written before the end"), "{seen}");
}

#[test]
fn signals_save_the_last_text_and_give_the_screen_back() {
    for signal in ["-TERM", "-HUP", "-INT"] {
        let mut room = room_with_paper();
        let mut seat = Seat::take(&room, "--candidate Ann");
        seat.see("Question 1(a)");
        seat.press("at the last moment");
        // The letters have been read when they are drawn; they need not be saved yet.
        seat.see("moment");
        seat.signal(signal);
        let (code, raw) = seat.end();
        assert_eq!(code, 0, "{signal}");
        assert_given_back(&raw);
        let seen = plain(&mut room, "--candidate Ann", "/show\n");
        assert!(seen.contains("at the last moment"), "{signal}: {seen}");
    }
}

#[test]
fn a_terminal_that_goes_away_loses_nothing() {
    let mut room = room_with_paper();
    let mut seat = Seat::take(&room, "--candidate Ann");
    seat.see("Question 1(a)");
    seat.press("the window was closed");
    seat.see("closed");
    seat.keys = None;
    seat.master = None;
    let Seat { mut child, output, .. } = seat;
    drop(output);
    let until = Instant::now() + Duration::from_secs(10);
    while child.try_wait().expect("a child").is_none() {
        if Instant::now() > until {
            child.kill().expect("a child");
            unreachable!("it does not end");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    let seen = plain(&mut room, "--candidate Ann", "/show\n");
    assert!(seen.contains("the window was closed"), "{seen}");
}

#[test]
fn a_second_screen_takes_over_and_the_first_is_for_reading() {
    let mut room = room_with_paper();
    let mut first = Seat::take(&room, "--candidate Ann");
    first.see("Question 1(a)");
    first.press("mine");
    first.see("Saved ");
    let mut second = Seat::take(&room, "--candidate Ann");
    second.see("mine");
    first.see("Another screen has taken over");
    first.press("x");
    second.press(" and yours");
    second.see("Saved ");
    first.signal("-TERM");
    assert_eq!(first.end().0, 0);
    second.press("\u{11}y");
    assert_eq!(second.end().0, 0);
    let seen = plain(&mut room, "--candidate Ann", "/show\n");
    assert!(seen.contains("mine and yours"), "{seen}");
}

#[test]
fn the_first_screen_comes_soon() {
    let room = room_with_paper();
    let mut times: Vec<_> = (0..5)
        .map(|n| {
            let began = Instant::now();
            let mut seat = Seat::take(&room, &format!("--candidate Ann{n}"));
            while !String::from_utf8_lossy(&seat.raw).contains("Question") {
                seat.raw.extend(seat.output.recv_timeout(Duration::from_secs(10)).expect("a screen"));
            }
            let took = began.elapsed();
            seat.press("\u{11}y");
            assert_eq!(seat.end().0, 0);
            took
        })
        .collect();
    times.sort();
    eprintln!("start to first screen: {times:?}");
    // The promise is 100 ms on an idle machine; beside other tests there is room for their share.
    assert!(times[0] < Duration::from_millis(500), "{times:?}");
}
