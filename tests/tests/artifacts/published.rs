//! Generated files fit the schemas that their readers publish.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

use glyph_runtime::artifacts::Artifacts;
use glyph_tests::schema_python;
use serde_json::{Value, json};

use crate::{
    conditions::Conditions, glyphoxa, gospelib::ServiceMetrics, shop::ShopMetrics,
    tenants::ChessMetrics, xgen::BusMetrics,
};

const SEMCONV: &str = include_str!("published/semconv.schema.json");
const PROMETHEUS_RULE: &str = include_str!("published/monitoring.coreos.com_prometheusrules.yaml");
const SERVICE_MONITOR: &str = include_str!("published/monitoring.coreos.com_servicemonitors.yaml");

/// Prints the errors of a document, each with its place.
const VALIDATE: &str = "
import json, sys, jsonschema
given = json.load(sys.stdin)
validator = jsonschema.Draft202012Validator(given['schema'])
for error in validator.iter_errors(given['document']):
    print(error.json_path, error.message)
";

/// Returns the schema of a resource, which also rejects fields that the definition does not have:
/// Kubernetes drops these without an error.
fn resource(definition: &str) -> Value {
    let definition: Value = yaml_serde::from_str(definition).unwrap();
    let mut schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"].clone();
    assert!(schema["properties"]["spec"].is_object(), "{schema}");
    close(&mut schema);
    schema
}

/// Rejects unlisted properties in each object of a schema that lists its properties.
fn close(schema: &mut Value) {
    match schema {
        Value::Object(schema) => {
            schema.values_mut().for_each(close);
            let is_closed = schema
                .get("properties")
                .is_some_and(|listed| listed.get("type").is_none_or(Value::is_object))
                && !schema.contains_key("additionalProperties")
                && !schema.contains_key("x-kubernetes-preserve-unknown-fields");
            if is_closed {
                schema.insert("additionalProperties".to_owned(), json!(false));
            }
        }
        Value::Array(schemas) => schemas.iter_mut().for_each(close),
        _ => {}
    }
}

/// Returns the schema of a registry. As published, a metric may also be a group of any other type.
fn registry() -> Value {
    let mut schema: Value = serde_json::from_str(SEMCONV).unwrap();
    let group = &mut schema["properties"]["groups"]["items"];
    *group = json!({
        "if": { "properties": { "type": { "const": "metric" } } },
        "then": { "$ref": "#/$defs/MetricSemanticConvention" },
        "else": group,
    });
    schema
}

/// Returns the errors of a document, each with its place.
fn errors(schema: &Value, yaml: &str) -> Vec<String> {
    let document: Value = yaml_serde::from_str(yaml).unwrap();
    let python = schema_python();
    let mut python = Command::new(&python)
        .args(["-c", VALIDATE])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start {}: {error}", python.display()));
    let given = json!({ "schema": schema, "document": document }).to_string();
    let mut input = python.stdin.take().unwrap();
    input.write_all(given.as_bytes()).unwrap();
    drop(input);
    let output = python.wait_with_output().unwrap();
    assert!(output.status.success(), "{VALIDATE}");
    let told = String::from_utf8(output.stdout).unwrap();
    told.lines().map(str::to_owned).collect()
}

fn deployed(path: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy");
    fs::read_to_string(folder.join(path)).unwrap()
}

fn catalogs() -> [Artifacts; 6] {
    [
        glyphoxa::artifacts(),
        Artifacts::of::<ShopMetrics>(),
        Artifacts::of::<Conditions>(),
        Artifacts::of::<ServiceMetrics>(),
        Artifacts::of::<ChessMetrics>(),
        Artifacts::of::<BusMetrics>(),
    ]
}

#[test]
#[ignore = "needs Python's jsonschema, which kubernetes-validate brings"]
fn rules_fit_the_definition_of_the_operator() {
    let schema = resource(PROMETHEUS_RULE);
    for artifacts in catalogs() {
        let rules = artifacts.prometheus_rule().unwrap();
        assert_eq!(errors(&schema, &rules), [""; 0], "{rules}");
    }
    let rules = deployed("kubernetes/rules.yml");
    for wrong in [
        rules.replacen("alert:", "alerts:", 1),
        rules.replacen("for: ", "for: about ", 1),
        rules.replacen("groups:", "group:", 1),
    ] {
        assert_ne!(wrong, rules);
        assert!(!errors(&schema, &wrong).is_empty(), "{wrong}");
    }
}

#[test]
#[ignore = "needs Python's jsonschema, which kubernetes-validate brings"]
fn monitor_fits_the_definition_of_the_operator() {
    let schema = resource(SERVICE_MONITOR);
    let monitor = deployed("kubernetes/monitor.yml");
    assert_eq!(errors(&schema, &monitor), [""; 0]);
    let wrong = monitor.replace("interval: 15s", "intervals: 15s");
    assert_ne!(wrong, monitor);
    assert!(!errors(&schema, &wrong).is_empty());
}

#[test]
#[ignore = "needs Python's jsonschema, which kubernetes-validate brings"]
fn registry_fits_the_schema_of_weaver() {
    let schema = registry();
    for artifacts in catalogs() {
        let registry = artifacts.weaver_registry().unwrap();
        assert_eq!(errors(&schema, &registry), [""; 0], "{registry}");
    }
    let registry = deployed("weaver/metrics.yaml");
    for wrong in [
        registry.replacen("instrument: counter", "instrument: meter", 1),
        registry.replacen("brief:", "summary:", 1),
        registry.replacen("metric_name:", "name:", 1),
        registry.replacen("groups:", "group:", 1),
    ] {
        assert_ne!(wrong, registry);
        assert!(!errors(&schema, &wrong).is_empty(), "{wrong}");
    }
}
