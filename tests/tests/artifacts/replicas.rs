//! How the series of several replicas combine in rules and panels.

use glyph_runtime::{Counter, Gauge, LabelSet, Status, artifacts::Artifacts, metric_catalog};

use crate::{
    dashboards::{on_one_line, panel, parsed, without_blanks},
    promtool,
    tenants::expression,
};

#[derive(LabelSet)]
pub(crate) struct Host<'a> {
    #[label(max = 10)]
    pub(crate) host: &'a str,
}

#[metric_catalog(namespace = "fleet", scope(tenant_id: max 100))]
pub(crate) struct FleetMetrics {
    /// Used fraction of the disk.
    #[metric(unit = ratio)]
    #[alert(DiskFull, > 80%, by(host), summary = "The disk of {host} is full")]
    #[alert(EachDiskFull, > 90%)]
    #[alert(DisksFullOnAverage, > 70%, aggregate = avg)]
    #[panel(by(host))]
    pub(crate) disk_usage: Gauge<Host<'_>>,

    /// Time until the certificate expires.
    #[metric(unit = seconds, aggregate = min)]
    #[alert(CertificateExpires, < 14d, by(host))]
    #[panel(form = stat)]
    pub(crate) certificate_lifetime: Gauge<Host<'_>>,

    /// Age of the newest backup.
    #[metric(unit = seconds)]
    #[alert(BackupYoung, < 1h, by(host))]
    pub(crate) backup_age: Gauge<Host<'_>>,

    /// Temperature of the room.
    #[metric(unit = celsius, aggregate = avg)]
    #[panel(aggregate = max)]
    pub(crate) room: Gauge,

    /// Version of the configuration.
    #[metric(aggregate = last)]
    #[alert(ConfigurationOld, < 3, by(host))]
    pub(crate) configuration: Gauge<Host<'_>>,

    /// Connections in use.
    #[alert(ManyConnections, > 100, by(host))]
    #[alert(PoolFull, ratio(self / connections_max) > 80%, by(host))]
    #[alert(PoolOfAnyFull, ratio(self / connections_max) > 80%, aggregate = max, by(host))]
    pub(crate) connections: Gauge<Host<'_>>,

    /// Size of the pool.
    pub(crate) connections_max: Gauge<Host<'_>>,

    /// Requests.
    #[alert(ReplicaBusy, rate > 100/s, by(instance), summary = "{instance} of {job} is busy")]
    #[alert(RequestsFail, share(status = error) > 5%)]
    #[panel(by(instance, env))]
    pub(crate) requests: Counter<Request>,

    /// Whether the process is up: 1 or 0.
    #[metric(liveness)]
    #[alert(FewReplicas, < 3, aggregate = sum)]
    pub(crate) up: Gauge,
}

#[derive(LabelSet)]
pub(crate) struct Request {
    pub(crate) status: Status,
}

fn fleet() -> Artifacts {
    Artifacts::of::<FleetMetrics>()
}

#[test]
fn rule_combines_replicas_as_the_gauge_or_the_alert_says() {
    let rules = fleet().rules().unwrap();
    for (alert, expr) in [
        (
            "DiskFull",
            "max by (host, job, env) (fleet_disk_usage_ratio) > 0.8",
        ),
        (
            "EachDiskFull",
            "max without (tenant_id) (fleet_disk_usage_ratio) > 0.9",
        ),
        (
            "DisksFullOnAverage",
            "avg by (job, env) (fleet_disk_usage_ratio) > 0.7",
        ),
        (
            "CertificateExpires",
            "min by (host, job, env) (fleet_certificate_lifetime_seconds) < 1209600",
        ),
        (
            "BackupYoung",
            "min by (host, job, env) (fleet_backup_age_seconds) < 3600",
        ),
        (
            "ConfigurationOld",
            "max by (host, job, env) (fleet_configuration and topk by (host, job, env) (1, timestamp(fleet_configuration))) < 3",
        ),
        (
            "ManyConnections",
            "sum by (host, job, env) (fleet_connections) > 100",
        ),
        (
            "PoolFull",
            "sum by (host, job, env) (fleet_connections) / sum by (host, job, env) (fleet_connections_max) > 0.8",
        ),
        (
            "ReplicaBusy",
            "sum by (instance, job, env) (rate(fleet_requests_total[5m])) > 100",
        ),
        ("FewReplicas", "sum by (job, env) (fleet_up) < 3"),
        (
            "PoolOfAnyFull",
            "max by (host, job, env) (sum by (host, job, env, instance) (fleet_connections) / sum by (host, job, env, instance) (fleet_connections_max)) > 0.8",
        ),
    ] {
        assert_eq!(expression(&rules, alert), expr, "{alert}");
    }
}

