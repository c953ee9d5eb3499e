//! Calls without a failure.

use std::net::UdpSocket;

use crate::{
    faults::errors,
    model::Peer,
    server::{Server, count},
    store::Store,
};

const SAY: [&str; 2] = ["What is 6 * 7?", "What is 12 + 30?"];
const ANSWERS: [&str; 2] = ["6 * 7 is 42.", "12 + 30 is 42."];

#[test]
fn answers_come_over_webrtc_and_bytes_are_those_of_the_client() {
    let (peer, store) = (Peer::start(), Store::start());
    let server = Server::start(&["--llm-url", &peer.url, "--store-url", &store.url]);
    let report = server.call(&SAY, &[]);
    assert_eq!(report.heard, ANSWERS, "{report:?}");
    let page = server.settled(1);
    assert_eq!(errors(&page), []);
    assert_eq!(peer.counts().completed, 2);
    for (name, label, counted) in [
        (
            "webrtc_bytes_sent_total",
            "direction=\"outbound\"",
            report.received,
        ),
        (
            "webrtc_bytes_received_total",
            "direction=\"inbound\"",
            report.sent,
        ),
    ] {
        let bytes = count(&page, name, &[label, "model=\"pcmu\""]);
        // Five percent.
        assert!(
            bytes.abs_diff(counted) * 20 <= counted,
            "{name}: {bytes}, {report:?}"
        );
        // Each frame of sound is 160 bytes.
        assert!(bytes > 160 * 20, "{name}: {bytes}");
    }
    let lines = server.stop();
    let others = lines.iter().filter(|line| line["level"] != "INFO");
    assert_eq!(others.count(), 0, "{lines:#?}");
}

/// As in a container, whose own address no peer reaches.
#[test]
fn sockets_of_peers_are_bound_to_the_ports_of_the_container() {
    let free = UdpSocket::bind("127.0.0.1:0").unwrap();
    let first = free.local_addr().unwrap().port();
    let ports = format!("{first}-{}", first.saturating_add(20));
    let bound = ["--media", "127.0.0.1", "--media-bind", "0.0.0.0"];
    let server = Server::start(&[&bound[..], &["--media-ports", &ports]].concat());
    let report = server.call(&SAY[..1], &[]);
    assert_eq!(report.heard, ANSWERS[..1], "{report:?}");
    server.stop();
    // A port that is taken leaves no room for a second peer.
    let taken = format!("{first}-{first}");
    let server = Server::start(&["--media-ports", &taken]);
    let ended = server.begin_call(&SAY[..1], &[]).end("the client");
    assert!(ended.output.contains("503"), "{ended:?}");
    server.stop();
}

#[test]
fn answer_depends_on_what_was_said() {
    let server = Server::start(&[]);
    for (say, answer) in [
        ("What is 2 + 3?", "2 + 3 is 5."),
        ("What is 5 * 5?", "5 * 5 is 25."),
    ] {
        for way in ["webrtc", "websocket"] {
            let report = server.call(&[say], &["--way", way]);
            assert_eq!(report.heard, [answer], "{way}: {report:?}");
        }
    }
    let page = server.settled(4);
    assert_eq!(errors(&page), []);
    // A WebSocket is no peer connection.
    let connected = ["state=\"connected\""];
    assert_eq!(count(&page, "webrtc_peer_connections_total", &connected), 2);
    server.stop();
}

#[test]
fn session_goes_on_over_another_connection() {
    let server = Server::start(&[]);
    let report = server.call(&SAY, &["--reconnect"]);
    assert_eq!(report.heard, ANSWERS, "{report:?}");
    assert_eq!(report.reconnections, 1);
    let page = server.settled(1);
    assert_eq!(errors(&page), [("webrtc_reconnection_attempts_total", 1)]);
    for (state, connections) in [("new", 2), ("connected", 2), ("closed", 2), ("failed", 0)] {
        let label = format!("state=\"{state}\"");
        let found = count(&page, "webrtc_peer_connections_total", &[&label]);
        assert_eq!(found, connections, "{state}");
    }
    assert_eq!(server.count("webrtc_peer_connections_active"), 0);
    server.stop();
}
