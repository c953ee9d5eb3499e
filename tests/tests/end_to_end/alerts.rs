//! The path of an alert: from the attribute to the people on call.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use crate::{
    alertmanager::Alertmanager,
    glyphoxa::{Glyphoxa, write_artifacts},
    prometheus::{EXEMPLARS_ONLY, Prometheus},
};

/// Divisor of windows and pending times: two minutes become five seconds.
const SHORTEN: &str = "24";
/// Maximum time until a notification.
const DEADLINE: Duration = Duration::from_secs(120);

/// Receives the notifications of Alertmanager.
struct Webhook {
    address: SocketAddr,
    alerts: Receiver<Value>,
}

impl Webhook {
    fn listen() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let (sender, alerts) = channel();
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if take(&stream, &sender).is_none() {
                    return;
                }
            }
        });
        Self { address, alerts }
    }

    /// Waits for the first alert with this name.
    fn wait_for(&self, name: &str) -> Value {
        let deadline = Instant::now() + DEADLINE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let alert = self.alerts.recv_timeout(left).unwrap();
            if alert["labels"]["alertname"] == name {
                return alert;
            }
        }
    }
}

/// Forwards the alerts of one request until the receiver is gone.
fn take(mut stream: &TcpStream, alerts: &Sender<Value>) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let header = line.trim().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    stream
        .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        .unwrap();
    let notification: Value = serde_json::from_slice(&body).unwrap();
    for alert in notification["alerts"].as_array().unwrap() {
        alerts.send(alert.clone()).ok()?;
    }
    Some(())
}

/// Starts Alertmanager without a grouping delay.
fn alertmanager(webhook: SocketAddr) -> Alertmanager {
    Alertmanager::configured(&format!(
        "route:
  receiver: on-call
  group_by: [alertname]
  group_wait: 0s
  group_interval: 1s
receivers:
  - name: on-call
    webhook_configs:
      - url: http://{webhook}/
"
    ))
}

#[test]
#[ignore = "needs prometheus and prometheus-alertmanager; .ci/run installs them"]
fn provider_outage_notifies_on_call() {
    let folder = tempfile::tempdir().unwrap();
    write_artifacts(folder.path(), &["--shorten", SHORTEN]);
    let webhook = Webhook::listen();
    // Alertmanager must run before the alert fires, because Prometheus resends only a minute later.
    let alertmanager = alertmanager(webhook.address);
    let alerting = alertmanager.address();
    let glyphoxa = Glyphoxa::failing("0.9");
    let rules = folder.path().join("prometheus/rules.yml");
    let configuration = format!(
        "global:
  scrape_interval: 1s
  scrape_timeout: 1s
  evaluation_interval: 1s
rule_files: ['{}']
alerting:
  alertmanagers:
    - static_configs:
        - targets: ['{alerting}']
scrape_configs:
  - job_name: glyphoxa
    static_configs:
      - targets: ['{}']
        labels:
          env: rehearsal
",
        rules.display(),
        glyphoxa.address
    );
    let prometheus = Prometheus::configured(&configuration, EXEMPLARS_ONLY);
    prometheus.wait_until_up();

    let alert = webhook.wait_for("ProviderDown");
    assert_eq!(alert["status"], "firing", "{alert:#}");
    let labels = &alert["labels"];
    assert_eq!(labels["severity"], "critical", "{alert:#}");
    assert_eq!(labels["env"], "rehearsal", "{alert:#}");
    let (provider, kind) = (&labels["provider"], &labels["kind"]);
    let expected = format!(
        "Provider {} ({}) is failing",
        provider.as_str().unwrap(),
        kind.as_str().unwrap()
    );
    assert_eq!(alert["annotations"]["summary"], expected, "{alert:#}");
}
