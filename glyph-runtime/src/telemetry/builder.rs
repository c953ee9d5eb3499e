//! The settings of a telemetry that the program makes.

use std::fmt;

use super::signals::{self, Changes, Signal};
use crate::{
    config::{Configuration, Environment, Setting},
    redaction::Redaction,
};
use glyph_core::catalog::{CatalogView, IntoView};

/// Builds the telemetry of a process; see [`Telemetry::builder`](crate::Telemetry::builder).
#[must_use = "nothing happens before `install` or `build`"]
pub struct TelemetryBuilder {
    pub(super) service: String,
    pub(super) version: Option<String>,
    pub(super) instance_id: Option<String>,
    pub(super) environment: Environment<'static>,
    pub(super) catalogs: Vec<CatalogView>,
    pub(super) redaction: Redaction,
    pub(super) signals: Vec<Box<dyn Signal>>,
    /// Changes for all signals, before those of each signal.
    pub(super) changes: Changes<Configuration>,
    /// Changes that count more than all others: those of the command line.
    pub(super) overrides: Changes<Configuration>,
}

impl TelemetryBuilder {
    pub(super) fn new(service: String) -> Self {
        Self {
            service,
            version: None,
            instance_id: None,
            environment: Environment::of_process(),
            catalogs: Vec::new(),
            redaction: Redaction::default(),
            signals: signals::all(),
            changes: Changes::default(),
            overrides: Changes::default(),
        }
    }

    /// Changes the signal of this type.
    pub(super) fn with<S: Signal>(mut self, change: impl FnOnce(&mut S)) -> Self {
        if let Some(signal) = signals::find(&mut self.signals) {
            change(signal);
        }
        self
    }

    /// Sets the version of the service: `service.version` in `target_info` and on spans.
    pub fn version(mut self, version: impl Into<String>) -> Self {
        self.version = Some(version.into());
        self
    }

    /// Sets the id of this instance of the service, `service.instance.id`, whatever the environment
    /// sets. Default: that of `OTEL_RESOURCE_ATTRIBUTES`, or else a random UUID. An empty id is not
    /// set.
    ///
    /// Two instances of a service must not have the same id: their series would be one.
    pub fn instance_id(mut self, id: impl Into<String>) -> Self {
        self.instance_id = Some(id.into());
        self
    }

    /// Sets the deployment environment, `deployment.environment.name`, whatever the environment
    /// variables set.
    pub fn deployment_environment(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        self.changes
            .push(|configuration| configuration.environment = Some(name));
        self
    }

