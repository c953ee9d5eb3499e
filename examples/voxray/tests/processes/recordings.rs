//! Recordings in a store of the test.

use glyph_tests::wait;

use crate::{server::Server, store::Store};

#[test]
fn recordings_wait_in_the_queue_for_the_store() {
    let store = Store::with_room(0);
    let server = Server::start(&["--store-url", &store.url, "--store-timeout", "600000"]);
    for _ in 0..3 {
        let report = server.call(&["What is 1 + 1?"], &["--way", "websocket"]);
        assert_eq!(report.error, None);
    }
    // One is being uploaded.
    wait::until("two recordings wait", || {
        server.count("recording_queue_depth") == 2
    });
    assert_eq!(server.count("recording_jobs_enqueued_total"), 3);
    assert_eq!(server.count("recording_jobs_success_total"), 0);
    store.make_room(3);
    wait::until("no recording waits", || {
        server.count("recording_queue_depth") == 0
    });
    server.settled(3);
    assert_eq!(server.count("recording_jobs_success_total"), 3);
    let mut names: Vec<_> = store.kept().into_iter().map(|(name, _)| name).collect();
    names.sort();
    assert_eq!(names, ["session-0.wav", "session-1.wav", "session-2.wav"]);
    server.stop();
}

#[test]
fn terminated_server_uploads_what_was_said() {
    let store = Store::start();
    let server = Server::start(&["--store-url", &store.url]);
    let say = ["What is 6 * 7?"; 100];
    let client = server.begin_call(&say, &[]);
    wait::until("a part was answered", || {
        server.count("tts_synthesis_latency_seconds_count") >= 2
    });
    server.stop();
    let kept = store.kept();
    assert_eq!(kept.len(), 1);
    let (_, file) = &kept[0];
    assert_eq!(&file[..4], b"RIFF");
    // The question and the answer, 160 bytes for each letter of both.
    let least = 160 * ("What is 6 * 7?".len() + "6 * 7 is 42.".len());
    assert!(file.len() > least, "{} bytes", file.len());
    let ended = client.end("the client");
    assert!(ended.output.contains("6 * 7 is 42."), "{}", ended.output);
    assert!(ended.output.contains("\"error\":\""), "{}", ended.output);
}
