//! The table of limits in the guide has the numbers of the sources.

use std::fs;

use crate::repository;

/// How the guide writes a number.
#[derive(Clone, Copy, Debug)]
enum Unit {
    Count,
    Bytes,
    /// Microseconds.
    Time,
}

use Unit::{Bytes, Count, Time};

/// Beginnings of rows, each with the source file, what stands before the number in it, and its unit.
#[rustfmt::skip]
const LIMITS: [(&str, &str, &str, Unit); 66] = [
    ("bytes of an open label's value", "glyph-core/src/label/open_values.rs", "const MAX_LENGTH: usize =", Count),
    ("buckets of a histogram", "glyph-core/src/catalog/checks.rs", "const MAX_BUCKETS: usize =", Count),
    ("threads that record", "glyph-core/src/metric/catalog_cells.rs", "const MAX_SLABS: usize =", Count),
    ("an observation in seconds", "glyph-core/src/metric/scale.rs", "const MAX_SECONDS: u64 =", Count),
    ("labels of a scope", "glyph-core/src/descriptor/catalog.rs", "const MOST_LABELS: usize =", Count),
    ("scopes that code is in", "glyph-core/src/scope/mod.rs", "const MOST_SCOPES: usize =", Count),
    ("families that are counted", "glyph-runtime/src/facade/claims.rs", "const MOST_COUNTED: usize =", Count),
    ("age of a reading", "glyph-runtime/src/expose/external/snapshot.rs", "const SHARED_FOR: Duration =", Time),
    ("connections |", "glyph-runtime/src/admin/limits.rs", "const MOST_CONNECTIONS: usize =", Count),
    ("connections |", "glyph-runtime/src/admin/limits.rs", "const NEEDED: usize =", Count),
    ("connections accepted", "glyph-runtime/src/admin/acceptor.rs", "const MOST_A_SECOND: usize =", Count),
    ("connections accepted", "glyph-runtime/src/admin/acceptor.rs", "const TURNS_A_SECOND: usize =", Count),
    ("connections in the queue", "glyph-runtime/src/admin/sockets.rs", "const BACKLOG: i32 =", Count),
    ("descriptors in reserve", "glyph-runtime/src/admin/acceptor.rs", "const RESERVE: usize =", Count),
    ("time for the head", "glyph-runtime/src/admin/limits.rs", "const ARRIVAL: Duration =", Time),
    ("bytes of the head", "glyph-runtime/src/admin/limits.rs", "const BUFFER: usize =", Bytes),
    ("time in which a client", "glyph-runtime/src/admin/limits.rs", "write:", Time),
    ("pause between two answers", "glyph-runtime/src/admin/connections.rs", "const FAIR: Duration =", Time),
    ("concurrent scrapes", "glyph-runtime/src/admin/slots.rs", "const MOST_SCRAPES: usize =", Count),
    ("concurrent scrapes", "glyph-runtime/src/admin/slots.rs", "const STALLED: Duration =", Time),
    ("wait of a scrape", "glyph-runtime/src/admin/slots.rs", "const LONGEST_WAIT: Duration =", Time),
    ("bytes of `Accept`", "glyph-runtime/src/expose/negotiate.rs", "const LONGEST: usize =", Bytes),
    ("bytes of a filter", "glyph-runtime/src/admin/limits.rs", "const BODY: usize =", Bytes),
    ("time in which it arrives", "glyph-runtime/src/admin/limits.rs", "const ARRIVAL: Duration =", Time),
    ("bytes of its history", "glyph-runtime/src/console/mod.rs", "const DEFAULT_MEMORY: usize =", Bytes),
    ("time that it covers", "glyph-runtime/src/console/history.rs", "const COVERS: Duration =", Time),
    ("requests at a time", "glyph-runtime/src/console/thread.rs", "const MOST_REQUESTS: usize =", Count),
    ("clients of live events", "glyph-runtime/src/console/live.rs", "const MOST_CLIENTS: usize =", Count),
    ("traces in a response", "glyph-runtime/src/console/traces.rs", "const MOST: usize =", Count),
    ("series of a metric in a response", "glyph-runtime/src/console/series.rs", "const MOST: usize =", Count),
    ("seconds of a CPU profile", "glyph-runtime/src/profile/mod.rs", "const MAX_SECONDS: u64 =", Count),
    ("samples of a CPU profile", "glyph-runtime/src/profile/sampling.rs", "const FREQUENCY: i32 =", Count),
    ("nodes of a flame graph", "glyph-runtime/src/profile/tree.rs", "const MOST_NODES: usize =", Count),
    ("exemplars of a heat map", "glyph-runtime/src/console/heat_map.rs", "const MOST: usize =", Count),
    ("time of a check", "glyph-runtime/src/health/mod.rs", "const DEFAULT_TIMEOUT: Duration =", Time),
    ("time between two runs", "glyph-runtime/src/health/mod.rs", "const DEFAULT_INTERVAL: Duration =", Time),
    ("characters of a check", "glyph-runtime/src/health/check.rs", "const LONGEST: usize =", Count),
    ("bytes of queued lines", "glyph-runtime/src/log/settings.rs", "queue_bytes:", Bytes),
    ("time that `WARN`", "glyph-runtime/src/log/queue.rs", "const LONGEST_WAIT: Duration =", Time),
    ("bytes of a line", "glyph-runtime/src/log/settings.rs", "line_bytes:", Bytes),
    ("bytes of a value", "glyph-runtime/src/log/settings.rs", "value_bytes:", Bytes),
    ("bytes that `[request", "glyph-runtime/src/log/span_values.rs", "const LONGEST: usize =", Bytes),
    ("fields of an event", "glyph-runtime/src/log/settings.rs", "fields:", Count),
    ("ids that are carried", "glyph-runtime/src/context/ids/carried.rs", "const MAX_IDS: usize =", Count),
    ("ids that are carried", "glyph-runtime/src/context/ids/carried.rs", "const LONGEST_NAME: usize =", Count),
    ("ids that are carried", "glyph-runtime/src/context/ids/carried.rs", "const LONGEST_VALUE: usize =", Count),
    ("fields of a stage's span", "glyph-core/src/span/callsite.rs", "const MAX_FIELDS: usize =", Count),
    ("callsites of spans", "glyph-runtime/src/trace/layer/table.rs", "const MAX_ENTRIES: usize =", Count),
    ("spans in the ring", "glyph-runtime/src/trace/settings.rs", "            spans:", Count),
    ("bytes in the ring", "glyph-runtime/src/trace/settings.rs", "            bytes:", Bytes),
    ("bytes of a file of spans", "glyph-runtime/src/trace/settings.rs", "max_bytes:", Bytes),
    ("traces a second", "glyph-runtime/src/trace/sampler.rs", "const MAX_RATE: u32 =", Count),
    ("entries and bytes of baggage", "glyph-runtime/src/context/trace_context/baggage.rs", "const MAX_ENTRIES: usize =", Count),
    ("entries and bytes of baggage", "glyph-runtime/src/context/trace_context/baggage.rs", "const MAX_BYTES: usize =", Bytes),
    ("queued spans", "glyph-runtime/src/export/limits.rs", "queue:", Count),
    ("bytes of queued items", "glyph-runtime/src/export/limits.rs", "queue_bytes:", Bytes),
    ("items of a request", "glyph-runtime/src/export/limits.rs", "batch:", Count),
    ("bytes of a request", "glyph-runtime/src/export/queue/batch.rs", "const BATCH_BYTES: usize =", Bytes),
    ("time of a batch", "glyph-runtime/src/export/limits.rs", "export_timeout:", Time),
    ("bytes of a collector", "glyph-runtime/src/otlp/transport/mod.rs", "const LONGEST_RESPONSE: usize =", Bytes),
    ("bytes received for one request", "glyph-runtime/src/otlp/transport/exchange.rs", "const LONGEST_EXCHANGE: usize =", Bytes),
    ("time of a connection", "glyph-runtime/src/otlp/transport/connect.rs", "const CONNECT_LIMIT: Duration =", Time),
    ("pause after a failure", "glyph-runtime/src/otlp/transport/gate.rs", "const FIRST_PAUSE: Duration =", Time),
    ("pause after a failure", "glyph-runtime/src/otlp/transport/gate.rs", "const LONGEST_PAUSE: Duration =", Time),
    ("time of `shutdown`", "glyph-runtime/src/telemetry/shutdown.rs", "const DEADLINE: Duration =", Time),
    ("time of a drop", "glyph-runtime/src/export/deadline.rs", "const DROP_DEADLINE: Duration =", Time),
];

