//! What the tests share: the small sound bank, and a room in which the program is run as a user runs it.

use markband::bank::Bank;
use markband::bank::load::{RawFile, load};
use markband::diag::{Fault, Severity};
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Returns the folder of the package.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns every file below a folder of the package that has one of the endings, in order.
pub fn files_below(folder: &str, endings: &[&str]) -> Vec<PathBuf> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an entry").path();
            match path.is_dir() {
                true => walk(&path, found),
                false => found.push(path),
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.retain(|path| path.extension().is_some_and(|ending| endings.iter().any(|wanted| ending == *wanted)));
    found.sort();
    found
}

/// Returns a file of a bank as loading takes it.
pub fn raw(path: &str, bytes: impl Into<Vec<u8>>) -> RawFile {
    RawFile { path: path.to_owned(), shown: path.to_owned(), bytes: bytes.into(), supplied: false }
}

/// Returns the bank files below a folder of the package; question-bank/ and mark-schemes/ stand in it.
fn bank_files(folder: &str) -> Vec<RawFile> {
    let base = root().join(folder);
    let below = |name: &str| files_below(&format!("{folder}/{name}"), &["yaml", "svg"]);
    let read = |path: PathBuf| {
        let name = path.strip_prefix(&base).expect("below the folder").to_str().expect("a plain name");
        raw(name, fs::read(&path).expect("a readable file"))
    };
    below("question-bank").into_iter().chain(below("mark-schemes")).map(read).collect()
}

/// Returns the small sound bank of the tests.
pub fn good() -> Vec<RawFile> {
    bank_files("tests/bank/good")
}

/// Returns the bank that comes with markband.
pub fn shipped() -> Vec<RawFile> {
    bank_files(".")
}

/// A YAML file as text.
pub struct RawText {
    pub path: String,
    pub text: String,
}

/// Returns the YAML files among those of a bank.
pub fn texts(files: Vec<RawFile>) -> Vec<RawText> {
    let yaml = files.into_iter().filter(|file| file.path.ends_with(".yaml"));
    yaml.map(|file| RawText { path: file.path, text: String::from_utf8(file.bytes).expect("text") }).collect()
}

/// Loads a bank that must have no faults.
pub fn sound(files: Vec<RawFile>) -> Bank {
    let (bank, faults) = load(files);
    assert!(faults.is_empty(), "{}", listed(&bank, &faults));
    bank
}

/// Returns the files with further ones, each of which replaces one of the same path, in the order of their paths.
pub fn with(mut files: Vec<RawFile>, more: impl IntoIterator<Item = RawFile>) -> Vec<RawFile> {
    for file in more {
        files.retain(|known| known.path != file.path);
        files.push(file);
    }
    // As the shell finds them: first what is asked, then how it is marked.
    files.sort_by(|a, b| b.path.starts_with("question-bank/").cmp(&a.path.starts_with("question-bank/")).then(a.path.cmp(&b.path)));
    files
}

/// Returns where a fault stands and what it is: `question-bank/questions.yaml:7 error: no-scheme`.
pub fn line(bank: &Bank, fault: &Fault) -> String {
    let severity = match fault.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let span = fault.span.expect("a fault of a text has a place");
    format!("{}:{} {severity}: {}", bank.files.path(span.file), bank.files.place(span).line, fault.code)
}

fn listed(bank: &Bank, faults: &[Fault]) -> String {
    faults.iter().map(|fault| format!("{} {:?}\n", line(bank, fault), fault.args)).collect()
}

/// A temporary folder in which the program is run, and what a user has seen in it so far.
pub struct Room {
    dir: TempDir,
    pub seen: String,
    pub env: Vec<(&'static str, String)>,
}

/// What one run of the program gave.
pub struct Ran {
    pub stdout: String,
    pub stderr: String,
    pub code: i32,
}

impl Ran {
    /// Returns standard output as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

impl Room {
    /// Returns a room with the small sound bank in the folder `bank`.
    pub fn new() -> Room {
        let room = Room { dir: TempDir::new().expect("a temporary folder"), seen: String::new(), env: Vec::new() };
        for file in good() {
            room.write(&format!("bank/{}", file.path), file.bytes);
        }
        room
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.dir.path().join(path)
    }

    pub fn write(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, bytes).expect("a written file");
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.path(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Changes a file of the room as a user would in an editor.
    pub fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{path} has no {from}");
        self.write(path, text.replacen(from, to, 1));
    }

    /// Returns every file below a folder of the room, by its path there, in order.
    pub fn files(&self, folder: &str) -> Vec<String> {
        let found = files_below(self.path(folder).to_str().expect("a plain name"), &["yaml", "pdf", "html", "svg"]);
        found.iter().map(|path| path.strip_prefix(self.path(folder)).expect("below").to_string_lossy().into_owned()).collect()
    }

    pub fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_markband"));
        command.args(line.split_whitespace()).current_dir(self.dir.path()).stdin(Stdio::null());
        // The same for every user of the tests, whatever their terminal and home are like.
        command.env_clear().env("MARKBAND_HOME", self.path("home")).env("NO_COLOR", "1").env("TERM", "dumb");
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs the program and notes what a user sees.
    pub fn run(&mut self, line: &str) -> Ran {
        self.run_showing(line, |_| true)
    }

    /// Runs the program and notes those lines of its output that are `shown`: the shipped bank may grow.
    pub fn run_showing(&mut self, line: &str, shown: impl Fn(&str) -> bool) -> Ran {
        let output = self.command(line).output().expect("the program runs");
        let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
        let ran = Ran { stdout: text(output.stdout), stderr: text(output.stderr), code: output.status.code().expect("no signal") };
        writeln!(self.seen, "$ markband {line}").expect("a text");
        let mut note = |head: &str, text: &str| {
            let lines: String = text.lines().filter(|line| shown(line)).map(|line| format!("{line}\n")).collect();
            if !lines.is_empty() {
                self.seen.push_str(&format!("{head}{lines}"));
            }
        };
        note("", &ran.stdout);
        note("--- stderr\n", &ran.stderr);
        writeln!(self.seen, "--- exit code {}\n", ran.code).expect("a text");
        ran
    }

    /// Holds everything seen so far against `snapshots/<name>.snap`.
    pub fn snapshot(&self, name: &str) {
        snapshot(name, &self.seen.replace(self.dir.path().to_str().expect("a plain name"), "[room]"));
    }
}

/// Holds a text against `snapshots/<name>.snap`, but for what depends on the shipped bank.
pub fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(root().join("tests/it/snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.add_filter(r"MB-[0-9A-F]{4}-[0-9A-F]{4}", "MB-[code]");
    settings.add_filter(r"(?m)^bank: [0-9a-f]{16}$", "bank: [fingerprint]");
    settings.add_filter(r"\d+ formats", "[n] formats");
    settings.add_filter(r", (aqa|edexcel|ib)-[a-z0-9-]+", "");
    settings.bind(|| insta::assert_snapshot!(name, text));
}
