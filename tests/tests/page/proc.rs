//! Each metric of the process is that of `/proc`.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use glyph_runtime::{Telemetry, expose::Format};

/// The clock ticks of a second in `/proc` (proc(5), `USER_HZ`).
const TICKS: f64 = 100.0;

const DEADLINE: Duration = Duration::from_secs(60);

type Values = BTreeMap<String, f64>;

/// Returns the number after a name in a file of `/proc`.
fn number(file: &str, name: &str) -> f64 {
    let text = fs::read_to_string(file).unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let word = line.unwrap().split_whitespace().next();
    word.unwrap().parse().unwrap()
}

/// Reads what `/proc` has, with how far a reading at another moment may be from it.
fn of_proc() -> BTreeMap<&'static str, (f64, f64)> {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    // The name of the program can have spaces. The first field after it is the third.
    let (_, fields) = stat.rsplit_once(") ").unwrap();
    let fields: Vec<_> = fields.split(' ').collect();
    let field = |number: usize| fields.get(number - 3).unwrap().parse::<f64>().unwrap();
    let kibibytes = |name| number("/proc/self/status", name) * 1024.0;
    let (resident, size) = (kibibytes("VmRSS:"), kibibytes("VmSize:"));
    let open = u32::try_from(fs::read_dir("/proc/self/fd").unwrap().count()).unwrap();
    let began = number("/proc/stat", "btime ") + field(22) / TICKS;
    BTreeMap::from([
        (
            "process_cpu_seconds_total",
            ((field(14) + field(15)) / TICKS, 0.0),
        ),
        (
            "process_max_fds",
            (number("/proc/self/limits", "Max open files"), 0.0),
        ),
        ("process_open_fds", (f64::from(open), 1.0)),
        ("process_resident_memory_bytes", (resident, resident * 0.05)),
        ("process_start_time_seconds", (began, 1.01)),
        (
            "process_threads",
            (number("/proc/self/status", "Threads:"), 0.0),
        ),
        ("process_virtual_memory_bytes", (size, 1.0)),
    ])
}

/// Returns the values of the series without labels whose names begin like those of the process.
fn exposed(telemetry: &Telemetry) -> Values {
    let page = telemetry.render(Format::Text);
    let lines = page.lines().filter(|line| line.starts_with("process_"));
    let pairs = lines.filter_map(|line| line.split_once(' '));
    let values = pairs.map(|(name, value)| (name.to_owned(), value.parse().unwrap()));
    values.collect()
}

#[test]
fn each_family_is_between_two_readings_of_proc() {
    let telemetry = Telemetry::builder("process").env_lookup(|_| None);
    let telemetry = telemetry.build().unwrap();
    let names: Vec<_> = exposed(&telemetry).into_keys().collect();
    assert_eq!(names, of_proc().into_keys().collect::<Vec<_>>());
    // Other tests of the process open files and start threads between the readings.
    let deadline = Instant::now() + DEADLINE;
    let mut agreed = BTreeMap::new();
    while agreed.len() < names.len() {
        let (before, values, after) = (of_proc(), exposed(&telemetry), of_proc());
        for name in &names {
            let (name, value) = (name.as_str(), *values.get(name).unwrap());
            let ((one, near), (other, _)) = (*before.get(name).unwrap(), *after.get(name).unwrap());
            if (one.min(other) - near..=one.max(other) + near).contains(&value) {
                agreed.insert(name.to_owned(), value);
            }
        }
        let open: Vec<_> = names
            .iter()
            .filter(|name| !agreed.contains_key(*name))
            .collect();
        assert!(
            Instant::now() < deadline,
            "{open:?}: {before:?}, {values:?}, {after:?}"
        );
    }
}
