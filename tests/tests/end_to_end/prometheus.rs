//! The real Prometheus, which scrapes one target each second.

use std::{collections::BTreeSet, fs, net::SocketAddr, process::Command};

use tempfile::TempDir;

pub(crate) use crate::api::Labels;
use crate::{
    api::{Api, array, labels, text},
    process::{Output, Process, eventually},
};

/// This flag changes the request of a scrape: with it, Prometheus prefers protobuf.
pub(crate) const NATIVE_HISTOGRAMS: &str = "exemplar-storage,native-histograms";
pub(crate) const EXEMPLARS_ONLY: &str = "exemplar-storage";

/// A running server. Dropping it deletes its data.
pub(crate) struct Prometheus {
    api: Api,
    _process: Process,
    _directory: TempDir,
}

/// One exemplar.
#[derive(Debug, PartialEq)]
pub(crate) struct Exemplar {
    pub(crate) bound: String,
    pub(crate) labels: Labels,
    pub(crate) value: f64,
}

impl Prometheus {
    /// Starts a server with these feature flags, on a free port.
    pub(crate) fn scraping(target: SocketAddr, features: &str) -> Self {
        Self::configured(&configuration_for(target), features)
    }

    /// Starts a server with this configuration.
    pub(crate) fn configured(content: &str, features: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let configuration = directory.path().join("prometheus.yml");
        fs::write(&configuration, content).unwrap();
        let mut command = Command::new("prometheus");
        command
            .arg("--config.file")
            .arg(configuration)
            .arg("--storage.tsdb.path")
            .arg(directory.path().join("data"))
            .args(["--web.listen-address", "127.0.0.1:0"])
            .args(["--enable-feature", features]);
        let process = Process::start(command, Output::Stderr);
        let address = process.wait_for_line(|line| {
            let (_, address) = line.split_once(r#"msg="Listening on" address="#)?;
            address.trim().parse::<SocketAddr>().ok()
        });
        Self {
            api: Api::new(address),
            _process: process,
            _directory: directory,
        }
    }

    /// Waits for the first successful scrape.
    pub(crate) fn wait_until_up(&self) {
        eventually("the target is up", || {
            let targets = self.api.ask("targets", &[])?;
            let target = &targets["activeTargets"][0];
            if target["health"] == "up" {
                Ok(())
            } else {
                Err(target.to_string())
            }
        });
    }

    /// Returns the HTTP API.
    pub(crate) fn api(&self) -> &Api {
        &self.api
    }

    /// Returns the result of an instant query.
    pub(crate) fn query(&self, promql: &str) -> Result<Vec<(Labels, f64)>, String> {
        self.api.query(promql, None)
    }

    /// Returns the labels of all series of `selector`, without those that Prometheus adds.
    pub(crate) fn series(&self, selector: &str) -> Vec<Labels> {
        let data = self.api.ask("series", &[("match[]", selector)]).unwrap();
        let series = array(&data).iter().map(|series| {
            let mut labels = labels(series);
            labels.remove("job");
            labels.remove("instance");
            labels
        });
        series.collect()
    }

    /// Returns the name, type and unit of the target's families.
    pub(crate) fn families(&self) -> BTreeSet<(String, String, String)> {
        let data = self.api.ask("targets/metadata", &[]).unwrap();
        let families = array(&data).iter().map(|family| {
            let [name, kind, unit] =
                ["metric", "type", "unit"].map(|field| text(&family[field]).to_owned());
            (name, kind, unit)
        });
        families.collect()
    }

    /// Returns the exemplars of all series of `selector`.
    pub(crate) fn exemplars(&self, selector: &str) -> Result<Vec<Exemplar>, String> {
        let data = self.api.ask("query_exemplars", &[("query", selector)])?;
        let exemplars = array(&data).iter().flat_map(|series| {
            array(&series["exemplars"]).iter().map(|exemplar| Exemplar {
                bound: text(&series["seriesLabels"]["le"]).to_owned(),
                labels: labels(&exemplar["labels"]),
                value: text(&exemplar["value"]).parse().unwrap(),
            })
        });
        Ok(exemplars.collect())
    }

    /// Returns the value of a metric of the server itself, which has no labels.
    pub(crate) fn own_value(&self, name: &str) -> Result<f64, String> {
        let page = self.api.get("/metrics", &[])?;
        let mut lines = page.lines();
        let value = lines.find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
        value.ok_or_else(|| format!("no {name}"))
    }
}

fn configuration_for(target: SocketAddr) -> String {
    format!(
        "global:
  scrape_interval: 1s
  scrape_timeout: 1s
scrape_configs:
  - job_name: glyph
    static_configs:
      - targets: ['{target}']
"
    )
}
