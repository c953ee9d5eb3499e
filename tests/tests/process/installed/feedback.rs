//! An export must not cause another export.

use crate::installed::{Service, receiver::Receiver};
use glyph_tests::receiver::attributes::message;

#[test]
fn exports_do_not_export_their_own_spans_and_events() {
    for protocol in ["grpc", "http/protobuf"] {
        let collector = Receiver::start([]);
        // A host name, so that the export needs a lookup.
        let endpoint = format!("http://localhost:{}", collector.address().port());
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", protocol),
            (
                "RUST_LOG",
                "trace,h2=trace,hyper=trace,hyper_util=trace,tonic=trace",
            ),
        ];
        let mut service = Service::start(&variables, &["--push", "--every-span"]);
        service.turn();
        for _ in 0..5 {
            let flushed = service.ask("flush");
            assert_eq!(
                (&flushed["traces"], &flushed["logs"]),
                (&true.into(), &true.into())
            );
        }
        let log = service.end();
        assert!(log.contains("hyper_util"), "the log itself has it");

        let records = collector.records();
        let said: Vec<_> = records.iter().map(message).collect();
        assert_eq!(said, ["taken", "in detail", "said by the log crate"]);
        let spans = collector.spans();
        let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
        assert_eq!(names, ["turn"]);
    }
}
