//! A job pushes its metrics to the real Pushgateway.

use std::{net::SocketAddr, process::Command, time::Duration};

use glyph_runtime::{
    Counter, Gauge, Histogram, Label, Telemetry, expose::pushgateway::Pushgateway, metric_catalog,
};
use glyph_tests::environment;

use crate::{
    http::{TEXT, page},
    process::{Output, Process},
};

/// Longer than any push takes on a busy machine.
const LONG: Duration = Duration::from_secs(60);

#[derive(Label, Clone, Copy, Debug)]
enum Table {
    Users,
    Orders,
}

#[metric_catalog(namespace = "backup")]
struct Metrics {
    /// Rows that were saved.
    rows: Counter<Table>,
    /// Free space.
    #[metric(unit = bytes)]
    free: Gauge,
    /// Time of a table.
    #[metric(unit = seconds, buckets = [1s, 10s])]
    table_duration: Histogram<Table>,
}

fn gateway() -> (Process, SocketAddr) {
    let mut command = Command::new("prometheus-pushgateway");
    command.args(["--web.listen-address", "127.0.0.1:0"]);
    let process = Process::start(command, Output::Stderr);
    let address = process.wait_for_line(|line| {
        let (_, address) = line.split_once(r#"msg="Listening on" address="#)?;
        address.trim().parse().ok()
    });
    (process, address)
}

fn job() -> Telemetry {
    let metrics = Metrics::global();
    environment::telemetry("backup")
        .catalog(metrics)
        .build()
        .unwrap()
}

#[test]
#[ignore = "needs prometheus-pushgateway; .ci/run installs it"]
fn push_replaces_the_metrics_of_its_group_and_of_no_other() {
    let (_process, address) = gateway();
    let telemetry = job();
    let metrics = Metrics::global();
    metrics.rows.add(Table::Orders, 7_u64);
    metrics.free.set(1024);
    metrics.table_duration.observe(Table::Users, 2.5);
    let gateway = Pushgateway::new(format!("http://{address}"), "nightly/backup");
    let [first, second] =
        ["db 1", "db/2"].map(|instance| gateway.clone().grouping("instance", instance));
    first.push_blocking(&telemetry.exposition(), LONG).unwrap();
    metrics.rows.add(Table::Orders, 1);
    second.push_blocking(&telemetry.exposition(), LONG).unwrap();

    let page = page(&format!("http://{address}/metrics"), TEXT);
    let has = |name: &str, labels: &[&str], value: &str| {
        page.lines().any(|line| {
            line.starts_with(name)
                && labels.iter().all(|label| line.contains(label))
                && line.ends_with(&format!(" {value}"))
        })
    };
    for (instance, rows) in [(r#"instance="db 1""#, "7"), (r#"instance="db/2""#, "8")] {
        let labels = [instance, r#"job="nightly/backup""#];
        let with = |label| [labels[0], labels[1], label];
        assert!(
            has("backup_rows_total", &with(r#"table="orders""#), rows),
            "{page}"
        );
        assert!(has("backup_free_bytes", &labels, "1024"), "{page}");
        let count = with(r#"table="users""#);
        assert!(
            has("backup_table_duration_seconds_count", &count, "1"),
            "{page}"
        );
    }
}

#[tokio::test(flavor = "current_thread")]
#[ignore = "needs prometheus-pushgateway; .ci/run installs it"]
async fn push_from_a_runtime_works_and_a_rejected_push_is_an_error() {
    let (_process, address) = gateway();
    let telemetry = job();
    let gateway = Pushgateway::new(format!("http://{address}"), "backup");
    gateway.push(&telemetry.exposition(), LONG).await.unwrap();
    // The Pushgateway knows no such path.
    let elsewhere = Pushgateway::new(format!("http://{address}/elsewhere"), "backup");
    let error = elsewhere
        .push(&telemetry.exposition(), LONG)
        .await
        .unwrap_err();
    assert!(error.to_string().contains("HTTP status 404"), "{error}");
}
