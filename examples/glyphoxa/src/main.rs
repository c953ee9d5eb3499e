//! A voice pipeline for tabletop games with all its metrics.
//!
//! Players speak to a character. The detector finds their utterances ([`audio::vad`]), a recognizer
//! turns them into words ([`stages::stt`]), a model answers or calls a tool ([`stages::llm`],
//! [`stages::tools`]), and a synthesizer speaks the answer ([`stages::tts`]). The metrics are one
//! struct ([`telemetry::VoiceMetrics`]), and each stage has one attribute. Scripted sessions
//! repeat, and a client can speak over HTTP ([`api`]).
//!
//! The recognizer and the synthesizer are programs of the system where they are installed, and
//! otherwise embedded ([`speech`]): one turns a text into tones, the other finds it in the samples. The
//! model is a server ([`model`]). A gateway has the API and the sessions, and calls a worker that has the
//! stages ([`remote`]), or both are one process. So `cargo run -p glyphoxa -- --once` needs only Rust and a C compiler.

mod api;
mod audio;
mod cli;
mod conversation;
mod fault;
mod game;
mod model;
mod npc;
mod once;
mod process;
mod providers;
mod recordings;
mod remote;
mod report;
mod server;
mod serving;
mod session;
mod settings;
mod speech;
mod stages;
mod stop;
mod telemetry;

use std::fs;
use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::audio::SAMPLE_RATE;
use crate::audio::synth::{self, Voice};
use crate::audio::wav;
use crate::cli::{Cli, Command, Mode};
use crate::process::Ended;
use crate::settings::Settings;

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

async fn run(cli: Cli) -> Ended {
    match &cli.command {
        Some(Command::Artifacts(arguments)) => {
            let messages = arguments.run(&telemetry::artifacts())?;
            return Ok(writeln!(io::stdout(), "{}", messages.join("\n"))?);
        }
        Some(Command::Say { text, file }) => {
            // Half a second of quiet on both sides, in which the detector learns the room.
            let quiet = vec![0; SAMPLE_RATE as usize / 2];
            let speech = [quiet.clone(), synth::speak(text, Voice::PLAYER), quiet].concat();
            return Ok(fs::write(file, wav::encode(&speech)?)?);
        }
        None => {}
    }
    let settings = Settings::of(&cli)?;
    if cli.once {
        return once::run(&settings, cli.telemetry, cli.speed).await;
    }
    match settings.mode {
        Mode::Full => process::full(&settings, cli.telemetry, cli.speed).await,
        Mode::Gateway => process::gateway(&settings, cli.telemetry, cli.speed).await,
        Mode::Worker => process::worker(&settings, cli.telemetry).await,
    }
}
