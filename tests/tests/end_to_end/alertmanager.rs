//! The real Alertmanager.

use std::{fs, net::SocketAddr, process::Command};

use serde_json::Value;
use tempfile::TempDir;

use crate::{
    api::Api,
    http,
    process::{Output, Process},
};

/// A running server. Dropping it deletes its data.
pub(crate) struct Alertmanager {
    address: SocketAddr,
    api: Api,
    _process: Process,
    _directory: TempDir,
}

impl Alertmanager {
    /// Starts a server with this configuration, on a free port and without a cluster.
    pub(crate) fn configured(content: &str) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let configuration = directory.path().join("alertmanager.yml");
        fs::write(&configuration, content).unwrap();
        let storage = directory.path().join("alerts");
        let mut command = Command::new("prometheus-alertmanager");
        command
            .arg(format!("--config.file={}", configuration.display()))
            .arg(format!("--storage.path={}", storage.display()))
            .args([
                "--web.listen-address=127.0.0.1:0",
                "--cluster.listen-address=",
            ]);
        let process = Process::start(command, Output::Stderr);
        let address = process.wait_for_line(|line| {
            let (_, address) = line.split_once(r#"msg="Listening on" address="#)?;
            address.trim().parse().ok()
        });
        Self {
            address,
            api: Api::new(address),
            _process: process,
            _directory: directory,
        }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns all alerts, also those that are silenced.
    pub(crate) fn alerts(&self) -> Result<Value, String> {
        let alerts = self.api.get("/api/v2/alerts", &[])?;
        serde_json::from_str(&alerts).map_err(|error| error.to_string())
    }

    /// Reports alerts, as Prometheus does.
    pub(crate) fn report(&self, alerts: &Value) {
        let url = format!("http://{}/api/v2/alerts", self.address);
        let request = http::agent()
            .post(url)
            .header("Content-Type", "application/json");
        let mut response = request.send(alerts.to_string()).unwrap();
        let said = response.body_mut().read_to_string().unwrap();
        assert!(response.status().is_success(), "{said}");
    }
}
