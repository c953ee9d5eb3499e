//! The services as processes: with pids of their own, killed, started again, and ended.
#![cfg(target_os = "linux")]
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a failed setup fails the test"
)]
#![expect(clippy::float_cmp, reason = "counts are whole numbers")]

mod browser;
mod endings;
mod errors;
mod faro;
mod library;
mod profiles;
mod restarts;
mod rotel;

use std::{collections::BTreeSet, fs};

use library::Library;

#[test]
fn services_are_processes_of_their_own() {
    let library = Library::start(&[]);
    let mut ids = BTreeSet::from([library.process.id()]);
    for name in ["gateway", "content", "ingest"] {
        let service = library.service(name);
        let command = fs::read_to_string(format!("/proc/{}/cmdline", service.id)).unwrap();
        assert!(command.split('\0').any(|word| word == name), "{command}");
        assert!(ids.insert(service.id));
        assert_eq!(service.sum("gospelib_restarts_total", ""), 1.0);
        assert_eq!(service.get("/readyz").status, 200, "{name}");
        // No profile is taken, and the path is served.
        let profile = service.get("/debug/pprof/profile?seconds=0");
        assert_eq!(profile.status, 400, "{name}: {}", profile.body);
    }
    assert_eq!(ids.len(), 4);
    let passage = library.service("gateway").get("/passages/gen.1.1");
    assert_eq!(passage.status, 200);
    assert_eq!(passage.json()["next"], "gen.1.2");
    assert_eq!(passage.json()["chapter"], "gen.1");
    let unknown = library.service("gateway").get("/passages/gen.99.1");
    assert_eq!(unknown.status, 404);
    let no_name = library.service("gateway").get("/passages/..%2Fjobs");
    assert_eq!(no_name.status, 400);
}

/// A text that is sent takes the place of the one before, and jobs are listed.
#[test]
fn sent_text_replaces_the_one_before() {
    let library = Library::start(&[]);
    let ingest = library.service("ingest");
    let text = "own.1.1\tA word of our own.\t\nown.1.2\tAnd another.\town.1.1\n";
    let loaded = ingest.post("/v1/jobs", "text/plain", text);
    assert_eq!((loaded.status, loaded.body.as_str()), (200, "4 nodes\n"));
    let broken = ingest.post("/v1/jobs", "text/plain", "own.1.1\tA.\tno.1.1\n");
    assert_eq!(broken.status, 422, "{}", broken.body);
    let jobs = ingest.get("/v1/jobs").json();
    assert_eq!(
        (&jobs[0]["nodes"], &jobs[1]["nodes"]),
        (&0.into(), &4.into())
    );
    assert!(
        jobs[0]["error"].as_str().unwrap().contains("line 1"),
        "{jobs}"
    );
    assert_eq!(
        ingest.sum("gospelib_ingest_jobs_total", r#"status="error""#),
        1.0
    );
    let gateway = library.service("gateway");
    assert_eq!(gateway.get("/passages/gen.1.1").status, 404);
    let passage = gateway.get("/passages/own.1.2").json();
    assert_eq!(passage["refers_to"][0], "own.1.1");
    let found = gateway.get("/search?q=another").json();
    assert_eq!(found[0]["name"], "own.1.2");
}
