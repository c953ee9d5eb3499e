//! The start time of the process, at which its counts were zero.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Ticks per second in `/proc` (`USER_HZ`). It is 100 on every Linux platform of Rust.
const TICKS: u64 = 100;

/// Returns the start time of the process, or the time of the first call if the system does not
/// report it.
pub(crate) fn process_start() -> SystemTime {
    static START: OnceLock<SystemTime> = OnceLock::new();
    *START.get_or_init(|| {
        let now = SystemTime::now();
        let reported = || {
            let own = std::fs::read_to_string("/proc/self/stat").ok()?;
            let all = std::fs::read_to_string("/proc/stat").ok()?;
            from_proc(&own, &all)
        };
        reported().filter(|start| *start <= now).unwrap_or(now)
    })
}

/// proc(5): field 22 of `/proc/self/stat` is in ticks since `btime` of `/proc/stat`. The second
/// field, the name in parentheses, can contain spaces.
fn from_proc(own: &str, all: &str) -> Option<SystemTime> {
    let (_, after_name) = own.rsplit_once(')')?;
    let ticks: u64 = after_name.split_ascii_whitespace().nth(19)?.parse().ok()?;
    let booted = all.lines().find_map(|line| line.strip_prefix("btime "))?;
    let booted: u64 = booted.trim().parse().ok()?;
    let start = Duration::from_secs(booted) + Duration::from_millis(ticks * (1000 / TICKS));
    UNIX_EPOCH.checked_add(start)
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::{from_proc, process_start};

    #[test]
    fn start_is_read_after_a_name_with_spaces() {
        let own = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 250 20";
        let start = from_proc(own, "cpu 1\nbtime 1000\nprocesses 3\n");
        assert_eq!(start, Some(UNIX_EPOCH + Duration::from_millis(1_002_500)));
        assert_eq!(from_proc("", ""), None);
    }

    #[test]
    fn start_is_in_the_past_and_constant() {
        let start = process_start();
        assert!(start.elapsed().is_ok());
        assert_eq!(process_start(), start);
    }
}
