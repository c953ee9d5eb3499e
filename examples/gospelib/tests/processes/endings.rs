//! The end of all services.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed},
    },
    thread,
};

use glyph_tests::wait;

use crate::library::Library;

/// The number of clients at a time.
const CLIENTS: usize = 4;

/// Each request that the gateway has accepted, by its lines, is one whose client has the response.
#[test]
fn end_under_load_loses_no_accepted_request() {
    let library = Library::start(&[]);
    let gateway = library.service("gateway");
    let (ends, responses) = <(Arc<AtomicBool>, Arc<AtomicUsize>)>::default();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let (ends, responses, gateway) =
                (Arc::clone(&ends), Arc::clone(&responses), gateway.clone());
            thread::spawn(move || {
                while !ends.load(Relaxed) {
                    if let Some(response) = gateway.try_get("/passages/gen.1.1", "") {
                        assert_eq!(response.status, 200, "{}", response.body);
                        responses.fetch_add(1, Relaxed);
                    }
                }
            })
        })
        .collect();
    wait::until("requests are answered", || responses.load(Relaxed) > 50);
    let log = library.end();
    ends.store(true, Relaxed);
    for client in clients {
        client.join().unwrap();
    }
    let completed = log.iter().filter(|line| {
        line["message"] == "request completed" && line["path"] == "/passages/gen.1.1"
    });
    assert_eq!(completed.count(), responses.load(Relaxed));
}

/// Without the process that started them, the services would run on forever.
#[test]
fn services_end_with_the_process_that_started_them() {
    let mut library = Library::start(&[]);
    let ids = ["gateway", "content", "ingest"].map(|name| library.service(name).id);
    let is_there = |id: &u32| {
        let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
        // A process that has ended stays until somebody asks for its status.
        !status.is_empty() && !status.contains(") Z ")
    };
    assert!(ids.iter().all(is_there));
    library.process.kill();
    wait::until("the services have ended", || !ids.iter().any(is_there));
}
