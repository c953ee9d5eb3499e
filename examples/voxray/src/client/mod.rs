//! A client: the peer of the server in `--once`, `voxray call` and the tests.

pub(crate) mod file;
mod rtc;
mod socket;

use std::error::Error;
use std::time::Duration;

use serde::Serialize;
use tokio::time::timeout;

use crate::audio::ear::{Ear, Heard};
use crate::cli::{Call, Way};

type Failed = Box<dyn Error + Send + Sync>;

/// What a client heard, and the bytes of its datagrams or messages.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    pub(crate) heard: Vec<String>,
    pub(crate) sent: u64,
    pub(crate) received: u64,
    /// Offers that named the session before.
    pub(crate) reconnections: u64,
    pub(crate) error: Option<String>,
}

/// Says each utterance, and waits for its answer.
pub(crate) async fn call(call: &Call) -> Report {
    let mut report = Report::default();
    let ended = match call.way {
        Way::Webrtc => Box::pin(rtc::talk(call, &mut report)).await,
        Way::Websocket => socket::talk(call, &mut report).await,
    };
    report.error = ended.err().map(|error| error.to_string());
    report
}

/// A client's ear for one answer.
struct Answer {
    ear: Ear,
    text: String,
    is_over: bool,
}

impl Answer {
    fn new() -> Self {
        Self {
            ear: Ear::careful(),
            text: String::new(),
            is_over: false,
        }
    }

    fn hear(&mut self, sound: &[u8]) {
        for heard in self.ear.hear(sound) {
            match heard {
                Heard::Word(word) => self.text.push_str(&word),
                Heard::Over => self.is_over = true,
            }
        }
    }
}

/// Waits no longer than the client is patient.
async fn patiently<T>(
    call: &Call,
    what: &str,
    work: impl Future<Output = Result<T, Failed>>,
) -> Result<T, Failed> {
    let limit = Duration::from_millis(call.patience);
    let ended = timeout(limit, work).await;
    ended.map_err(|_| format!("{what} took longer than {} ms", call.patience))?
}
