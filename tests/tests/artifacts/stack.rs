//! The files of the stack, checked by the tools that read them.

use std::process::Command;

/// The example systems beside the voice pipeline.
const SYSTEMS: [&str; 4] = ["gospelib", "ibex", "voxray", "xgen"];

/// Fails with the output of the tool unless it succeeds.
fn content(program: &str, arguments: &[&str]) {
    let output = Command::new(program)
        .args(arguments)
        .current_dir("../deploy")
        .output();
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            panic!("cannot start {program}: {error}; .ci/run installs what these tests need")
        }
    };
    let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
    assert!(output.status.success(), "{said}");
}

#[test]
#[ignore = "needs promtool, of Debian's package prometheus"]
fn promtool_accepts_configuration_and_rules() {
    for config in ["all", "glyphoxa"].iter().chain(&SYSTEMS) {
        let config = format!("prometheus/{config}.yml");
        content("promtool", &["check", "config", &config]);
    }
    content("promtool", &["test", "rules", "prometheus/rules.test.yml"]);
    for system in SYSTEMS {
        let tests = format!("systems/{system}/prometheus/rules.test.yml");
        content("promtool", &["test", "rules", &tests]);
    }
}

#[test]
#[ignore = "needs amtool, of Debian's package prometheus-alertmanager"]
fn amtool_accepts_the_configuration() {
    content("amtool", &["check-config", "alertmanager/alertmanager.yml"]);
}

#[test]
#[ignore = "needs Python's kubernetes-validate"]
fn kubernetes_validate_accepts_the_manifests() {
    content(
        "kubernetes-validate",
        &["--strict", "kubernetes/glyphoxa.yml"],
    );
}