    /// Names the instrumentation scope of a crate: of its spans, and of the metrics that it declares.
    /// Default: the name of the crate, as in a path.
    ///
    /// The version of the scope stays that of the crate's package.
    ///
    /// ```
    /// use glyph_runtime::Telemetry;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("glyphoxa")
    ///     .instrumentation_scope(env!("CARGO_PKG_NAME"), "github.com/MrWong99/glyphoxa")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn instrumentation_scope(
        mut self,
        crate_name: impl Into<String>,
        scope: impl Into<String>,
    ) -> Self {
        let named = (crate_name.into(), scope.into());
        self.changes
            .push(|configuration| configuration.instrumentation_scopes.push(named));
        self
    }

    /// Adds a catalog, or a [`View`](glyph_core::View) of one, to the exposition, with the catalogs nested
    /// in it.
    ///
    /// A view says how to expose the catalog of a library: under another namespace, with other buckets,
    /// without some metrics or labels. Scrapes, pushes and [`Telemetry::artifacts`] follow it.
    ///
    /// ```
    /// use glyph_runtime::{Counter, Telemetry, View, expose::Format, metric_catalog};
    ///
    /// /// The catalog of a library.
    /// #[metric_catalog(namespace = "doc_builder")]
    /// pub struct CacheMetrics {
    ///     /// Lookups of values.
    ///     pub lookups: Counter,
    ///     /// Values that were removed to make room.
    ///     pub evictions: Counter,
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let cache = View::of(CacheMetrics::global())
    ///     .namespace("doc_builder_shop")
    ///     .without(|metrics| &metrics.evictions);
    /// let telemetry = Telemetry::builder("shop").catalog(cache).build()?;
    /// let exposition = telemetry.render(Format::Text);
    /// assert!(exposition.contains("\ndoc_builder_shop_lookups_total 0\n"));
    /// assert!(!exposition.contains("evictions"));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// [`Telemetry::artifacts`]: crate::Telemetry#method.artifacts
    pub fn catalog(mut self, catalog: impl IntoView) -> Self {
        self.catalogs.push(catalog.into_view());
        self
    }

    /// Sets the field names to redact in logs, the audit trail, log records and spans with their
    /// events and links. Default: [`Redaction::default`].
    ///
    /// All signals redact the same names, [`Telemetry::redaction`](crate::Telemetry::redaction).
    /// They include the names in `GLYPH_REDACTED_FIELDS` and those in the settings of any signal.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, redaction::Redaction};
    /// use tracing_subscriber::layer::SubscriberExt;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .redaction(Redaction::default().with("iban"))
    ///     .build()?;
    /// let subscriber = tracing_subscriber::registry().with(telemetry.layers());
    /// tracing::subscriber::with_default(subscriber, || {
    ///     tracing::info_span!("payment", customer.iban = "DE02 1203", amount = 3).in_scope(|| {});
    /// });
    /// let trace = &telemetry.recent_traces()[0];
    /// assert_eq!(trace.spans[0].attributes["customer.iban"], "[redacted]");
    /// assert_eq!(trace.spans[0].attributes["amount"], 3);
    /// # Ok(())
    /// # }
    /// ```
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.redaction = redaction;
        self
    }

    /// Adds a variable for a setting. It applies if the standard variable is not set.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, config::Setting};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let telemetry = Telemetry::builder("proxy")
    ///     .env_alias("IBEX_ENV", Setting::DeploymentEnvironment)
    ///     .env_alias("IBEX_LOG_LEVEL", Setting::LogLevel)
    ///     .env_alias("IBEX_LOG_FORMAT", Setting::LogFormat)
    ///     .env_alias("OTEL_SAMPLE_RATIO", Setting::SampleRatio)
    ///     .env_default(Setting::SampleRatio, "0.01")
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn env_alias(mut self, variable: impl Into<String>, setting: Setting) -> Self {
        self.environment = self.environment.alias(variable, setting);
        self
    }

    /// Sets the value of a setting if no variable sets it, written as in the variable.
    pub fn env_default(mut self, setting: Setting, value: impl Into<String>) -> Self {
        self.environment = self.environment.default_value(setting, value);
        self
    }

    /// Sets the variables, with their aliases and defaults, in place of those of the process.
    ///
    /// A program that also reads settings for a part of its own, such as a client of Sentry, makes the
    /// same environment for both.
    ///
    /// ```
    /// use glyph_runtime::{Telemetry, config::{Environment, Setting}};
    ///
    /// fn variables() -> Environment<'static> {
    ///     Environment::of_process().alias("IBEX_ENV", Setting::DeploymentEnvironment)
    /// }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let settings = variables().read("proxy")?;
    /// println!("errors of {} in {:?}", settings.service, settings.environment);
    /// let telemetry = Telemetry::builder("proxy").environment(variables()).build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn environment(mut self, environment: Environment<'static>) -> Self {
        self.environment = environment;
        self
    }

    /// Sets how variables are looked up, for tests. Default: in the process.
    pub fn env_lookup(mut self, lookup: impl Fn(&str) -> Option<String> + Send + 'static) -> Self {
        self.environment.replace_lookup(lookup);
        self
    }
}

impl fmt::Debug for TelemetryBuilder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let catalogs = self.catalogs.iter().map(CatalogView::name);
        formatter
            .debug_struct("TelemetryBuilder")
            .field("service", &self.service)
            .field("catalogs", &catalogs.collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
