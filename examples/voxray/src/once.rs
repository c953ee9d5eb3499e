//! Eight sessions with a server in this process.

use std::net::SocketAddr;

use tokio::task::JoinSet;

use crate::cli::{Call, Way};
use crate::client::{Report, call};

/// The sessions: how their sound is sent, and what is said.
const SESSIONS: [(Way, [&str; 2]); 8] = [
    (Way::Webrtc, ["What is 6 * 7?", "Roll 2d6."]),
    (Way::Webrtc, ["What is 12 + 30?", "What is 9 * 9?"]),
    (Way::Webrtc, ["Roll 1d20.", "What is 100 - 1?"]),
    (Way::Webrtc, ["What is 3 * 3?", "Roll 3d6."]),
    (Way::Webrtc, ["What is 7 + 5?", "What is 8 * 8?"]),
    (Way::Webrtc, ["Roll 2d8.", "What is 4 * 4?"]),
    (Way::Websocket, ["What is 5 * 5?", "Roll 1d4."]),
    (Way::Websocket, ["What is 2 + 2?", "What is 1 + 1?"]),
];

/// Talks in all sessions at the same time. Returns the first error.
pub(crate) async fn talk(server: SocketAddr) -> Option<String> {
    let mut talking = JoinSet::new();
    for (way, say) in SESSIONS {
        let one = Call {
            server,
            say: say.map(str::to_owned).into(),
            way,
            reconnect: false,
            patience: 8_000,
        };
        talking.spawn(async move { call(&one).await });
    }
    let reports: Vec<Report> = talking.join_all().await;
    reports.into_iter().find_map(|report| report.error)
}
