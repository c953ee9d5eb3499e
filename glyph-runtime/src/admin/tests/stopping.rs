use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex, mpsc},
    thread,
    time::Duration,
};

use axum::{Router, routing::get};
use tokio::runtime;

use super::{Listener, PATIENCE, Pieces, connect, listen};

fn shut_down(listener: Listener, deadline: Duration) -> bool {
    let runtime = runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(listener.shutdown(deadline))
}

#[test]
fn shutdown_waits_for_responses_and_frees_the_port() {
    let (asked, was_asked) = mpsc::channel();
    let (go, wait) = tokio::sync::watch::channel(false);
    let slow = get(move || {
        let mut wait = wait.clone();
        let _ = asked.send(());
        async move {
            let _ = wait.wait_for(|go| *go).await;
            "done"
        }
    });
    let listener = listen(Router::new().route("/slow", slow));
    let address = listener.local_addr();
    let mut idle = connect(&listener);
    let mut stream = connect(&listener);
    stream
        .write_all(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    was_asked.recv_timeout(PATIENCE).unwrap();
    let stopping = thread::spawn(move || shut_down(listener, PATIENCE));
    // The idle connection is closed because the shutdown has begun.
    assert_eq!(idle.read(&mut [0]).unwrap(), 0);
    go.send_replace(true);
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    assert!(response.ends_with("done"), "{response}");
    assert!(stopping.join().unwrap());
    TcpListener::bind(address).unwrap();
}

#[test]
fn shutdown_keeps_its_deadline() {
    let (asked, was_asked) = mpsc::channel();
    let never = get(move || {
        let _ = asked.send(());
        std::future::pending::<()>()
    });
    let listener = listen(Router::new().route("/never", never));
    let mut stream = connect(&listener);
    stream
        .write_all(b"GET /never HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    was_asked.recv_timeout(PATIENCE).unwrap();
    assert!(!shut_down(listener, Duration::from_millis(20)));
    assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
}

#[test]
fn shutdown_keeps_its_deadline_if_the_thread_is_blocked() {
    let (asked, was_asked) = mpsc::channel();
    let (release, blocked) = mpsc::channel::<()>();
    let blocked = Arc::new(Mutex::new(blocked));
    let blocking = get(move || {
        let _ = asked.send(());
        let _ = blocked.lock().map(|blocked| blocked.recv());
        async {}
    });
    let listener = listen(Router::new().route("/blocking", blocking));
    let mut stream = connect(&listener);
    stream
        .write_all(b"GET /blocking HTTP/1.1\r\nhost: x\r\n\r\n")
        .unwrap();
    was_asked.recv_timeout(PATIENCE).unwrap();
    let address = listener.local_addr();
    assert!(!shut_down(listener, Duration::from_millis(20)));
    #[cfg(target_os = "linux")]
    assert!(TcpStream::connect(address).is_err(), "it accepts no more");
    drop(release);
}

/// A child process has such a copy until it executes its program.
#[cfg(target_os = "linux")]
#[test]
fn copy_of_the_socket_does_not_keep_the_port_open() {
    for ends in [
        |listener| assert!(shut_down(listener, PATIENCE)),
        |listener| drop::<Listener>(listener),
    ] {
        let listener = listen(Pieces::new(1).router());
        let address = listener.local_addr();
        let copy = listener.open.0.copies();
        ends(listener);
        assert!(TcpStream::connect(address).is_err());
        drop(copy);
    }
}

#[test]
fn drop_stops_the_listener() {
    let listener = listen(Pieces::new(1).router());
    let mut idle = connect(&listener);
    drop(listener);
    assert_eq!(idle.read(&mut [0]).unwrap_or(0), 0);
}
