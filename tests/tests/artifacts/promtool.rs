//! Rules and their tests, checked by promtool.

use std::{fs, num::NonZeroU32, path::Path, process::Command};

use glyph_runtime::artifacts::Artifacts;

use crate::{
    conditions::Conditions, glyphoxa::VoiceMetrics, gospelib::ServiceMetrics, shop::ShopMetrics,
    xgen::BusMetrics,
};

/// Fails unless promtool accepts the rules and their tests, also with shortened times.
pub(crate) fn agrees(artifacts: &Artifacts) {
    let rehearsal = artifacts.clone().shortened(NonZeroU32::new(24).unwrap());
    for artifacts in [artifacts, &rehearsal] {
        rules_pass_their_tests(artifacts);
    }
}

fn rules_pass_their_tests(artifacts: &Artifacts) {
    let tests = artifacts.rule_tests("rules.yml").unwrap();
    passes(&artifacts.rules().unwrap(), &tests);
}

/// Fails unless promtool accepts the rules, and they pass these tests of `rules.yml`.
pub(crate) fn passes(rules: &str, tests: &str) {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("rules.yml"), rules).unwrap();
    fs::write(folder.path().join("tests.yml"), tests).unwrap();
    promtool(folder.path(), &["check", "rules", "rules.yml"]);
    promtool(folder.path(), &["test", "rules", "tests.yml"]);
}

fn promtool(folder: &Path, arguments: &[&str]) {
    let output = Command::new("promtool")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_the_voice_pipeline_fire_and_stay_quiet() {
    agrees(&Artifacts::of::<VoiceMetrics>());
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_the_plugin_bus_fire_and_stay_quiet() {
    agrees(&Artifacts::of::<BusMetrics>());
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_the_services_fire_and_stay_quiet() {
    agrees(&Artifacts::of::<ServiceMetrics>());
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn alerts_of_every_form_fire_and_stay_quiet() {
    agrees(&Artifacts::of::<Conditions>().and::<ShopMetrics>());
}
