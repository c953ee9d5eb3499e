//! The instrumentation scope of a metric is the crate that declares it.

use glyph_runtime::{
    Counter, LabelSet, catalog::Registry, expose::push::Pipeline, grpc, metric_catalog,
};
use glyph_tests::receiver::attributes::text;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;

use crate::metrics::{
    LONG,
    receiver::{PROTOCOLS, Receiver},
    settings,
};

#[derive(LabelSet)]
struct Visit {
    error_type: grpc::ErrorLabel,
}

#[metric_catalog(namespace = "scopes")]
struct Metrics {
    /// Visits of the shop.
    #[metric(sparse)]
    visits: Counter<Visit>,
    #[catalog]
    rpc: grpc::ServerMetrics,
}

/// Returns the name and the version of each scope, with a metric that is in it.
fn scopes(names: &[(&str, &str)]) -> Vec<[(String, String, String); 2]> {
    let both = PROTOCOLS.into_iter().map(|protocol| {
        let receiver = Receiver::start([]);
        let mut settings = settings(&receiver.endpoint(), protocol);
        settings.instrumentation_scopes = names
            .iter()
            .map(|(name, scope)| ((*name).to_owned(), (*scope).to_owned()))
            .collect();
        let registry = Registry::new([Metrics::global() as _]).unwrap();
        let pipeline = Pipeline::start(settings, registry).unwrap();
        pipeline.shutdown(LONG).unwrap();
        let requests = receiver.received();
        let scopes = &requests[0].request.resource_metrics[0].scope_metrics;
        let scopes = scopes.iter().map(|scoped| {
            let scope = scoped.scope.clone().unwrap();
            (scope.name, scope.version, scoped.metrics[0].name.clone())
        });
        scopes.collect::<Vec<_>>().try_into().unwrap()
    });
    both.collect()
}

#[test]
fn scope_of_a_metric_is_the_crate_that_declares_it() {
    Metrics::global().visits.inc(Visit {
        error_type: None.into(),
    });
    let version = || env!("CARGO_PKG_VERSION").to_owned();
    for [of_the_program, own] in scopes(&[]) {
        assert_eq!((own.0.as_str(), own.1), ("glyph_runtime", version()));
        assert!(own.2.starts_with("rpc.server."), "{}", own.2);
        let expected = (
            "collectors".to_owned(),
            version(),
            "scopes.visits".to_owned(),
        );
        assert_eq!(of_the_program, expected);
    }
    for [renamed, _] in scopes(&[("collectors", "example.com/shop")]) {
        let expected = (
            "example.com/shop".to_owned(),
            version(),
            "scopes.visits".to_owned(),
        );
        assert_eq!(renamed, expected);
    }
}

#[test]
fn empty_label_is_not_sent() {
    let visits = &Metrics::global().visits;
    for error in [None, Some(grpc::ErrorType::Timeout)] {
        visits.inc(Visit {
            error_type: error.into(),
        });
    }
    let receiver = Receiver::start([]);
    let registry = Registry::new([Metrics::global() as _]).unwrap();
    let settings = settings(&receiver.endpoint(), PROTOCOLS[0]);
    let pipeline = Pipeline::start(settings, registry).unwrap();
    pipeline.shutdown(LONG).unwrap();
    let arrived = receiver.accepted();
    let visits = arrived.iter().find(|metric| metric.name == "scopes.visits");
    let Some(Data::Sum(visits)) = &visits.unwrap().data else {
        panic!("no sum: {arrived:?}")
    };
    let points = visits.data_points.iter();
    let mut errors: Vec<_> = points
        .map(|point| text(&point.attributes, "error_type"))
        .collect();
    errors.sort_unstable();
    assert_eq!(errors, [None, Some("timeout")]);
}
