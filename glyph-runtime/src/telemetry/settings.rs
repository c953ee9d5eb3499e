//! What the pipelines are told: the environment, changed by the program and the command line.

use super::TelemetryBuilder;
use crate::{config::Configuration, redaction::Redaction};

/// What the pipelines are told.
pub(super) struct Settings {
    #[cfg(feature = "trace")]
    pub(super) spans: super::signals::traces::filter::Spans,
    #[cfg(feature = "trace")]
    pub(super) traces: Option<crate::trace::Settings>,
    #[cfg(feature = "log")]
    pub(super) log: Option<crate::log::Settings>,
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) metrics_otlp: Option<crate::expose::otlp::Settings>,
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    pub(super) logs_otlp: Option<crate::log::export::Settings>,
}

impl TelemetryBuilder {
    pub(super) fn settings(&mut self, configuration: &mut Configuration) -> Settings {
        if let Some(name) = self.deployment.take() {
            configuration.environment = Some(name);
        }
        self.hand_out_redaction(configuration);
        #[cfg(feature = "trace")]
        let mut traces = self.trace_settings(configuration);
        #[cfg(feature = "log")]
        let (mut log, is_wanted) = self.log_settings(configuration);
        let lists = [
            #[cfg(feature = "trace")]
            traces.as_mut().map(|traces| &mut traces.redaction),
            #[cfg(feature = "log")]
            Some(&mut log.redaction),
        ];
        share_redaction(lists, &mut configuration.redaction);
        #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
        let resource = Resource::of(self, configuration, traces.as_ref());
        Settings {
            #[cfg(feature = "trace")]
            spans: std::mem::take(&mut self.spans),
            #[cfg(feature = "trace")]
            traces,
            #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
            metrics_otlp: self.metrics_settings(configuration, &resource),
            #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
            logs_otlp: self.log_record_settings(configuration, &resource, &log),
            #[cfg(feature = "log")]
            log: is_wanted.then_some(log),
        }
    }

    /// The list that every signal starts from.
    fn hand_out_redaction(&mut self, configuration: &mut Configuration) {
        let list = std::mem::replace(&mut self.redaction, Redaction::none());
        configuration.redaction = list.and(&configuration.redaction);
        #[cfg(feature = "trace")]
        if let Some(traces) = &mut configuration.traces {
            traces.redaction.clone_from(&configuration.redaction);
        }
        #[cfg(feature = "log")]
        configuration
            .log
            .redaction
            .clone_from(&configuration.redaction);
    }

    #[cfg(feature = "trace")]
    fn trace_settings(
        &mut self,
        configuration: &mut Configuration,
    ) -> Option<crate::trace::Settings> {
        configuration.traces = self.changed_traces(configuration);
        #[cfg(feature = "cli")]
        if let Some(arguments) = &self.arguments {
            configuration.apply(arguments);
        }
        let traces = configuration.traces.take()?;
        configuration.service.clone_from(&traces.service);
        Some(traces)
    }

    #[cfg(feature = "trace")]
    fn changed_traces(
        &mut self,
        configuration: &mut Configuration,
    ) -> Option<crate::trace::Settings> {
        let changes = self.traces.take()?;
        let mut traces = configuration.traces.take()?;
        if self.version.is_some() {
            traces.version.clone_from(&self.version);
        }
        traces.environment.clone_from(&configuration.environment);
        for change in changes {
            change(&mut traces);
        }
        Some(traces)
    }

    /// And whether there are to be lines.
    #[cfg(feature = "log")]
    fn log_settings(&mut self, configuration: &mut Configuration) -> (crate::log::Settings, bool) {
        let mut log = std::mem::take(&mut configuration.log);
        let changes = self.log.take();
        let is_wanted = changes.is_some();
        for change in changes.into_iter().flatten() {
            change(&mut log);
        }
        (log, is_wanted)
    }

    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    fn metrics_settings(
        &mut self,
        configuration: &mut Configuration,
        resource: &Resource,
    ) -> Option<crate::expose::otlp::Settings> {
        let push = std::mem::replace(
            &mut self.metrics_otlp,
            super::signals::changes::Push::Environment,
        );
        let asked = configuration.metrics_otlp.take();
        push.settings(asked, configuration.unasked_metrics.take(), |metrics| {
            metrics.service.clone_from(&resource.service);
            metrics.version.clone_from(&resource.version);
            metrics.environment.clone_from(&resource.environment);
            resource.replace(&mut metrics.resource);
        })
    }

    /// What lines are not to tell, records do not tell either.
    #[cfg(all(feature = "log", any(feature = "otlp-grpc", feature = "otlp-http")))]
    fn log_record_settings(
        &mut self,
        configuration: &mut Configuration,
        resource: &Resource,
        log: &crate::log::Settings,
    ) -> Option<crate::log::export::Settings> {
        let push = std::mem::replace(
            &mut self.logs_otlp,
            super::signals::changes::Push::Environment,
        );
        let asked = configuration.logs_otlp.take();
        push.settings(asked, configuration.unasked_logs.take(), |records| {
            records.service.clone_from(&resource.service);
            records.version.clone_from(&resource.version);
            records.environment.clone_from(&resource.environment);
            resource.replace(&mut records.resource);
            records.filter.clone_from(&log.filter);
            records.redaction.clone_from(&log.redaction);
            records.limits.clone_from(&log.limits);
        })
    }
}

/// What is not to be seen in one signal is not to be seen in another.
fn share_redaction<const SIGNALS: usize>(
    lists: [Option<&mut Redaction>; SIGNALS],
    shared: &mut Redaction,
) {
    if lists.iter().any(Option::is_some) {
        let none = Redaction::none();
        let all = lists.iter().flatten();
        *shared = all.fold(none, |all, list| all.and(list));
    }
    for list in lists.into_iter().flatten() {
        list.clone_from(shared);
    }
}

/// Who all signals are from: as spans say it, if there are any.
#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
struct Resource {
    service: String,
    version: Option<String>,
    environment: Option<String>,
    attributes: Option<Vec<(String, String)>>,
}

#[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
impl Resource {
    fn of(
        builder: &TelemetryBuilder,
        configuration: &Configuration,
        traces: Option<&crate::trace::Settings>,
    ) -> Self {
        match traces {
            Some(traces) => Self {
                service: traces.service.clone(),
                version: traces.version.clone(),
                environment: traces.environment.clone(),
                attributes: Some(traces.resource.clone()),
            },
            None => Self {
                service: configuration.service.clone(),
                version: builder.version.clone(),
                environment: configuration.environment.clone(),
                attributes: None,
            },
        }
    }

    fn replace(&self, attributes: &mut Vec<(String, String)>) {
        if let Some(own) = &self.attributes {
            attributes.clone_from(own);
        }
    }
}