/// Reads a number such as `64 * 1024`, `8 << 20` or `Duration::from_secs(5)`, times in microseconds.
fn number(text: &str) -> u64 {
    let text = text.trim();
    if let Some((unit, rest)) = text
        .strip_prefix("Duration::from_")
        .and_then(|text| text.split_once('('))
    {
        let scale = match unit {
            "secs" => 1_000_000,
            "millis" => 1000,
            "micros" => 1,
            other => panic!("Duration::from_{other}"),
        };
        return scale * number(rest.trim_end_matches(')'));
    }
    if let Some((one, other)) = text.split_once(" << ") {
        return number(one) << number(other);
    }
    if let Some((one, other)) = text.split_once(" * ") {
        return number(one) * number(other);
    }
    let digits = text.replace('_', "");
    digits
        .parse()
        .unwrap_or_else(|_| panic!("{text:?} is a number"))
}

fn written(number: u64, unit: Unit) -> String {
    match unit {
        Count => grouped(number),
        Bytes if number.is_multiple_of(1 << 20) => format!("{} MiB", number >> 20),
        Bytes if number.is_multiple_of(1 << 10) => format!("{} KiB", number >> 10),
        Bytes => format!("{} bytes", grouped(number)),
        Time if number.is_multiple_of(1_000_000) => format!("{} s", number / 1_000_000),
        Time if number.is_multiple_of(1000) => format!("{} ms", number / 1000),
        Time => format!("{number} µs"),
    }
}

