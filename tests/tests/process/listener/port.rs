//! The port of a service where nobody has named one.

use std::{
    net::{Ipv4Addr, SocketAddr, TcpListener},
    process::Command,
};

use glyph_tests::{children::Process, environment, wait::until};

use super::{Service, get, probe};

/// Returns a service on a host of its own, so that the default port there is not that of another
/// program.
fn service(variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_listener-child"));
    environment::clean(&mut command).envs(variables.iter().copied());
    command
}

fn default_at(last: u8) -> SocketAddr {
    (Ipv4Addr::new(127, 94, 64, last), 9464).into()
}

fn start(address: SocketAddr) -> Service {
    let host = address.ip().to_string();
    let variables = [("OTEL_EXPORTER_PROMETHEUS_HOST", &*host)];
    Service::started(&mut service(&variables))
}

#[test]
fn default_port_in_use_is_replaced_until_it_is_free() {
    let wanted = default_at(1);
    let first = start(wanted);
    assert_eq!(first.address, wanted);
    let mut second = start(wanted);
    let elsewhere = second.address;
    assert_eq!(elsewhere.ip(), wanted.ip());
    assert_ne!(elsewhere.port(), wanted.port());
    second.probe("/readyz");
    let first = first.process.end("the first service").errors;
    assert_eq!(first.matches("serving /metrics").count(), 1, "{first}");
    assert!(first.contains(&format!("http://{wanted}")), "{first}");
    assert!(!first.contains("WARN"), "{first}");

    let wanted_text = wanted.to_string();
    until("it has moved", || second.ask("address") == wanted_text);
    probe(wanted, "/readyz");
    probe(elsewhere, "/metrics");
    let log = second.process.end("the second service").errors;
    let lines: Vec<_> = log.lines().collect();
    let warning = lines.iter().find(|line| line.contains("WARN")).unwrap();
    assert!(warning.contains(&format!("{wanted} is in use")), "{log}");
    assert!(warning.contains(&elsewhere.to_string()), "{log}");
    assert!(log.contains(&format!("http://{elsewhere}")), "{log}");
    assert!(log.contains(&format!("moved to {wanted}")), "{log}");
}

#[test]
fn named_port_in_use_is_an_error() {
    let wanted = default_at(2);
    let _other = TcpListener::bind(wanted).unwrap();
    let host = wanted.ip().to_string();
    let named = service(&[
        ("OTEL_EXPORTER_PROMETHEUS_HOST", &host),
        ("OTEL_EXPORTER_PROMETHEUS_PORT", "9464"),
    ]);
    let mut by_program = service(&[]);
    by_program.arg(format!("--listener={wanted}"));
    for mut command in [named, by_program] {
        let ended = Process::start(&mut command).end("the service");
        assert!(!ended.status.success());
        assert!(ended.errors.contains("InUse"), "{}", ended.errors);
    }
}

#[test]
fn service_without_descriptors_answers_probes() {
    let mut service = Service::with_descriptors(256, &["--listener=127.0.0.1:0"]);
    let taken: usize = service.ask("exhaust").parse().unwrap();
    assert!(taken > 100, "{taken}");
    // More than the listener has in reserve, and they stay.
    let silent = (0..40).map(|_| std::net::TcpStream::connect(service.address).unwrap());
    let _silent: Vec<_> = silent.collect();
    for path in ["/healthz", "/readyz", "/metrics", "/healthz"] {
        let response = get(service.address, path, super::LIMIT).unwrap();
        assert!(response.starts_with("HTTP/1.1 200"), "{path}: {response}");
    }
}
