//! Chromium as a client, whose microphone is a file.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use glyph_tests::{children::Process, environment};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    faults::errors,
    server::{PROGRAM, Server, count},
};

/// The first answers are long, so that packets of sound are most of what the server sends.
const SAY: [&str; 9] = [
    "Roll 20d1000.",
    "Roll 20d1000.",
    "Roll 20d1000.",
    "Roll 20d1000.",
    "Roll 20d1000.",
    "Roll 20d1000.",
    "Roll 20d1000.",
    "Roll 20d1000.",
    "What is 6 * 7?",
];

/// The text that the page has decoded from the answer, and the bytes that the browser has counted.
#[derive(Debug, Deserialize)]
struct Visit {
    heard: String,
    /// Those of `RTCPeerConnection.getStats()`.
    stats: Vec<Value>,
    errors: Vec<String>,
}

impl Visit {
    /// Calls the server, and says what is in the file.
    fn start(server: &Server, wav: &Path) -> Self {
        let visit = Path::new(env!("CARGO_MANIFEST_DIR")).join("page/visit.mjs");
        let url = format!("http://{}/", server.address);
        let mut command = Command::new("node");
        environment::clean(&mut command).arg(visit).arg(url);
        let answers = SAY.len().to_string();
        let ended = Process::start(command.arg(wav).arg(answers)).end("the browser");
        assert!(ended.status.success(), "{}", ended.errors);
        serde_json::from_str(&ended.output).unwrap()
    }

    /// Returns a number of the first statistics of this type (W3C WebRTC statistics).
    fn count(&self, of: &str, name: &str) -> u64 {
        let mut stats = self.stats.iter().filter(|stats| stats["type"] == of);
        let number = stats.find_map(|stats| stats[name].as_u64());
        assert!(number.is_some(), "{of}: {name}: {:#?}", self.stats);
        number.unwrap()
    }
}

/// Writes what the microphone plays.
fn said() -> PathBuf {
    let wav = Path::new(env!("CARGO_TARGET_TMPDIR")).join("said.wav");
    let mut command = Command::new(PROGRAM);
    environment::clean(&mut command).arg("speak").arg(&wav);
    // The next question comes while the server answers.
    command.args(["--pause", "400"]);
    for text in SAY {
        command.args(["--say", text]);
    }
    let ended = Process::start(&mut command).end("the voice");
    assert!(ended.status.success(), "{}", ended.errors);
    wav
}

/// The transport counts packets of ICE without those that look for a way, which are 1 % here.
#[test]
#[ignore = "needs Chromium and node"]
fn browser_hears_answers_and_counts_the_same_bytes() {
    let server = Server::start(&[]);
    let visit = Visit::start(&server, &said());
    let heard: Vec<_> = visit.heard.lines().collect();
    assert_eq!(heard.len(), SAY.len(), "{heard:#?}");
    for rolled in &heard[..8] {
        assert!(rolled.starts_with("You roll 20d1000: "), "{rolled}");
    }
    assert_eq!(heard[8], "6 * 7 is 42.");
    assert!(visit.errors.is_empty(), "{:?}", visit.errors);
    let page = server.settled(1);
    assert_eq!(errors(&page), []);
    for (name, counted, sound) in [
        (
            "webrtc_bytes_sent_total",
            visit.count("transport", "bytesReceived"),
            visit.count("inbound-rtp", "bytesReceived"),
        ),
        (
            "webrtc_bytes_received_total",
            visit.count("transport", "bytesSent"),
            visit.count("outbound-rtp", "bytesSent"),
        ),
    ] {
        let bytes = count(&page, name, &["model=\"pcmu\""]);
        // Five percent.
        let is_near = bytes.abs_diff(counted) * 20 <= counted;
        assert!(is_near, "{name}: {bytes}, the browser counted {counted}");
        // Headers of packets are less than half.
        assert!(
            sound * 2 > bytes && sound < bytes,
            "{name}: {bytes}, of sound {sound}"
        );
    }
    let letters: usize = heard.iter().map(|line| line.len() + 1).sum();
    let packets = visit.count("inbound-rtp", "packetsReceived");
    assert_eq!(packets, u64::try_from(letters).unwrap());
    server.stop();
}
