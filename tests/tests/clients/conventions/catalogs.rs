//! Units, instruments, buckets and labels of the catalogs, compared with the model.

use std::collections::BTreeSet;

use glyph_runtime::{
    Label,
    catalog::{Kind, MetricDescriptor},
    database::{System, labels::ConnectionState},
    gen_ai::labels::{Operation, TokenType},
    messaging::{self, OperationType},
};

use super::{declared, model};

/// Returns the label of an attribute.
fn label_of(attribute: &str) -> String {
    attribute.replace('.', "_")
}

/// The conventions count things: a gauge here is an up-down counter there.
fn instruments(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Counter => &["counter"],
        Kind::Gauge => &["gauge", "updowncounter"],
        Kind::Histogram => &["histogram"],
    }
}

fn has_label(metric: &MetricDescriptor, label: &str) -> bool {
    metric.labels.iter().any(|declared| declared.name == label)
}

#[test]
fn metrics_have_the_names_instruments_and_units_of_the_conventions() {
    let conventions = model::metrics();
    for metric in declared::metrics() {
        let name = metric.otel_name;
        let Some(convention) = conventions.get(name) else {
            panic!("the conventions have no metric `{name}`");
        };
        let instrument = convention.instrument.as_str();
        assert!(
            instruments(metric.kind).contains(&instrument),
            "`{name}` is a {instrument}"
        );
        // A number of things has an annotation in braces, which is no unit.
        let unit = match convention.unit.as_str() {
            unit if unit.starts_with('{') => "",
            unit => unit,
        };
        assert_eq!(metric.unit.ucum(), unit, "unit of `{name}`");
    }
}

#[test]
fn histograms_have_the_bucket_bounds_of_the_conventions() {
    let conventions = model::metrics();
    let mut compared = 0;
    for metric in declared::metrics() {
        let convention = conventions.get(metric.otel_name);
        if let Some(bounds) = convention.and_then(|convention| convention.buckets.as_ref()) {
            assert_eq!(
                metric.buckets, bounds,
                "bucket bounds of `{}`",
                metric.otel_name
            );
            compared += 1;
        }
    }
    assert_eq!(
        compared, BOUNDED,
        "histograms for which the conventions have bounds"
    );
}

/// The number of histograms of the catalogs for which the conventions have bounds.
const BOUNDED: usize = 11;

#[test]
fn metrics_have_the_required_labels_or_a_reason() {
    let conventions = model::metrics();
    let mut found: BTreeSet<&(&str, &str, &str)> = BTreeSet::new();
    for metric in declared::metrics() {
        let name = metric.otel_name;
        let convention = conventions.get(name);
        for required in convention.into_iter().flat_map(|it| &it.required) {
            let mut exceptions = declared::MISSING.iter();
            let exception =
                exceptions.find(|(of, missing, _)| name.starts_with(of) && missing == required);
            let is_there = has_label(metric, &label_of(required));
            assert!(
                is_there || exception.is_some(),
                "`{name}` has no label for `{required}`"
            );
            assert!(
                !is_there || exception.is_none(),
                "`{name}` has `{required}`: remove its exception"
            );
            found.extend(exception);
        }
    }
    assert_eq!(
        found.len(),
        declared::MISSING.len(),
        "an exception is not needed"
    );
}

#[test]
fn labels_are_attributes_of_their_metric() {
    let conventions = model::metrics();
    for metric in declared::metrics() {
        let name = metric.otel_name;
        let attributes: Vec<_> = conventions
            .get(name)
            .into_iter()
            .flat_map(|convention| &convention.attributes)
            .map(|it| label_of(it))
            .collect();
        for label in metric.labels {
            let is_own = declared::OWN_LABELS
                .iter()
                .any(|(own, _)| *own == label.name);
            assert!(
                is_own || attributes.iter().any(|it| it == label.name),
                "`{name}` has no attribute for label `{}`",
                label.name
            );
        }
    }
}

#[test]
fn own_metrics_are_not_in_the_conventions() {
    let conventions = model::metrics();
    for name in declared::own_metrics() {
        assert!(
            !conventions.contains_key(name),
            "the conventions have `{name}`"
        );
    }
}

#[test]
fn label_values_are_those_of_the_conventions() {
    let systems = System::ALL.map(System::as_str);
    assert_listed("db/registry", "db.system.name", &systems);
    let brokers = messaging::System::KNOWN.map(messaging::System::as_str);
    assert_listed("messaging/registry", "messaging.system", &brokers);
    let closed = [
        (
            "db/registry",
            "db.client.connection.state",
            ConnectionState::VALUES,
        ),
        (
            "messaging/registry",
            "messaging.operation.type",
            OperationType::VALUES,
        ),
        (
            "gen-ai/registry",
            "gen_ai.operation.name",
            Operation::VALUES,
        ),
        ("gen-ai/registry", "gen_ai.token.type", TokenType::VALUES),
    ];
    for (registry, attribute, values) in closed {
        assert_listed(registry, attribute, values.unwrap());
    }
}

fn assert_listed(registry: &str, attribute: &str, values: &[&str]) {
    let listed = model::values_of(registry, attribute);
    for value in values {
        assert!(
            listed.iter().any(|it| it == value),
            "`{attribute}` has no value `{value}`"
        );
    }
}
