//! The resource: the service that telemetry comes from.

mod instance;
#[cfg(feature = "trace")]
mod sdk;

use std::{borrow::Cow, collections::BTreeMap, fmt};

pub(crate) use instance::{INSTANCE, RandomInstance};

/// The attribute (OpenTelemetry semantic conventions, "Process").
const PROCESS_ID: &str = "process.pid";

/// The attributes of the service, the process and the host, the same for all signals.
///
/// Later attributes replace earlier ones: SDK, host and process, then those of the program, then
/// the service (OpenTelemetry semantic conventions, "Resource").
#[derive(Clone, Debug)]
pub(crate) struct Resource {
    attributes: BTreeMap<Cow<'static, str>, Value>,
    /// The id that forks of this process replace. `None` if the program or the environment set one.
    instance: Option<RandomInstance>,
}

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value {
    Text(Cow<'static, str>),
    Integer(i64),
}

type Attribute = (Cow<'static, str>, Value);

impl Resource {
    pub(crate) fn new(
        service: &str,
        version: Option<&str>,
        environment: Option<&str>,
        attributes: &[(String, String)],
    ) -> Self {
        let mut all = BTreeMap::new();
        all.extend([text(INSTANCE, RandomInstance::of_process().text())]);
        #[cfg(feature = "trace")]
        all.extend(sdk::detected());
        all.extend(process());
        let owned = |(name, value): &(String, String)| {
            (Cow::from(name.clone()), Value::Text(value.clone().into()))
        };
        all.extend(attributes.iter().map(owned));
        let service = [
            ("service.name", Some(service)),
            ("service.version", version),
            ("deployment.environment.name", environment),
        ];
        let set = |(name, value): (&'static str, Option<&str>)| Some(text(name, value?.to_owned()));
        all.extend(service.into_iter().filter_map(set));
        Self {
            attributes: all,
            instance: None,
        }
    }

    /// Sets the random id of the instance.
    pub(crate) fn with_instance(mut self, instance: Option<RandomInstance>) -> Self {
        self.instance = instance;
        self
    }

    /// Returns the resource of a process that was forked from the one that made the resource.
    pub(crate) fn here(&self) -> Self {
        let mut here = self.clone();
        let instance = self.instance.map(|id| text(INSTANCE, id.text()));
        here.attributes.extend(instance);
        // A value of the program stays.
        if let Some(id @ Value::Integer(_)) = here.attributes.get_mut(PROCESS_ID) {
            *id = process_id();
        }
        here
    }

    /// Returns the attributes in the order of their names.
    pub(crate) fn attributes(&self) -> impl Iterator<Item = (&str, &Value)> {
        let attributes = self.attributes.iter();
        attributes.map(|(name, value)| (name.as_ref(), value))
    }
}

impl fmt::Display for Value {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => text.fmt(formatter),
            Self::Integer(integer) => integer.fmt(formatter),
        }
    }
}

fn text(name: &'static str, value: impl Into<Cow<'static, str>>) -> Attribute {
    (name.into(), Value::Text(value.into()))
}

fn process() -> impl Iterator<Item = Attribute> {
    let executable = std::env::current_exe().ok();
    let executable = executable
        .as_deref()
        .and_then(|path| path.file_name())
        .and_then(|name| name.to_str())
        .map(|name| text("process.executable.name", name.to_owned()));
    [
        text("telemetry.distro.name", "glyph"),
        text("telemetry.distro.version", env!("CARGO_PKG_VERSION")),
        text("host.arch", architecture()),
        text("os.type", std::env::consts::OS),
        (PROCESS_ID.into(), process_id()),
    ]
    .into_iter()
    .chain(executable)
}

fn process_id() -> Value {
    Value::Integer(std::process::id().into())
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
