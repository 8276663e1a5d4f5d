//! Time as a sitting counts it: stamps from the machine's clocks, and what lies between two of them.

use serde::{Deserialize, Serialize};

/// Milliseconds.
pub type Millis = u64;

/// A moment as the machine's clocks gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Which start of the machine it belongs to.
    pub boot: u64,
    /// Milliseconds since that start, time asleep included. Nobody can set this clock.
    pub since_boot: Millis,
    /// Milliseconds since 1970 in universal time, as the wall clock had it. Anybody can set this clock.
    pub wall: i64,
}

/// The time between two stamps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Elapsed {
    pub millis: Millis,
    /// Counted by the wall clock, because the machine was started anew in between, or set to nothing because that
    /// clock had gone back.
    pub doubtful: Option<Doubt>,
}

/// Why a span of time is not certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Doubt {
    /// The machine was started anew; the wall clock was believed.
    Restarted,
    /// The machine was started anew and its wall clock showed an earlier time; nothing was counted.
    WentBack,
}

/// Returns the time from one stamp to a later one. Within one start of the machine the wall clock plays no part; a
/// stamp that is not later gives nothing.
pub fn elapsed(from: &Stamp, to: &Stamp) -> Elapsed {
    if from.boot == to.boot {
        return Elapsed { millis: to.since_boot.saturating_sub(from.since_boot), doubtful: None };
    }
    match u64::try_from(to.wall.saturating_sub(from.wall)) {
        Ok(millis) => Elapsed { millis, doubtful: Some(Doubt::Restarted) },
        Err(_) => Elapsed { millis: 0, doubtful: Some(Doubt::WentBack) },
    }
}

/// How long a candidate has, and what may stop the clock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    pub mode: Mode,
    /// Time for reading, before anything may be written.
    pub reading: Millis,
    /// Time for writing, before any extra.
    pub writing: Millis,
    /// Extra writing time in hundredths of the writing time.
    pub extra_percent: u16,
    /// Extra writing time beside that.
    pub extra: Millis,
    /// After the deadline, text already on its way is still taken for so long.
    pub grace: Millis,
}

/// Whether the clock can be stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// As in the examination hall: leaving does not stop the clock.
    Exam,
    /// The clock stops while nobody sits at the paper. Always labelled so.
    Practice,
}

impl Terms {
    /// Returns the writing time allowed at the start, before any change during the sitting.
    pub fn allowed(&self) -> Millis {
        self.writing + self.writing / 100 * self.extra_percent as u64 + self.writing % 100 * self.extra_percent as u64 / 100 + self.extra
    }
}
