//! What the console shows: the parts of a telemetry that it reads.

use serde::Serialize;

use super::logs::Log;
use crate::{
    expose::Exposition, health::Health, profile::Profiles, resource::INSTANCE, trace::RecentTraces,
};

/// The parts of a telemetry that the console reads.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    pub(crate) identity: Identity,
    pub(crate) exposition: Exposition,
    pub(crate) health: Health,
    /// `None` if the program creates no spans.
    pub(crate) traces: Option<RecentTraces>,
    pub(crate) log: Log,
    pub(crate) profiles: Profiles,
}

/// The service.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Identity {
    service: String,
    version: Option<String>,
    environment: Option<String>,
    instance: Option<String>,
}

impl Identity {
    /// Takes the version from the attributes if there is no other.
    pub(crate) fn new(
        service: &str,
        version: Option<&str>,
        environment: Option<&str>,
        attributes: &[(String, String)],
    ) -> Self {
        let attribute = |name: &str| {
            let mut attributes = attributes.iter().rev();
            let found = attributes.find(|(known, _)| known == name);
            found.map(|(_, value)| value.clone())
        };
        let version = version.map(str::to_owned);
        Self {
            service: service.to_owned(),
            version: version.or_else(|| attribute("service.version")),
            environment: environment.map(str::to_owned),
            instance: attribute(INSTANCE),
        }
    }
}
