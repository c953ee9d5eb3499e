//! The dashboard of a running pipeline: every panel has data.

use std::{
    fs,
    path::Path,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

use serde_json::Value;

use crate::{
    glyphoxa::{Glyphoxa, speak_until, write_artifacts},
    process::eventually,
    prometheus::{EXEMPLARS_ONLY, Prometheus},
};

#[test]
#[ignore = "needs prometheus; .ci/run installs it"]
fn every_panel_has_data() {
    let folder = tempfile::tempdir().unwrap();
    write_artifacts(folder.path(), &[]);
    let glyphoxa = Glyphoxa::start();
    let rules = folder.path().join("prometheus/rules.yml");
    let configuration = format!(
        "global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: ['{}']
scrape_configs:
  - job_name: glyphoxa
    static_configs:
      - targets: ['{}']
        labels:
          env: here
",
        rules.display(),
        glyphoxa.address
    );
    let prometheus = Prometheus::configured(&configuration, EXEMPLARS_ONLY);
    prometheus.wait_until_up();
    let (address, ended) = (glyphoxa.address, AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| speak_until(address, &ended));
        let _end = End(&ended);
        let dashboard = folder.path().join("grafana/dashboards/glyphoxa.json");
        // The pipeline's own sessions have no tenant.
        let variables = [
            ("$tenant_id", ".*"),
            ("$campaign_id", ".*"),
            ("$job", "glyphoxa"),
        ];
        let questions = has_data(&prometheus, &dashboard, &variables);
        assert!(questions > 20, "{questions}");
    });
}

/// Ends the requests, also if a check fails.
pub(crate) struct End<'ended>(pub(crate) &'ended AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// Waits until each expression of a dashboard has data in the environment `here`, and returns how many there are.
pub(crate) fn has_data(
    prometheus: &Prometheus,
    dashboard: &Path,
    variables: &[(&str, &str)],
) -> usize {
    let dashboard: Value = serde_json::from_slice(&fs::read(dashboard).unwrap()).unwrap();
    let questions = questions(&dashboard);
    for (title, promql) in &questions {
        let mut promql = promql.replace("$instance", ".*");
        for (variable, value) in variables {
            promql = promql.replace(variable, value);
        }
        let promql = promql.replace("$__rate_interval", "1m");
        for env in ["here", ".*"] {
            let promql = promql.replace("$env", env);
            eventually(title, || {
                let result = prometheus.query(&promql)?;
                let has_data = result.iter().any(|(_, value)| value.is_finite());
                let nothing = || format!("{promql}: {result:?}");
                has_data.then_some(()).ok_or_else(nothing)
            });
        }
        let elsewhere = promql.replace("$env", "elsewhere");
        assert!(prometheus.query(&elsewhere).unwrap().is_empty(), "{title}");
    }
    questions.len()
}

/// Returns the title of each panel with each of its expressions.
fn questions(dashboard: &Value) -> Vec<(String, String)> {
    let rows = dashboard["panels"].as_array().unwrap().iter();
    let within = |row: &Value| row["panels"].as_array().cloned().unwrap_or_default();
    let panels = rows.flat_map(|row| std::iter::once(row.clone()).chain(within(row)));
    let questions = panels.flat_map(|panel| {
        let targets = panel["targets"].as_array().into_iter().flatten();
        let questions = targets.map(|target| {
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (text(&panel["title"]), text(&target["expr"]))
        });
        questions.collect::<Vec<_>>()
    });
    questions.collect()
}