#[test]
fn panel_combines_replicas_as_the_gauge_or_the_panel_says() {
    let dashboard = parsed(&fleet());
    let starts = |title: &str, start: &str| {
        let panel = panel(&dashboard, title);
        let expr = on_one_line(panel).join(" ");
        assert!(expr.starts_with(&without_blanks(start)), "{title}: {expr}");
    };
    starts("Disk usage", "max by (host) (fleet_disk_usage_ratio{");
    starts(
        "Certificate lifetime",
        "min(fleet_certificate_lifetime_seconds{",
    );
    starts("Backup age", "max(fleet_backup_age_seconds{");
    starts("Room", "max(fleet_room_celsius{");
    starts("Connections", "sum(fleet_connections{");
    starts(
        "Requests",
        "sum by (instance, env) (rate(fleet_requests_total{",
    );
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_a_fleet_fire_and_stay_quiet() {
    promtool::agrees(&fleet());
}

/// Two replicas that are fine alone, whose sums would not be; then two of which one is not fine.
const REPLICAS: &str = r#"
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - name: two replicas in order
    interval: 1m
    input_series:
      - { series: 'fleet_disk_usage_ratio{job="a", instance="1", host="h"}', values: '0.5x5' }
      - { series: 'fleet_disk_usage_ratio{job="a", instance="2", host="h"}', values: '0.5x5' }
      - { series: 'fleet_certificate_lifetime_seconds{job="a", instance="1", host="h"}', values: '2592000x5' }
      - { series: 'fleet_certificate_lifetime_seconds{job="a", instance="2", host="h"}', values: '2592000x5' }
      - { series: 'fleet_backup_age_seconds{job="a", instance="1", host="h"}', values: '4000x5' }
      - { series: 'fleet_backup_age_seconds{job="a", instance="2", host="h"}', values: '4000x5' }
      - { series: 'fleet_connections{job="a", instance="1", host="h"}', values: '8x5' }
      - { series: 'fleet_connections{job="a", instance="2", host="h"}', values: '7x5' }
      - { series: 'fleet_connections_max{job="a", instance="1", host="h"}', values: '10x5' }
      - { series: 'fleet_connections_max{job="a", instance="2", host="h"}', values: '10x5' }
    promql_expr_test:
      - { expr: 'count(ALERTS)', eval_time: 5m, exp_samples: [] }
  - name: one replica out of order
    interval: 1m
    input_series:
      - { series: 'fleet_disk_usage_ratio{job="a", instance="1", host="h"}', values: '0.1x5' }
      - { series: 'fleet_disk_usage_ratio{job="a", instance="2", host="h"}', values: '0.85x5' }
      - { series: 'fleet_certificate_lifetime_seconds{job="a", instance="1", host="h"}', values: '1200000x5' }
      - { series: 'fleet_certificate_lifetime_seconds{job="a", instance="2", host="h"}', values: '1200000x5' }
      - { series: 'fleet_backup_age_seconds{job="a", instance="1", host="h"}', values: '4000x5' }
      - { series: 'fleet_backup_age_seconds{job="a", instance="2", host="h"}', values: '100x5' }
      - { series: 'fleet_configuration{job="a", instance="1", host="h"}', values: '4x1 _x4' }
      - { series: 'fleet_configuration{job="a", instance="2", host="h"}', values: '2x5' }
      - { series: 'fleet_connections{job="a", instance="1", host="h"}', values: '9x5' }
      - { series: 'fleet_connections{job="a", instance="2", host="h"}', values: '1x5' }
      - { series: 'fleet_connections_max{job="a", instance="1", host="h"}', values: '10x5' }
      - { series: 'fleet_connections_max{job="a", instance="2", host="h"}', values: '10x5' }
    promql_expr_test:
      - expr: 'count by (alertname, job, host) (ALERTS)'
        eval_time: 5m
        exp_samples:
          - { labels: '{alertname="DiskFull", job="a", host="h"}', value: 1 }
          - { labels: '{alertname="CertificateExpires", job="a", host="h"}', value: 1 }
          - { labels: '{alertname="BackupYoung", job="a", host="h"}', value: 1 }
          - { labels: '{alertname="ConfigurationOld", job="a", host="h"}', value: 1 }
          - { labels: '{alertname="PoolOfAnyFull", job="a", host="h"}', value: 1 }
  - name: one of two jobs fails
    interval: 1m
    input_series:
      - { series: 'fleet_requests_total{job="a", instance="1", status="ok"}', values: '0+9890x10' }
      - { series: 'fleet_requests_total{job="a", instance="1", status="error"}', values: '0+110x10' }
      - { series: 'fleet_requests_total{job="b", instance="1", status="ok"}', values: '0+312x10' }
      - { series: 'fleet_requests_total{job="b", instance="1", status="error"}', values: '0+288x10' }
    promql_expr_test:
      - expr: 'count by (alertname, job, instance) (ALERTS)'
        eval_time: 10m
        exp_samples:
          - { labels: '{alertname="RequestsFail", job="b"}', value: 1 }
          - { labels: '{alertname="ReplicaBusy", job="a", instance="1"}', value: 1 }
"#;

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn replicas_are_not_added_up() {
    promtool::passes(&fleet().rules().unwrap(), REPLICAS);
}
