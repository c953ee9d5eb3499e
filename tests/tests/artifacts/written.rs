//! The exact text of every artifact.

use std::{env, path::Path};

use glyph_runtime::artifacts::Artifacts;

use crate::shop::ShopMetrics;

/// The expected files, relative to the package.
const EXPECTED: &str = "tests/artifacts/shop";

/// `GLYPH_WRITE_EXPECTED=1` rewrites the files, to be reviewed before a commit.
#[test]
fn every_file_is_as_expected() {
    let artifacts = Artifacts::of::<ShopMetrics>();
    if env::var_os("GLYPH_WRITE_EXPECTED").is_some() {
        artifacts.write(EXPECTED).unwrap();
    }
    let none: [&Path; 0] = [];
    assert_eq!(artifacts.stale(EXPECTED).unwrap(), none);
}

#[test]
fn missing_or_changed_file_is_stale() {
    let folder = tempfile::tempdir().unwrap();
    let artifacts = Artifacts::of::<ShopMetrics>();
    let written = artifacts.write(folder.path()).unwrap();
    assert!(artifacts.stale(folder.path()).unwrap().is_empty());
    let changed = written.first().unwrap();
    std::fs::write(changed, "groups: []\n").unwrap();
    let missing = written.last().unwrap();
    std::fs::remove_file(missing).unwrap();
    assert_eq!(
        artifacts.stale(folder.path()).unwrap(),
        [changed.clone(), missing.clone()]
    );
}

#[test]
fn each_alert_condition_has_a_case_on_either_side() {
    let artifacts = Artifacts::of::<crate::conditions::Conditions>()
        .and::<crate::gospelib::ServiceMetrics>()
        .and::<crate::xgen::BusMetrics>()
        .and::<crate::glyphoxa::VoiceMetrics>();
    let (rules, tests) = (
        artifacts.rules().unwrap(),
        artifacts.rule_tests("rules.yml").unwrap(),
    );
    let alerts = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "));
    let alerts = alerts.filter(|alert| !alert.contains("Burns") && !alert.ends_with("Absent"));
    let without: Vec<_> = alerts
        .filter(|alert| {
            let has = |says: &str| tests.contains(&format!("- name: {alert} {says}\n"));
            !(has("fires") && has("stays quiet"))
        })
        .collect();
    assert!(without.is_empty(), "{without:?}");
}
