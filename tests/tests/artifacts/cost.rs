//! The cost of a fleet is computed from its catalogs.

use std::num::NonZeroU32;

use clap::Parser;
use glyph_runtime::artifacts::{ArtifactArgs, Artifacts, Load};

use crate::{shop::ShopMetrics, tenants::ChessMetrics};

#[derive(Parser)]
struct Command {
    #[command(flatten)]
    artifacts: ArtifactArgs,
}

fn run(arguments: &[&str], artifacts: &Artifacts) -> String {
    let arguments = std::iter::once("app").chain(arguments.iter().copied());
    let command = Command::try_parse_from(arguments).unwrap();
    command.artifacts.run(artifacts).unwrap().join("\n")
}

#[test]
fn table_has_factors_and_sums() {
    let table = run(
        &["--cost", "--replicas", "200"],
        &Artifacts::of::<ShopMetrics>(),
    );
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    // Four bounds, the last bucket, the sum and the count.
    assert!(
        lines.contains(&vec!["shop_order_duration_seconds", "7", "7", "samples"]),
        "{table}"
    );
    let payments = vec![
        "shop_payments",
        "80",
        "2",
        "method",
        "×",
        "20",
        "country",
        "×",
        "2",
        "status",
    ];
    assert!(lines.contains(&payments), "{table}");
    assert!(lines.contains(&vec!["shop_baskets", "1", "1"]), "{table}");
    for expected in [
        "series of a replica 88 at most",
        "series 17,600 200 replicas",
        // 17,600 / 15 s
        "samples a second 1,170 a scrape every 15 s",
        // 17,600 / 15 s * 1.5 B * 86,400 s
        "samples a day 152 MB 1.5 bytes a sample",
        "spans a second 10,000 100 calls a second and replica, 5 spans a call, 10% of traces",
        "spans a day 518 GB 600 bytes a span",
    ] {
        let expected: Vec<_> = expected.split_whitespace().collect();
        assert!(lines.contains(&expected), "{expected:?}\n{table}");
    }
}

#[test]
fn flags_change_the_load() {
    let table = run(
        &[
            "--cost",
            "--replicas",
            "2",
            "--scrape-interval",
            "60",
            "--calls-per-second",
            "10",
            "--spans-per-call",
            "3",
            "--span-ratio",
            "0.5",
            "--scopes",
            "50",
        ],
        &Artifacts::of::<ChessMetrics>(),
    );
    assert!(table.contains("× 50 scopes"), "{table}");
    assert!(table.contains("a scrape every 1 min"), "{table}");
    assert!(table.contains("3 spans a call, 50% of traces"), "{table}");
}

#[test]
fn replicas_multiply_all_sums() {
    let artifacts = Artifacts::of::<ShopMetrics>();
    let one = artifacts.cost(&Load::default());
    let mut load = Load::default();
    load.replicas = NonZeroU32::new(3).unwrap();
    let three = artifacts.cost(&load);
    assert_eq!(three.series, 3 * one.series);
    let close = |left: f64, right: f64| (left - right).abs() < right * 1e-9;
    assert!(close(
        three.samples_per_second,
        3.0 * one.samples_per_second
    ));
    assert!(close(three.spans_per_second, 3.0 * one.spans_per_second));
    assert!(close(
        three.span_bytes_per_day,
        3.0 * one.span_bytes_per_day
    ));
}

#[test]
fn folder_is_needed_for_everything_else() {
    assert!(Command::try_parse_from(["app"]).is_err());
    assert!(Command::try_parse_from(["app", "--check"]).is_err());
    assert!(Command::try_parse_from(["app", "deploy", "--check", "--cost"]).is_err());
    assert!(Command::try_parse_from(["app", "deploy", "--check"]).is_ok());
}
