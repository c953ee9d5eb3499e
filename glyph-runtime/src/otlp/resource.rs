//! The resource: the service that telemetry comes from.

use opentelemetry::KeyValue;
use opentelemetry_sdk::{Resource as SdkResource, resource::TelemetryResourceDetector};

/// The attributes of the service, the process and the host, the same for all signals.
///
/// Later attributes replace earlier ones: host and process, then those of the program, then the
/// service (OpenTelemetry semantic conventions, "Resource").
#[derive(Clone, Debug)]
pub(crate) struct Resource(SdkResource);

impl Resource {
    pub(crate) fn new(
        service: &str,
        version: Option<&str>,
        environment: Option<&str>,
        attributes: &[(String, String)],
    ) -> Self {
        let attributes = attributes
            .iter()
            .map(|(name, value)| KeyValue::new(name.clone(), value.clone()));
        let service = [
            attribute("service.name", Some(service.to_owned())),
            attribute("service.version", version.map(str::to_owned)),
            attribute(
                "deployment.environment.name",
                environment.map(str::to_owned),
            ),
        ];
        let resource = SdkResource::builder_empty()
            .with_detector(Box::new(TelemetryResourceDetector))
            .with_attributes(detected())
            .with_attributes(attributes)
            .with_attributes(service.into_iter().flatten());
        Self(resource.build())
    }

    /// Returns the resource as the SDK has it.
    pub(crate) fn sdk(&self) -> &SdkResource {
        &self.0
    }
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

/// Returns the name of the processor in the semantic conventions.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "arm" => "arm32",
        other => other,
    }
}
