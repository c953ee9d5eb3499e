//! CPU profiles: what they name, who may take them, and what ends them.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test"
)]

mod endings;
mod guard;
mod load;
mod names;

use std::{
    net::{SocketAddr, TcpStream},
    sync::{Mutex, MutexGuard, PoisonError},
    thread::yield_now,
    time::Instant,
};

use glyph_profile_tests::client::{LONG, response, send};

/// One profile is taken at a time in a process, and tests are threads of one.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Returns the connection of a request that takes a profile of a minute, when it is being taken. Two are sent, and
/// one of them gets a 409, whichever is first.
fn running(address: SocketAddr) -> TcpStream {
    let path = "/debug/pprof/profile?seconds=60";
    let both = [(); 2].map(|()| send(address, "GET", path, &[("host", "localhost")]));
    let deadline = Instant::now() + LONG;
    while !both.iter().any(has_response) {
        assert!(Instant::now() < deadline, "neither request is rejected");
        yield_now();
    }
    let [one, other] = both;
    let (rejected, running) = if has_response(&one) {
        (one, other)
    } else {
        (other, one)
    };
    assert!(!has_response(&running), "both requests have a response");
    let rejected = response(rejected);
    assert_eq!(rejected.status, 409, "{rejected:?}");
    let text = "a profile is being taken: try again when it has ended\n";
    assert_eq!(rejected.text(), text);
    running
}

fn has_response(stream: &TcpStream) -> bool {
    stream.set_nonblocking(true).unwrap();
    let has_some = stream.peek(&mut [0]).is_ok();
    stream.set_nonblocking(false).unwrap();
    has_some
}
