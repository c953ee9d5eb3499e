//! The processes of the program, and their telemetry.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use glyph_runtime::config::{Setting, TelemetryArgs};
use glyph_runtime::http::ClientMetrics;
use glyph_runtime::log::{DurationFormat, FieldNames, LineShape, Output};
use glyph_runtime::{Telemetry, TelemetryBuilder, grpc};
use rusqlite::Connection;

use crate::conversation::{Pipeline, Place};
use crate::fault::Fault;
use crate::game::spellbook::{Spellbook, SpellbookError};
use crate::model::{self, ModelClient};
use crate::providers::Providers;
use crate::recordings::{self, Recording};
use crate::remote::{self, GatewayMetrics, Worker};
use crate::serving::Serving;
use crate::settings::Settings;
use crate::speech::Speech;
use crate::telemetry::VoiceMetrics;
use crate::{api, server};

/// The instrumentation scope of spans and metrics.
const SCOPE: &str = "github.com/MrWong99/glyphoxa";
/// An address at which nothing listens.
const NOWHERE: &str = "127.0.0.1:1";

/// The result of a process.
pub(crate) type Ended = Result<(), Box<dyn Error>>;

pub(crate) type Recordings = Vec<Arc<Recording>>;

/// Returns the telemetry of a process, to be installed.
pub(crate) fn telemetry(settings: &Settings, arguments: TelemetryArgs) -> TelemetryBuilder {
    let telemetry = Telemetry::builder("glyphoxa")
        .version(env!("CARGO_PKG_VERSION"))
        .instrumentation_scope("glyphoxa", SCOPE)
        .catalog(VoiceMetrics::global())
        .catalog(ClientMetrics::global())
        .arguments(arguments)
        .log(|log| {
            log.output = Output::Stderr;
            log.shape = line_shape();
        });
    let telemetry = match settings.console {
        Some(address) => telemetry.listener(address).console(true),
        None => telemetry.without_listener(),
    };
    match &settings.log_level {
        Some(level) => telemetry.env_default(Setting::LogLevel, level),
        None => telemetry,
    }
}

/// Returns the shape of log lines: `"msg":"request completed"`, `"path":"/readyz"`,
/// `"duration":"1.2ms"`.
fn line_shape() -> LineShape {
    LineShape {
        names: FieldNames {
            message: "msg".into(),
            ..FieldNames::short()
        },
        duration: DurationFormat::Text,
        ..LineShape::default()
    }
}

impl Pipeline {
    /// Starts the providers of a process.
    pub(crate) async fn start(settings: &Settings) -> Result<Arc<Self>, Box<dyn Error>> {
        let url = match &settings.llm_url {
            _ if settings.faults.is(Fault::Providers) => format!("http://{NOWHERE}"),
            Some(url) => url.clone(),
            None => model::embedded().await?,
        };
        let speech = Speech::choose(settings.speech).await?;
        let model = ModelClient::new(&url, settings.llm_timeout)?;
        Ok(Arc::new(Self {
            providers: Providers::new(speech, model, settings.faults),
            spellbook: Spellbook::open(settings.database.as_deref())?,
        }))
    }

    /// Adds the checks of the providers and the database.
    pub(crate) fn checked(self: &Arc<Self>, telemetry: TelemetryBuilder) -> TelemetryBuilder {
        let (database, providers) = (Arc::clone(self), Arc::clone(self));
        telemetry
            .check("database", move || {
                let pipeline = Arc::clone(&database);
                async move { pipeline.spellbook.ping().await }
            })
            .check("providers", move || {
                let pipeline = Arc::clone(&providers);
                async move { pipeline.providers.ping().await }
            })
    }
}

pub(crate) async fn record(speech: &Speech) -> Result<Recordings, Box<dyn Error>> {
    let recordings = recordings::record(speech).await?;
    Ok(recordings.into_iter().map(Arc::new).collect())
}

/// Runs all in this process, without tenants.
pub(crate) async fn full(settings: &Settings, arguments: TelemetryArgs, speed: f64) -> Ended {
    let pipeline = Pipeline::start(settings).await?;
    let telemetry = pipeline.checked(telemetry(settings, arguments));
    let telemetry = telemetry.listener_for_console().install()?;
    let _lock = lock(settings, &pipeline)?;
    let recordings = record(&pipeline.providers.speech).await?;
    let place = Place::Here(pipeline);
    let api = api::router(place.clone(), &recordings);
    let mut serving = Serving::start(telemetry, settings, api).await?;
    if settings.has_sessions {
        serving.play(&place, &recordings, None, speed);
    }
    serving.until_end().await
}

/// Runs the API and the sessions of tenants, which a worker answers.
pub(crate) async fn gateway(settings: &Settings, arguments: TelemetryArgs, speed: f64) -> Ended {
    let worker = if settings.faults.is(Fault::Worker) {
        NOWHERE
    } else {
        &settings.worker
    };
    let worker = Arc::new(Worker::to(worker)?);
    let checked = Arc::clone(&worker);
    let telemetry = telemetry(settings, arguments)
        .catalog(GatewayMetrics::global())
        .catalog(grpc::ClientMetrics::global())
        .check("worker", move || {
            let worker = Arc::clone(&checked);
            async move { worker.ping().await }
        })
        .listener_for_console()
        .install()?;
    let speech = Speech::choose(settings.speech).await?;
    let recordings = record(&speech).await?;
    let place = Place::Worker(worker);
    let api = api::router(place.clone(), &recordings);
    let mut serving = Serving::start(telemetry, settings, api).await?;
    if settings.has_sessions {
        for tenant in &settings.tenants {
            serving.play(&place, &recordings, Some(tenant), speed);
        }
    }
    serving.until_end().await
}

/// Runs the stages of the pipeline, for gateways that call it.
pub(crate) async fn worker(settings: &Settings, arguments: TelemetryArgs) -> Ended {
    let pipeline = Pipeline::start(settings).await?;
    let telemetry = telemetry(settings, arguments).catalog(grpc::ServerMetrics::global());
    let telemetry = pipeline.checked(telemetry);
    let telemetry = telemetry.listener_for_console().install()?;
    let _lock = lock(settings, &pipeline)?;
    let (listener, address) = server::bind(settings.grpc_listen).await?;
    let mut serving = Serving::start(telemetry, settings, Router::new()).await?;
    let called = remote::serve(listener, pipeline, serving.stop.clone());
    serving.work.spawn(async {
        if let Err(error) = called.await {
            tracing::error!(%error, "calls are not served");
        }
    });
    writeln!(io::stdout(), "called at {address}")?;
    serving.until_end().await
}

/// Locks the database, if that is the fault.
fn lock(settings: &Settings, pipeline: &Pipeline) -> Result<Option<Connection>, SpellbookError> {
    let is_asked = settings.faults.is(Fault::Database);
    is_asked.then(|| pipeline.spellbook.lock()).transpose()
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use std::time::Duration;

    use super::*;
    use crate::fault::Faults;

    /// Returns a pipeline with the embedded providers.
    pub(crate) async fn place(faults: Faults) -> Place {
        let url = model::embedded().await.unwrap();
        let model = ModelClient::new(&url, Duration::from_secs(30)).unwrap();
        Place::Here(Arc::new(Pipeline {
            providers: Providers::new(Speech::Embedded, model, faults),
            spellbook: Spellbook::open(None).unwrap(),
        }))
    }
}
