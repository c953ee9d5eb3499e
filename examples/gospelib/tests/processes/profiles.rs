//! Profiles of the services, read as Pyroscope reads them.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Instant,
};

use glyph_profile_tests::{client, reader::Profile};

use crate::library::{Library, Service};

/// The samples that are enough to name functions.
const ENOUGH: i64 = 10;
/// The clients that read at the same time.
const READERS: usize = 3;

/// Does some work again and again, until it is enough or a profile is late.
fn repeat(ended: &AtomicBool, work: impl Fn()) {
    let deadline = Instant::now() + client::LONG;
    while !ended.load(Relaxed) && Instant::now() < deadline {
        work();
    }
}

/// Asks the gateway, which asks the content service.
fn read(gateway: &Service) {
    for path in ["/search?q=own", "/neighbours/own.1.7?depth=2"] {
        gateway.get(path);
    }
}

/// Makes the ingest load a text.
fn load(ingest: &Service) {
    let verse = |number: u32| format!("own.1.{number}\tA word of our own.\t\n");
    let text: String = (1..200).map(verse).collect();
    assert_eq!(ingest.post("/v1/jobs", "text/plain", &text).status, 200);
}

/// Takes profiles of a service until one has enough samples. A busy machine gives it little time.
fn profile(service: &Service) -> Profile {
    let deadline = Instant::now() + client::LONG;
    let address: SocketAddr = service.address.parse().unwrap();
    loop {
        let response = client::get(address, "/debug/pprof/profile?seconds=3");
        assert_eq!(response.status, 200, "{}", response.text());
        let profile = Profile::read(&response.body);
        if profile.total() >= ENOUGH {
            return profile;
        }
        let total = profile.total();
        assert!(Instant::now() < deadline, "a profile has {total} samples");
    }
}

#[test]
fn profile_of_each_service_names_its_functions() {
    let library = Library::start(&[]);
    let services = ["gateway", "content", "ingest"].map(|name| library.service(name));
    let [gateway, _, ingest] = &services;
    let ended = AtomicBool::new(false);
    let profiles = thread::scope(|scope| {
        scope.spawn(|| repeat(&ended, || load(ingest)));
        for _ in 0..READERS {
            scope.spawn(|| repeat(&ended, || read(gateway)));
        }
        let profiles = services.each_ref().map(profile);
        ended.store(true, Relaxed);
        profiles
    });
    let cpu = ("cpu".to_owned(), "nanoseconds".to_owned());
    for (service, profile) in services.iter().zip(profiles) {
        assert!(
            profile.sample_types.contains(&cpu),
            "{service:?}: {profile:?}"
        );
        let functions = profile.functions();
        assert!(profile.of("gospelib::") > 0, "{service:?}: {functions:?}");
    }
}
