//! The command line.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use glyph_runtime::artifacts::ArtifactArgs;
use glyph_runtime::config::TelemetryArgs;

use crate::fault::Fault;
use crate::transport::ports::{self, Ports};

/// A voice server over WebRTC, all of it measured.
#[derive(Debug, Parser)]
#[command(name = "voxray", version, args_conflicts_with_subcommands = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Run eight sessions, print the metrics, and exit.
    #[arg(long, conflicts_with = "listen")]
    pub(crate) once: bool,

    /// Address to serve on; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    pub(crate) listen: SocketAddr,

    #[command(flatten)]
    pub(crate) settings: Settings,

    #[command(flatten)]
    pub(crate) telemetry: TelemetryArgs,
}

/// Settings of the server.
#[derive(Args, Clone, Debug)]
pub(crate) struct Settings {
    /// Address of this machine at which peers send and get sound.
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub(crate) media: IpAddr,

    /// Address that the sockets of peers are bound to, as in a container. Default: that of `--media`.
    #[arg(long, value_name = "IP")]
    pub(crate) media_bind: Option<IpAddr>,

    /// UDP ports of peers, such as `8100-8119`, one for each session. Default: any free port.
    #[arg(long, value_name = "FIRST-LAST", value_parser = ports::range)]
    pub(crate) media_ports: Option<RangeInclusive<u16>>,

    /// URL of a language model with the usual chat interface. Default: one in this process.
    #[arg(long, value_name = "URL")]
    pub(crate) llm_url: Option<String>,

    /// URL of a store of recordings. Default: one in this process.
    #[arg(long, value_name = "URL")]
    pub(crate) store_url: Option<String>,

    /// Milliseconds that the language model has for its response, and for each token.
    #[arg(long, value_name = "MS", default_value = "5000")]
    pub(crate) llm_timeout: u64,

    /// Milliseconds that the store has for its response.
    #[arg(long, value_name = "MS", default_value = "5000")]
    pub(crate) store_timeout: u64,

    /// Milliseconds in which an offer is answered.
    #[arg(long, value_name = "MS", default_value = "5000")]
    pub(crate) offer_timeout: u64,

    /// Milliseconds in which a peer has to connect.
    #[arg(long, value_name = "MS", default_value = "10000")]
    pub(crate) connect_timeout: u64,

    /// A failure to make happen.
    #[arg(long, value_name = "NAME")]
    pub(crate) fault: Option<Fault>,
}

impl Settings {
    /// Where peers send sound.
    pub(crate) fn ports(&self) -> Ports {
        Ports {
            announced: self.media,
            bound: self.media_bind.unwrap_or(self.media),
            range: self.media_ports.clone(),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Call a server, speak, and print what was heard.
    Call(Call),
    /// Write what is said to a WAV file, for the microphone of a browser.
    Speak(Speak),
    /// Write the dashboard, rules and reference, or check the written files.
    Artifacts(ArtifactArgs),
}

/// A call of a server.
#[derive(Args, Clone, Debug)]
pub(crate) struct Call {
    /// The server, such as `127.0.0.1:8090`.
    pub(crate) server: SocketAddr,

    /// A text to say. Repeat it for more utterances.
    #[arg(long, value_name = "TEXT", default_values_t = ["What is 6 * 7?".to_owned()])]
    pub(crate) say: Vec<String>,

    /// How the sound is sent.
    #[arg(long, value_name = "NAME", value_enum, default_value_t = Way::Webrtc)]
    pub(crate) way: Way,

    /// Lose the connection after each answer but the last, and come back.
    #[arg(long)]
    pub(crate) reconnect: bool,

    /// Milliseconds that each answer may take.
    #[arg(long, value_name = "MS", default_value = "10000")]
    pub(crate) patience: u64,
}

/// Speech in a file.
#[derive(Args, Clone, Debug)]
pub(crate) struct Speak {
    /// The file.
    pub(crate) file: PathBuf,

    /// A text to say. Repeat it for more utterances.
    #[arg(long, value_name = "TEXT", default_values_t = ["What is 6 * 7?".to_owned()])]
    pub(crate) say: Vec<String>,

    /// Milliseconds of silence after each utterance.
    #[arg(long, value_name = "MS", default_value = "2000")]
    pub(crate) pause: u64,
}

/// A way to send sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    Webrtc,
    Websocket,
}
