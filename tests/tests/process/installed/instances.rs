//! The instance in the resource: replicas never share a series.

use std::collections::BTreeSet;

use glyph_runtime::Telemetry;
use glyph_tests::{Page, environment};
use opentelemetry_proto::tonic::{common::v1::any_value::Value, resource::v1::Resource};
use uuid::Uuid;

use crate::installed::{Service, receiver::Receiver};

const INSTANCE: &str = "service.instance.id";

/// Returns the values of an attribute in a resource.
fn values(resource: &Resource, name: &str) -> Vec<String> {
    let attributes = resource.attributes.iter();
    let named = attributes.filter(|attribute| attribute.key == name);
    let text = |value: Option<Value>| match value {
        Some(Value::StringValue(text)) => text,
        other => panic!("{name} is {other:?}"),
    };
    let values = named.map(|attribute| attribute.value.clone().and_then(|value| value.value));
    values.map(text).collect()
}

fn target(page: &Page) -> &str {
    let mut targets = page.named("target_info");
    let target = targets.next().unwrap();
    assert!(targets.next().is_none());
    &target.labels["service_instance_id"]
}

/// Starts a replica that sends all signals to `collector`. Returns its instance in `target_info`.
fn replica(collector: &Receiver, variables: &[(&str, &str)]) -> String {
    let endpoint = collector.endpoint();
    let mut all = vec![
        ("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint.as_str()),
        ("OTEL_METRICS_EXPORTER", "otlp"),
        ("OTEL_LOGS_EXPORTER", "otlp"),
    ];
    all.extend(variables);
    let mut service = Service::start(&all, &[]);
    service.turn();
    service.ask("flush");
    let instance = target(&service.page()).to_owned();
    service.end();
    instance
}

#[test]
fn replicas_differ_and_each_has_one_instance_in_all_signals() {
    let collector = Receiver::start([]);
    let replicas = [replica(&collector, &[]), replica(&collector, &[])];
    for instance in &replicas {
        assert_eq!(Uuid::parse_str(instance).unwrap().get_version_num(), 4);
    }
    let resources = collector.resources();
    let instances: Vec<_> = resources
        .iter()
        .flat_map(|resource| values(resource, INSTANCE))
        .collect();
    assert_eq!(instances.len(), resources.len());
    let sent: BTreeSet<_> = instances.iter().collect();
    assert_eq!(sent, replicas.iter().collect());
    for instance in &replicas {
        let of_signals = instances.iter().filter(|sent| *sent == instance).count();
        assert!(of_signals >= 3, "{of_signals} requests of {instance}");
    }
}

#[test]
fn environment_and_program_name_the_instance() {
    let collector = Receiver::start([]);
    let named = (
        "OTEL_RESOURCE_ATTRIBUTES",
        "service.instance.id=pod-7,team=voice",
    );
    assert_eq!(replica(&collector, &[named]), "pod-7");
    for resource in collector.resources() {
        assert_eq!(values(&resource, INSTANCE), ["pod-7"]);
        assert_eq!(values(&resource, "team"), ["voice"]);
    }
    let telemetry = Telemetry::builder("shop")
        .env_lookup(|name| {
            (name == "OTEL_RESOURCE_ATTRIBUTES").then(|| "service.instance.id=a".to_owned())
        })
        .instance_id("b")
        .build()
        .unwrap();
    assert_eq!(target(&Page::of(&telemetry).unwrap()), "b");
}

#[test]
fn empty_id_is_not_set() {
    let empty = |name: &str| {
        (name == "OTEL_RESOURCE_ATTRIBUTES").then(|| "service.instance.id=".to_owned())
    };
    let telemetry = Telemetry::builder("shop").env_lookup(empty);
    let telemetry = telemetry.instance_id("").build().unwrap();
    let id = target(&Page::of(&telemetry).unwrap()).to_owned();
    assert_eq!(Uuid::parse_str(&id).unwrap().get_version_num(), 4);
}

#[test]
fn telemetries_of_one_process_differ() {
    let pages = [(); 2].map(|()| environment::telemetry("shop").build().unwrap());
    let [first, second] = pages.map(|telemetry| target(&Page::of(&telemetry).unwrap()).to_owned());
    assert_ne!(first, second);
}
