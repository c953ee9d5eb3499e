//! Precedence of resource attributes.

use std::sync::{Arc, Mutex};

use glyph_runtime::trace::{Pipeline, TraceSettings};
use opentelemetry::{Key, Value};
use opentelemetry_sdk::{
    Resource,
    error::OTelSdkResult,
    trace::{SpanData, SpanExporter},
};

#[derive(Debug, Default)]
struct Remembers(Arc<Mutex<Option<Resource>>>);

impl SpanExporter for Remembers {
    async fn export(&self, _: Vec<SpanData>) -> OTelSdkResult {
        Ok(())
    }

    fn set_resource(&mut self, resource: &Resource) {
        *self.0.lock().unwrap() = Some(resource.clone());
    }
}

#[test]
fn service_precedes_given_attributes_and_those_precede_detected_ones() {
    let mut settings = TraceSettings::new("shop");
    settings.version = Some("2".to_owned());
    let given = [
        ("service.name", "other"),
        ("service.version", "1"),
        ("host.name", "box"),
        ("team", "checkout"),
    ];
    settings.resource = given
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
    let exporter = Remembers::default();
    let resource = Arc::clone(&exporter.0);
    let _pipeline = Pipeline::start_with_exporter(&settings, "mine", exporter).unwrap();
    let resource = resource.lock().unwrap().take().unwrap();
    let said = |name: &'static str| resource.get(&Key::from_static_str(name));
    assert_eq!(said("service.name"), Some(Value::from("shop")));
    assert_eq!(said("service.version"), Some(Value::from("2")));
    assert_eq!(said("host.name"), Some(Value::from("box")));
    assert_eq!(said("team"), Some(Value::from("checkout")));
    assert_eq!(
        said("process.pid"),
        Some(Value::from(i64::from(std::process::id())))
    );
    assert_eq!(
        said("telemetry.sdk.name"),
        Some(Value::from("opentelemetry"))
    );
}
