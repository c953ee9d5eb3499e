//! A process of the program: its telemetry, its work, and the end of what it has accepted.

use std::error::Error;
use std::future::pending;
use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use glyph_runtime::config::{Setting, TelemetryArgs};
use glyph_runtime::http::ClientMetrics;
use glyph_runtime::log::{DurationFormat, FieldNames, LineShape, Output};
use glyph_runtime::{Telemetry, TelemetryBuilder};
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::conversation::Pipeline;
use crate::fault::Fault;
use crate::game::spellbook::Spellbook;
use crate::model::{self, ModelClient};
use crate::providers::Providers;
use crate::recordings::{self, Recording};
use crate::session::play;
use crate::settings::Settings;
use crate::speech::Speech;
use crate::stop::Stop;
use crate::telemetry::VoiceMetrics;
use crate::{api, server};

/// The instrumentation scope of spans and metrics.
const SCOPE: &str = "github.com/MrWong99/glyphoxa";
/// An address at which nothing listens.
const NOWHERE: &str = "http://127.0.0.1:1";
/// Pause between two rounds of a session.
const INTERMISSION: Duration = Duration::from_millis(500);
/// Tasks that a leak leaves.
const LEAKED_TASKS: usize = 1001;

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
        })
        .without_listener();
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
            _ if settings.faults.is(Fault::Providers) => NOWHERE.to_owned(),
            Some(url) => url.clone(),
            None => model::embedded().await?,
        };
        let speech = Speech::choose(settings.speech)?;
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

/// Plays all sessions repeatedly, and serves requests until a signal. Turns that began before it are
/// answered.
pub(crate) async fn full(settings: Settings, arguments: TelemetryArgs, speed: f64) -> Ended {
    let pipeline = Pipeline::start(&settings).await?;
    let telemetry = pipeline
        .checked(telemetry(&settings, arguments))
        .install()?;
    let lock = settings
        .faults
        .is(Fault::Database)
        .then(|| pipeline.spellbook.lock());
    let _lock = lock.transpose()?;
    let recordings = record(&pipeline.providers.speech).await?;
    let (listener, address) = server::bind(settings.listen).await?;
    let (running, stop) = Stop::pair();
    let endpoints = telemetry
        .router()
        .merge(api::router(Arc::clone(&pipeline), &recordings));
    let mut server = tokio::spawn(server::serve(listener, endpoints, stop.clone()));
    writeln!(io::stdout(), "listening on http://{address}")?;
    let _tasks = background(&settings);
    let mut sessions = JoinSet::new();
    if !settings.faults.is(Fault::NoSessions) {
        for recording in recordings {
            sessions.spawn(repeat(
                Arc::clone(&pipeline),
                recording,
                speed,
                stop.clone(),
            ));
        }
    }
    tokio::select! {
        signal = telemetry.until_signal(Duration::ZERO) => signal?,
        ended = &mut server => return Ok(ended??),
    }
    drop(running);
    let sessions = async { while sessions.join_next().await.is_some() {} };
    if timeout(server::GRACE, sessions).await.is_err() {
        tracing::warn!(seconds = server::GRACE.as_secs(), "sessions were cut off");
    }
    server.await??;
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

/// Starts the tasks that a process has besides its work.
fn background(settings: &Settings) -> JoinSet<()> {
    let mut tasks = JoinSet::new();
    tasks.spawn(count_tasks());
    if settings.faults.is(Fault::TaskLeak) {
        for _ in 0..LEAKED_TASKS {
            tasks.spawn(pending());
        }
    }
    tasks
}

async fn repeat(pipeline: Arc<Pipeline>, recording: Arc<Recording>, speed: f64, stop: Stop) {
    loop {
        play(&pipeline, &recording, speed, &stop).await;
        tokio::select! {
            () = tokio::time::sleep(INTERMISSION) => {}
            () = stop.clone().wait() => return,
        }
    }
}

/// Keeps the number of live tasks up to date.
async fn count_tasks() {
    let runtime = tokio::runtime::Handle::current().metrics();
    let mut clock = tokio::time::interval(Duration::from_secs(1));
    loop {
        clock.tick().await;
        VoiceMetrics::global()
            .alive_tasks
            .set(runtime.num_alive_tasks());
    }
}

#[cfg(test)]
pub(crate) mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::*;
    use crate::fault::Faults;

    /// Returns a pipeline with the embedded providers.
    pub(crate) async fn pipeline(faults: Faults) -> Arc<Pipeline> {
        let url = model::embedded().await.unwrap();
        let model = ModelClient::new(&url, Duration::from_secs(30)).unwrap();
        Arc::new(Pipeline {
            providers: Providers::new(Speech::Embedded, model, faults),
            spellbook: Spellbook::open(None).unwrap(),
        })
    }
}
