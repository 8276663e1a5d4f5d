//! The saver: a thread that owns the session, so that the screen never waits for the disk. What it is given it does
//! in order; what fails it keeps and tries again each second.

use crate::diag::Fault;
use crate::shell::sit::session::{Saved, Session};
use crate::sitting::{EventKind, Refusal, Sitting};
use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

/// How often the store is looked at, and how soon a failure is tried again.
const BEAT: Duration = Duration::from_secs(1);

/// Something to be put into the store.
#[derive(Debug, Clone, PartialEq)]
pub enum Job {
    /// The whole text of a part. Numbers grow; what is reported of one holds for all before it.
    Save {
        part: String,
        text: String,
        number: u64,
    },
    Record(EventKind),
    Submit,
}

/// What the saver says back.
#[derive(Debug, Clone)]
pub enum Report {
    /// The sitting as the store has it, and whether this screen may still write.
    Sitting { sitting: Box<Sitting>, pen: bool },
    /// Every text up to this number is on the disk; the wall clock of the last.
    Saved { number: u64, at: Option<i64> },
    /// The text does not count, but it is kept.
    Kept { number: u64, refusal: Refusal },
    /// Nothing is on the disk; it is being tried again.
    Failed(Fault),
    /// What failed has now been done.
    Recovered,
}

/// The saver's other end.
pub struct Saver {
    jobs: Option<Sender<Job>>,
    done: Receiver<bool>,
}

impl Saver {
    /// Starts the thread. Each report goes to `report`.
    pub fn start(session: Session, report: impl Fn(Report) + Send + 'static) -> Saver {
        let (jobs, inbox) = channel();
        let (done_here, done) = channel();
        std::thread::spawn(move || {
            let mut work = Work { session, queue: VecDeque::new(), failing: false, told: None, report };
            let all = work.run(&inbox);
            let _ = done_here.send(all);
        });
        Saver { jobs: Some(jobs), done }
    }

    /// Hands over a job. Returns whether the saver is still there.
    pub fn send(&self, job: Job) -> bool {
        self.jobs.as_ref().is_some_and(|jobs| jobs.send(job).is_ok())
    }

    /// Lets the saver finish what it has, for so long at most. Returns whether all of it is on the disk.
    pub fn finish(mut self, patience: Duration) -> bool {
        self.jobs = None;
        self.done.recv_timeout(patience).unwrap_or(false)
    }
}

impl Drop for Saver {
    /// Also when the screen fails, what it had handed over is saved.
    fn drop(&mut self) {
        if self.jobs.take().is_some() {
            let _ = self.done.recv_timeout(Duration::from_secs(3));
        }
    }
}

struct Work<F: Fn(Report)> {
    session: Session,
    queue: VecDeque<Job>,
    failing: bool,
    /// Number of the next event, and whether the pen was here, as last reported.
    told: Option<(u64, bool)>,
    report: F,
}

impl<F: Fn(Report)> Work<F> {
    /// Works until the other end is gone. Returns whether everything is done.
    fn run(&mut self, inbox: &Receiver<Job>) -> bool {
        let mut beat = Instant::now() + BEAT;
        self.tell();
        loop {
            let left = beat.saturating_duration_since(Instant::now());
            let gone = match inbox.recv_timeout(left) {
                Ok(job) => {
                    self.take(job);
                    while let Ok(job) = inbox.try_recv() {
                        self.take(job);
                    }
                    false
                }
                Err(RecvTimeoutError::Timeout) => false,
                Err(RecvTimeoutError::Disconnected) => true,
            };
            let due = Instant::now() >= beat;
            if due {
                beat = Instant::now() + BEAT;
                self.look();
            }
            // While the disk fails, every key would only make it fail again.
            if !self.failing || due || gone {
                self.work();
            }
            self.tell();
            if gone {
                return self.queue.is_empty();
            }
        }
    }

    /// Puts a job behind the others; of two texts of the same part that follow each other only the later counts.
    fn take(&mut self, job: Job) {
        if let (Job::Save { part, .. }, Some(Job::Save { part: last, .. })) = (&job, self.queue.back())
            && part == last
        {
            self.queue.pop_back();
        }
        self.queue.push_back(job);
    }

    /// Takes in what others have written and what the clock says.
    fn look(&mut self) {
        let looked = self.session.catch_up().and_then(|()| self.session.tick());
        if let Err(fault) = looked {
            self.fail(fault);
        } else if self.queue.is_empty() && self.failing {
            self.failing = false;
            (self.report)(Report::Recovered);
        }
    }

    fn work(&mut self) {
        while let Some(job) = self.queue.pop_front() {
            let done = match &job {
                Job::Save { part, text, number } => match self.session.save(part, text) {
                    Saved::Done | Saved::Unchanged => {
                        (self.report)(Report::Saved { number: *number, at: self.session.saved_at });
                        Ok(())
                    }
                    Saved::Kept(refusal) => {
                        (self.report)(Report::Kept { number: *number, refusal });
                        Ok(())
                    }
                    Saved::Failed(fault) => Err(fault),
                },
                Job::Record(kind) => self.session.record(vec![kind.clone()]),
                // A refusal is told with the sitting: its phase says why.
                Job::Submit => self.session.submit().map(drop),
            };
            if let Err(fault) = done {
                self.queue.push_front(job);
                self.fail(fault);
                return;
            }
            if std::mem::take(&mut self.failing) {
                (self.report)(Report::Recovered);
            }
        }
    }

    fn fail(&mut self, fault: Fault) {
        self.failing = true;
        (self.report)(Report::Failed(fault));
    }

    /// Reports the sitting if it has changed.
    fn tell(&mut self) {
        let state = (self.session.sitting.next_seq, self.session.has_the_pen());
        let open = self.session.sitting.is_open();
        if self.told != Some(state) || !open {
            self.told = Some(state);
            (self.report)(Report::Sitting { sitting: Box::new(self.session.sitting.clone()), pen: state.1 });
        }
    }
}
