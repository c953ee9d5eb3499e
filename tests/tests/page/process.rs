//! Metrics of the process and of its tokio runtime.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{
    fs::{self, File},
    hint::black_box,
    time::{Duration, Instant, SystemTime},
};

use glyph_runtime::{Counter, Telemetry, TelemetryBuilder, expose::Format, metric_catalog};
use tokio::runtime::{self, Runtime};

/// Returns the value of a series without labels.
fn value(telemetry: &Telemetry, name: &str) -> Option<f64> {
    let page = telemetry.render(Format::Text);
    let lines = page.lines();
    let mut values = lines.filter_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
    values.next().map(|value| value.parse().unwrap())
}

fn builder() -> TelemetryBuilder {
    Telemetry::builder("process").env_lookup(|_| None)
}

fn telemetry() -> Telemetry {
    builder().build().unwrap()
}

/// Returns a number of kibibytes in `/proc/self/status`.
fn status_bytes(name: &str) -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name));
    let kibibytes = line.unwrap().trim_start_matches(':').trim();
    kibibytes.trim_end_matches(" kB").parse::<f64>().unwrap() * 1024.0
}

#[test]
fn memory_is_that_of_proc() {
    let telemetry = telemetry();
    for (family, status) in [
        ("process_resident_memory_bytes", "VmRSS"),
        ("process_virtual_memory_bytes", "VmSize"),
    ] {
        let exposed = value(&telemetry, family).unwrap();
        let read = status_bytes(status);
        // Other tests run in the same process.
        assert!(
            (exposed / read - 1.0).abs() < 0.5,
            "{family}: {exposed}, {read}"
        );
    }
}

#[test]
fn cpu_time_rises_with_work() {
    let telemetry = telemetry();
    let before = value(&telemetry, "process_cpu_seconds_total").unwrap();
    let started = Instant::now();
    let deadline = started + Duration::from_secs(20);
    let mut rounds = 0_u64;
    loop {
        rounds = black_box(rounds + 1);
        if rounds.is_multiple_of(1 << 24) {
            let after = value(&telemetry, "process_cpu_seconds_total").unwrap();
            if after - before >= 0.05 {
                break;
            }
            assert!(
                Instant::now() < deadline,
                "the CPU time was {before}, and is {after}"
            );
        }
    }
}

#[test]
fn open_files_are_counted() {
    let telemetry = telemetry();
    let most = value(&telemetry, "process_max_fds").unwrap();
    let files: Vec<File> = (0..200).map(|_| File::open("/dev/null").unwrap()).collect();
    let open = value(&telemetry, "process_open_fds").unwrap();
    assert!(open >= 200.0 && open < most, "{open} of {most}");
    drop(files);
}

#[test]
fn start_is_before_now_and_the_same_at_each_scrape() {
    let telemetry = telemetry();
    let start = value(&telemetry, "process_start_time_seconds").unwrap();
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap().as_secs_f64();
    // The time since the start of the machine is rounded to seconds.
    assert!(start < now + 2.0 && start > now - 3600.0, "{start}, {now}");
    assert_eq!(value(&telemetry, "process_start_time_seconds"), Some(start));
}

fn two_workers() -> Runtime {
    let mut builder = runtime::Builder::new_multi_thread();
    builder.worker_threads(2).enable_all().build().unwrap()
}

#[test]
fn runtime_is_the_one_that_is_named() {
    let runtime = two_workers();
    let unbuilt = builder().tokio_runtime(runtime.handle().clone());
    let telemetry = unbuilt.build().unwrap();
    let tasks: Vec<_> = (0..7)
        .map(|_| runtime.spawn(std::future::pending::<()>()))
        .collect();
    assert_eq!(value(&telemetry, "tokio_workers"), Some(2.0));
    assert_eq!(value(&telemetry, "tokio_alive_tasks"), Some(7.0));
    let busy = value(&telemetry, "tokio_worker_busy_seconds_total").unwrap();
    assert!((0.0..60.0).contains(&busy), "{busy}");
    drop(tasks);
}

#[test]
fn runtime_is_the_current_one() {
    let runtime = two_workers();
    let telemetry = runtime.block_on(async { telemetry() });
    assert_eq!(value(&telemetry, "tokio_workers"), Some(2.0));
}

#[test]
fn there_are_no_families_of_tokio_outside_of_a_runtime() {
    let telemetry = telemetry();
    assert!(!telemetry.render(Format::Text).contains("tokio_"));
    assert!(value(&telemetry, "process_threads").unwrap() >= 1.0);
}

#[test]
fn families_can_be_left_out() {
    let unbuilt = builder().without_process();
    let telemetry = unbuilt.build().unwrap();
    assert_eq!(value(&telemetry, "process_threads"), None);
    let rules = telemetry.artifacts().rules().unwrap();
    assert!(!rules.contains("alert: "), "{rules}");
}

#[metric_catalog(namespace = "process")]
struct Own {
    /// CPU time as the program counts it.
    #[metric(unit = seconds)]
    #[expect(dead_code, reason = "only its name matters")]
    cpu: Counter,
}

#[test]
fn metric_of_the_same_name_is_refused_with_its_place() {
    let unbuilt = builder().catalog(Own::global());
    let error = unbuilt.build().unwrap_err();
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.starts_with("`process_cpu_seconds`, declared at "),
        "{cause}"
    );
    assert!(cause.ends_with("add `.without_process()`"), "{cause}");
    assert!(cause.contains("page/process.rs:"), "{cause}");
    let unbuilt = builder().catalog(Own::global());
    let telemetry = unbuilt.without_process().build().unwrap();
    assert_eq!(value(&telemetry, "process_cpu_seconds_total"), Some(0.0));
}

#[test]
fn rules_and_panels_are_in_the_artifacts() {
    let artifacts = telemetry().artifacts();
    let rules = artifacts.rules().unwrap();
    for alert in ["FileDescriptorsNearLimit", "ProcessRestarts"] {
        assert!(rules.contains(&format!("alert: {alert}\n")), "{rules}");
    }
    let dashboard = artifacts.dashboard().unwrap();
    assert!(
        dashboard.contains("process_resident_memory_bytes"),
        "{dashboard}"
    );
}