/// Separates thousands by commas.
fn grouped(number: u64) -> String {
    if number < 1000 {
        return number.to_string();
    }
    format!("{},{:03}", grouped(number / 1000), number % 1000)
}

/// Returns the last number behind `before`: that of the default, if it is the name of a field.
fn in_source(file: &str, before: &str) -> u64 {
    let source = fs::read_to_string(repository().join(file));
    let source = source.unwrap_or_else(|error| panic!("{file}: {error}"));
    let found = source.rfind(before);
    let at = found.unwrap_or_else(|| panic!("{file} has no `{before}`"));
    let rest = &source[at + before.len()..];
    let end = rest.find([';', ',']).expect("an end of the number");
    number(&rest[..end])
}

#[test]
fn guide_has_the_limits_of_the_sources() {
    let guide = fs::read_to_string(repository().join("docs/guide/limits.md")).expect("the limits");
    for (row, file, before, unit) in LIMITS {
        let number = written(in_source(file, before), unit);
        let begins = format!("| {row}");
        let mut rows = guide.lines().filter(|line| line.starts_with(&begins));
        let line = rows.next().unwrap_or_else(|| panic!("no row `{row}`"));
        assert_eq!(rows.next(), None, "two rows `{row}`");
        let limit = line.split('|').nth(2).expect("a column with the limit");
        let numbers = limit.split([' ', ',']).collect::<Vec<_>>();
        let has = match unit {
            Count => limit
                .split(' ')
                .any(|word| word.trim_matches(',') == number),
            _ => limit.contains(&number),
        };
        assert!(
            has,
            "{file}: {before} {number}, and the guide has {numbers:?}"
        );
    }
}

#[test]
fn numbers_are_read_and_written() {
    for (text, unit, expected) in [
        ("64 * 1024", Bytes, "64 KiB"),
        ("8 << 20", Bytes, "8 MiB"),
        ("1_000", Count, "1,000"),
        ("Duration::from_secs(5 * 60)", Time, "300 s"),
        ("Duration::from_millis(50)", Time, "50 ms"),
        ("Duration::from_micros(250)", Time, "250 µs"),
    ] {
        assert_eq!(written(number(text), unit), expected);
    }
}
