//! Who the spans are from.

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource, resource::TelemetryResourceDetector};

/// Host and process, then what was given, then the service; what comes later replaces what came before
/// (OpenTelemetry semantic conventions, "Resource").
pub(crate) fn of(settings: &crate::trace::Settings) -> Resource {
    described(
        &settings.service,
        settings.version.as_deref(),
        settings.environment.as_deref(),
        &settings.resource,
    )
}

/// [`of`] for other signals, which say the same.
pub(crate) fn described(
    service: &str,
    version: Option<&str>,
    environment: Option<&str>,
    resource: &[(String, String)],
) -> Resource {
    let given = resource
        .iter()
        .map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
    let service = [
        Some(KeyValue::new("service.name", service.to_owned())),
        attribute("service.version", version.map(str::to_owned)),
        attribute(
            "deployment.environment.name",
            environment.map(str::to_owned),
        ),
    ];
    Resource::builder_empty()
        .with_detector(Box::new(TelemetryResourceDetector))
        .with_attributes(detected())
        .with_attributes(given)
        .with_attributes(service.into_iter().flatten())
        .build()
}

fn detected() -> impl Iterator<Item = KeyValue> {
    let host = gethostname::gethostname().into_string().ok();
    let executable = std::env::current_exe().ok();
    let executable = executable
        .as_deref()
        .and_then(|path| path.file_name())
        .and_then(|name| name.to_str())
        .map(str::to_owned);
    [
        Some(KeyValue::new("telemetry.distro.name", "glyph")),
        Some(KeyValue::new(
            "telemetry.distro.version",
            env!("CARGO_PKG_VERSION"),
        )),
        attribute("host.name", host),
        Some(KeyValue::new("host.arch", architecture())),
        Some(KeyValue::new("os.type", std::env::consts::OS)),
        Some(KeyValue::new("process.pid", i64::from(std::process::id()))),
        attribute("process.executable.name", executable),
    ]
    .into_iter()
    .flatten()
}

fn attribute(name: &'static str, value: Option<String>) -> Option<KeyValue> {
    value.map(|value| KeyValue::new(name, value))
}

/// The conventions' name of the processor.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        other => other,
    }
}
