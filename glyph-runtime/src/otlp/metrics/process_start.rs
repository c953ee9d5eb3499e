//! When the process began, which is when its counts were zero.

use std::{
    sync::OnceLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Ticks in which Linux tells times of processes to programs (`USER_HZ`), on every platform that Rust has.
const TICKS: u64 = 100;

/// The time since 1970, as OTLP has it.
pub(crate) fn nanoseconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}

/// When the process began, or, where the system does not say, when this was first asked.
pub(crate) fn process_start() -> SystemTime {
    static START: OnceLock<SystemTime> = OnceLock::new();
    *START.get_or_init(|| {
        let now = SystemTime::now();
        let told = || {
            let own = std::fs::read_to_string("/proc/self/stat").ok()?;
            let all = std::fs::read_to_string("/proc/stat").ok()?;
            from_proc(&own, &all)
        };
        told().filter(|start| *start <= now).unwrap_or(now)
    })
}

/// proc(5): field 22 of `/proc/self/stat` in ticks since `btime` of `/proc/stat`. The second field may hold spaces.
fn from_proc(own: &str, all: &str) -> Option<SystemTime> {
    let (_, behind_name) = own.rsplit_once(')')?;
    let ticks: u64 = behind_name.split_ascii_whitespace().nth(19)?.parse().ok()?;
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
    fn the_start_is_read_behind_a_name_with_spaces() {
        let own = "7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 250 20";
        let start = from_proc(own, "cpu 1\nbtime 1000\nprocesses 3\n");
        assert_eq!(start, Some(UNIX_EPOCH + Duration::from_millis(1_002_500)));
        assert_eq!(from_proc("", ""), None);
    }

    #[test]
    fn it_lies_in_the_past_and_stays() {
        let start = process_start();
        assert!(start.elapsed().is_ok());
        assert_eq!(process_start(), start);
    }
}
