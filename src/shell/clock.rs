//! The machine's clocks, behind one function.
//!
//! Linux: `CLOCK_BOOTTIME`, which runs on while the machine sleeps, and the kernel's boot id. Elsewhere, and where
//! the kernel does not give its boot id, there is only the wall clock, and setting it changes the time that is left
//! (not tested on any other system).

use crate::sitting::timing::Stamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// Returns this moment.
pub fn now() -> Stamp {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64);
    #[cfg(target_os = "linux")]
    if let Some(boot) = boot() {
        let since = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        return Stamp { boot, since_boot: since.tv_sec as u64 * 1000 + since.tv_nsec as u64 / 1_000_000, wall };
    }
    Stamp { boot: 0, since_boot: wall.max(0) as u64, wall }
}

/// Returns a number that is different for each start of the machine.
#[cfg(target_os = "linux")]
fn boot() -> Option<u64> {
    static BOOT: std::sync::OnceLock<Option<u64>> = std::sync::OnceLock::new();
    *BOOT.get_or_init(|| {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?;
        let digits: String = id.chars().filter(char::is_ascii_hexdigit).take(15).collect();
        u64::from_str_radix(&digits, 16).ok()
    })
}
