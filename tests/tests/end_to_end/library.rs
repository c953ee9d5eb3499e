//! The dashboards of a running library of texts: every panel has data.

use std::{
    fs,
    net::SocketAddr,
    path::Path,
    process::Command,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

use glyph_tests::{children::Process, environment};
use rcgen::{CertificateParams, KeyPair};

use crate::{
    dashboard::{End, has_data},
    glyphoxa::build,
    process::eventually,
    prometheus::{EXEMPLARS_ONLY, Prometheus},
};

const SERVICES: [&str; 3] = ["gateway", "content", "ingest"];

/// The paths that a browser requests.
const PATHS: [&str; 6] = [
    "/passages/own.1.1",
    "/neighbours/own.1.2?depth=2",
    "/search?q=first%20light",
    "/ask/grace",
    "/ask/forgiveness",
    "/passages/not.9.9",
];

/// The vitals that a browser measures.
const VITALS: &str = r#"{"meta":{"app":{"name":"gospelib-web"}},"measurements":[{"type":"web-vitals","values":{"lcp":120,"inp":16,"cls":0.01,"ttfb":8}}]}"#;

/// The three services, with the process that keeps them running.
struct Library {
    addresses: [SocketAddr; 3],
    _process: Process,
}

impl Library {
    fn start(program: &Path, certificate: &Path) -> Self {
        let mut command = Command::new(program);
        environment::clean_with_console(&mut command)
            .args(["--listen", "127.0.0.1:0", "--certificate"])
            .arg(certificate);
        let mut process = Process::start(&mut command);
        let address = |service: &str| {
            let line = process.line(service);
            let (_, rest) = line.split_once(&format!("{service}: http://")).unwrap();
            rest.split(' ').next().unwrap().parse().unwrap()
        };
        Self {
            addresses: SERVICES.map(address),
            _process: process,
        }
    }
}

/// Asks for all that the services do, again and again.
fn work_until([gateway, _, ingest]: [SocketAddr; 3], ended: &AtomicBool) {
    let agent = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .new_agent();
    let text = "own.1.1\tThe first light of the morning.\t\nown.1.2\tAnother verse.\town.1.1\n";
    while !ended.load(Relaxed) {
        for path in PATHS {
            agent.get(format!("http://{gateway}{path}")).call().unwrap();
        }
        let collected = agent.post(format!("http://{gateway}/collect"));
        let collected = collected.header("Content-Type", "application/json");
        collected.send(VITALS).unwrap();
        let jobs = agent.post(format!("http://{ingest}/v1/jobs"));
        jobs.send(text).unwrap();
        thread::sleep(Duration::from_millis(100));
    }
}

/// Writes a certificate whose end is watched.
fn certificate(file: &Path) {
    let key = KeyPair::generate().unwrap();
    let parameters = CertificateParams::new(["localhost".to_owned()]).unwrap();
    let certificate = parameters.self_signed(&key).unwrap();
    fs::write(file, certificate.pem()).unwrap();
}

/// Scrapes each service as a job, with the rules of the program.
fn configuration(library: &Library, rules: &Path) -> String {
    let jobs = SERVICES.iter().zip(&library.addresses).map(|(job, target)| {
        format!(
            "  - {{job_name: {job}, static_configs: [{{targets: ['{target}'], labels: {{env: here}}}}]}}"
        )
    });
    format!(
        "global: {{scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s}}
rule_files: ['{}']
scrape_configs:
{}
",
        rules.display(),
        jobs.collect::<Vec<_>>().join("\n")
    )
}

#[test]
#[ignore = "needs prometheus; .ci/run installs it"]
fn every_panel_of_the_eight_dashboards_has_data() {
    let program = build("gospelib");
    let folder = tempfile::tempdir().unwrap();
    let mut artifacts = Command::new(&program);
    let artifacts = environment::clean(&mut artifacts).arg("artifacts");
    assert!(artifacts.arg(folder.path()).status().unwrap().success());
    let file = folder.path().join("gateway.pem");
    certificate(&file);
    let library = Library::start(&program, &file);
    let rules = folder.path().join("prometheus/rules.yml");
    let prometheus = Prometheus::configured(&configuration(&library, &rules), EXEMPLARS_ONLY);
    eventually("all services are up", || {
        let up = prometheus.query("sum(up) == 3")?;
        (!up.is_empty()).then_some(()).ok_or(format!("{up:?}"))
    });
    let dashboards = fs::read_dir(folder.path().join("grafana/dashboards")).unwrap();
    let mut dashboards: Vec<_> = dashboards.map(|entry| entry.unwrap().path()).collect();
    // The dashboard of all panels also has those of calls that this program never makes.
    dashboards.retain(|file| !file.ends_with("gospelib.json"));
    assert_eq!(dashboards.len(), 8, "{dashboards:?}");
    let (addresses, ended) = (library.addresses, AtomicBool::new(false));
    thread::scope(|scope| {
        scope.spawn(|| work_until(addresses, &ended));
        let _end = End(&ended);
        for dashboard in dashboards {
            let panels = has_data(&prometheus, &dashboard, &[("$job", ".+")]);
            assert!(panels >= 2, "{}: {panels} panels", dashboard.display());
        }
    });
}
