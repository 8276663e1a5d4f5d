//! The figures promised, each beside its limit. Medians of plain runs, of which the first does not count.

use super::*;
use std::hint::black_box;
use std::time::{Duration, Instant};

const RUNS: usize = 15;

/// Prints the table.
pub(crate) fn print() {
    println!("\nMedians of {RUNS} runs; ± is half the distance between the quartiles. 1 MB is 1,000,000 bytes.");
    println!("Others at work on this machine disturb the figures; its load now: {}\n", load_average());
    let checks: Vec<_> = MADE.iter().map(growth).collect();
    println!();
    refused();
    let load = median(|| load(files::shipped_bank(false)));
    let set = median_of(|| tempfile::tempdir().expect("a folder"), |out| (run(set_paper_1(out.path())), out));
    let first = median(|| begin(program(&["list", "questions"])));
    let end = median(|| run(program(&["list", "questions"])));
    let after_loading = set.middle.saturating_sub(load.middle);
    println!("Paper 1 in a cold process: {set} (fastest {}), of which loading {load}", ms(set.fastest));
    println!("list questions in a cold process: {first} to the first byte, {end} to the end\n");

    println!("{:<52} {:>12} {:>10}", "measure", "figure", "limit");
    let worst = |figure: fn(&Check) -> f64, worse: fn(f64, f64) -> f64| checks.iter().map(figure).reduce(worse).unwrap_or(f64::NAN);
    let parser = worst(Check::against_granit, f64::max);
    row("check against the parser's events, worst size", format!("{parser:.2} ×"), "≤ 3 ×", parser <= 3.0);
    let saphyr = worst(Check::against_saphyr, f64::max);
    row("check against serde-saphyr, worst size", format!("{saphyr:.2} ×"), "≤ 3 ×", saphyr <= 3.0);
    let speed = worst(Check::speed, f64::min);
    row("check, worst size", format!("{speed:.1} MB/s"), "≥ 10 MB/s", speed >= 10.0);
    row("Paper 1 in a cold process, after loading", ms(after_loading), "≤ 150 ms", after_loading <= Duration::from_millis(150));
    row("list questions in a cold process, to the first byte", ms(first.middle), "≤ 30 ms", first.middle <= Duration::from_millis(30));
}

fn row(measure: &str, figure: String, limit: &str, met: bool) {
    println!("{measure:<52} {figure:>12} {limit:>10}  {}", if met { "met" } else { "NOT MET" });
}

/// The middle of several runs, and how far they scatter.
struct Median {
    middle: Duration,
    scatter: Duration,
    fastest: Duration,
}

impl std::fmt::Display for Median {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} ± {}", ms(self.middle), ms(self.scatter))
    }
}

fn ms(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// Processes that wait for a processor, over the last minute, five and fifteen (Linux; else nothing).
fn load_average() -> String {
    let text = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}

impl Median {
    /// Of the runs after the first, which warms up.
    fn of(mut times: Vec<Duration>) -> Median {
        times.remove(0);
        times.sort();
        let at = |quarter: usize| times[times.len() * quarter / 4];
        Median { middle: at(2), scatter: (at(3) - at(1)) / 2, fastest: at(0) }
    }
}

/// Times one run; what comes out is dropped while the clock stands.
fn time<I, O>(input: I, run: impl FnOnce(I) -> O) -> Duration {
    let start = Instant::now();
    let output = black_box(run(black_box(input)));
    let time = start.elapsed();
    drop(output);
    time
}

fn median_of<I, O>(mut input: impl FnMut() -> I, run: impl Fn(I) -> O) -> Median {
    Median::of((0..=RUNS).map(|_| time(input(), &run)).collect())
}

fn median<O>(run: impl Fn() -> O) -> Median {
    median_of(|| (), |()| run())
}

/// The times of one size of bank.
struct Check {
    bytes: usize,
    check: f64,
    granit: f64,
    saphyr: f64,
}

impl Check {
    fn against_granit(&self) -> f64 {
        self.check / self.granit
    }

    fn against_saphyr(&self) -> f64 {
        self.check / self.saphyr
    }

    /// In MB a second.
    fn speed(&self) -> f64 {
        self.bytes as f64 / 1e6 / self.check
    }
}

fn growth(made: &Made) -> Check {
    // By turns, so that whatever disturbs one disturbs the others too.
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..=RUNS {
        times[0].push(time(made.raw.clone(), load));
        times[1].push(time((), |()| read::all(&made.texts, read::granit_events)));
        times[2].push(time((), |()| read::all(&made.texts, read::saphyr)));
    }
    let [check, granit, saphyr] = times.map(Median::of);
    let folder = folder(made);
    let peak = peak(program(&["check", "--bank", folder.path().to_str().expect("a plain path")]));
    let figures = Check {
        bytes: made.bytes(),
        check: check.middle.as_secs_f64(),
        granit: granit.middle.as_secs_f64(),
        saphyr: saphyr.middle.as_secs_f64(),
    };
    println!(
        "check {:<17} {:>5.2} MB  {:>20}  {:>5.1} MB/s  {:.2} × events  {:.2} × serde-saphyr  process ≤ {:>3} MB",
        made.size.to_string(),
        made.bytes() as f64 / 1e6,
        check.to_string(),
        figures.speed(),
        figures.against_granit(),
        figures.against_saphyr(),
        peak,
    );
    figures
}

/// Says where serde-saphyr's default budget ends.
fn refused() {
    for questions in (500..=10_000).step_by(500) {
        let files = bank::bank(Size { questions, one_file: true });
        let refuses = |file: &RawFile| {
            let text = std::str::from_utf8(&file.bytes).expect("made of text");
            let error = serde_saphyr::from_str::<serde_json::Value>(text).err()?;
            let why = error.to_string();
            Some(format!("{} ({:.1} MB): {}", file.path, text.len() as f64 / 1e6, why.lines().next().unwrap_or_default()))
        };
        if let Some(why) = files.iter().find_map(refuses) {
            return println!("serde-saphyr's default budget refuses one file of the bank of {questions} questions, {why}");
        }
    }
    println!("serde-saphyr's default budget refuses none of these files");
}

/// Returns the most memory a process held, in MB, asked of the system every few milliseconds (Linux; else 0).
fn peak(mut command: Command) -> u64 {
    let mut child = command.stdout(Stdio::null()).spawn().expect("the program starts");
    let mut most = 0;
    while child.try_wait().expect("a child").is_none() {
        let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
        most = held.unwrap_or(0).max(most);
        std::thread::sleep(Duration::from_millis(1));
    }
    most.div_ceil(1000)
}
