//! Records of the `log` crate.

use crate::installed::{Service, lines};

#[test]
fn log_crate_records_have_trace_ids() {
    let mut service = Service::start(&[], &[]);
    let trace = service.turn();
    let lines = lines(&service.end());
    let line = lines.iter().find(|line| line["target"] == "old").unwrap();
    assert_eq!(line["message"], "said by the log crate");
    assert_eq!(line["trace_id"], trace.as_str());
}

#[test]
fn filter_applies_to_log_crate_records() {
    let mut service = Service::start(&[("RUST_LOG", "info,old=warn")], &[]);
    service.turn();
    assert!(!service.end().contains("said by the log crate"));
}

#[test]
fn other_logger_keeps_log_crate_records_with_a_warning() {
    let mut service = Service::start(&[], &["--other-logger"]);
    service.turn();
    let log = service.end();
    assert!(log.contains("other logger: said by the log crate"), "{log}");
    assert!(log.contains("`.without_log_bridge()`"), "{log}");
    assert_eq!(log.matches("said by the log crate").count(), 1);
}

#[test]
fn log_crate_bridge_can_be_disabled() {
    for other in [&[][..], &["--other-logger"]] {
        let arguments = [&["--without-log-bridge"][..], other].concat();
        let mut service = Service::start(&[], &arguments);
        service.turn();
        let log = service.end();
        assert_eq!(log.matches("said by the log crate").count(), other.len());
        assert!(!log.contains("WARN"), "{log}");
    }
}
