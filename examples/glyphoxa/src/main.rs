//! A voice pipeline for tabletop games with all its metrics.
//!
//! Players speak to a character. The detector finds their utterances ([`audio::vad`]), a recognizer
//! turns them into words ([`stages::stt`]), a model answers or calls a tool ([`stages::llm`],
//! [`stages::tools`]), and a synthesizer speaks the answer ([`stages::tts`]). The metrics are one
//! struct ([`telemetry::VoiceMetrics`]), and each stage has one attribute. Recorded sessions
//! repeat, and a client can speak over HTTP ([`api`]).
//!
//! Recorded speech and simulated providers replace the real ones, so `cargo run --bin glyphoxa --
//! --once` needs only Rust.

mod api;
mod audio;
mod cli;
mod game;
mod network;
mod npc;
mod recordings;
mod report;
mod server;
mod session;
mod stages;
mod telemetry;

use std::error::Error;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use glyph_runtime::log::{DurationFormat, FieldNames, LineShape, Output};
use glyph_runtime::{Telemetry, config::TelemetryArgs};
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet};

use crate::cli::{Cli, Command};
use crate::game::spellbook::Spellbook;
use crate::network::Network;
use crate::recordings::Recording;
use crate::session::{Answer, Pipeline, TurnError, play};
use crate::stages::stt::Recognizer;
use crate::telemetry::VoiceMetrics;

/// The instrumentation scope of spans and metrics.
const SCOPE: &str = "github.com/MrWong99/glyphoxa";
/// Pause between two rounds of a session.
const INTERMISSION: Duration = Duration::from_millis(500);

type Recordings = Vec<Arc<Recording>>;
type Turns = Vec<Result<Answer, TurnError>>;

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("glyphoxa: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run(cli: Cli) -> Result<(), Box<dyn Error>> {
    if let Some(Command::Artifacts(arguments)) = &cli.command {
        let messages = arguments.run(&telemetry::artifacts())?;
        return Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?);
    }
    let recordings = recordings::load()?;
    let pipeline = Arc::new(Pipeline {
        network: Network::new(cli.fail_rate),
        recognizer: Recognizer::new(&recordings),
        spellbook: Spellbook::open()?,
    });
    let recordings: Recordings = recordings.into_iter().map(Arc::new).collect();
    let telemetry = install(&pipeline, cli.telemetry)?;
    if cli.once {
        let played = play_once(&pipeline, &recordings, cli.speed).await?;
        print(&recordings, &played)?;
    } else {
        serve(&telemetry, &pipeline, &recordings, cli.listen, cli.speed).await?;
    }
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

fn install(
    pipeline: &Arc<Pipeline>,
    arguments: TelemetryArgs,
) -> Result<Telemetry, Box<dyn Error>> {
    let (database, providers) = (Arc::clone(pipeline), Arc::clone(pipeline));
    let telemetry = Telemetry::builder("glyphoxa")
        .version(env!("CARGO_PKG_VERSION"))
        .instrumentation_scope("glyphoxa", SCOPE)
        .catalog(VoiceMetrics::global())
        .arguments(arguments)
        .log(|log| {
            log.output = Output::Stderr;
            log.shape = line_shape();
        })
        .check("database", move || {
            let pipeline = Arc::clone(&database);
            async move { pipeline.spellbook.ping() }
        })
        .check("providers", move || {
            let pipeline = Arc::clone(&providers);
            async move { pipeline.network.ping() }
        })
        .without_listener()
        .install()?;
    Ok(telemetry)
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

/// Plays all sessions concurrently, each once.
async fn play_once(
    pipeline: &Arc<Pipeline>,
    recordings: &Recordings,
    speed: f64,
) -> Result<Vec<Turns>, JoinError> {
    let mut sessions = Vec::new();
    for recording in recordings {
        let (pipeline, recording) = (Arc::clone(pipeline), Arc::clone(recording));
        sessions.push(tokio::spawn(async move {
            play(&pipeline, recording, speed).await
        }));
    }
    let mut played = Vec::new();
    for session in sessions {
        played.push(session.await?);
    }
    Ok(played)
}

fn print(recordings: &Recordings, played: &[Turns]) -> io::Result<()> {
    let mut out = io::stdout().lock();
    for (recording, turns) in recordings.iter().zip(played) {
        report::conversation(&mut out, recording, turns)?;
    }
    let unanswered = played.iter().flatten().filter(|turn| turn.is_err()).count();
    report::table(&mut out, u64::try_from(unanswered).unwrap_or(u64::MAX))?;
    out.flush()
}

/// Plays all sessions repeatedly, and serves requests until a signal.
async fn serve(
    telemetry: &Telemetry,
    pipeline: &Arc<Pipeline>,
    recordings: &Recordings,
    listen: SocketAddr,
    speed: f64,
) -> Result<(), Box<dyn Error>> {
    let (listener, address) = server::bind(listen).await?;
    let (stop, stopped) = watch::channel(());
    let api = api::router(Arc::clone(pipeline), recordings);
    let endpoints = telemetry.router().merge(api);
    let mut server = tokio::spawn(server::serve(listener, endpoints, stopped));
    writeln!(io::stdout(), "listening on http://{address}")?;

    let mut sessions = JoinSet::new();
    sessions.spawn(count_tasks());
    for recording in recordings {
        sessions.spawn(repeat(Arc::clone(pipeline), Arc::clone(recording), speed));
    }
    tokio::select! {
        signal = telemetry.until_signal(Duration::ZERO) => signal?,
        ended = &mut server => return Ok(ended??),
    }
    sessions.shutdown().await;
    drop(stop);
    Ok(server.await??)
}

async fn repeat(pipeline: Arc<Pipeline>, recording: Arc<Recording>, speed: f64) {
    loop {
        play(&pipeline, Arc::clone(&recording), speed).await;
        tokio::time::sleep(INTERMISSION).await;
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
