//! A client that sends the headers that a test wants.

use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    time::{Duration, Instant},
};

/// The longest wait of a test, far above what a busy machine needs.
pub const LONG: Duration = Duration::from_secs(240);

/// A response, read to its end.
#[derive(Debug)]
pub struct Response {
    /// The status.
    pub status: u16,
    /// The status line and the headers.
    pub head: String,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// Returns the body as text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// Returns the value of a header by its name in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Asks as a program on this machine does.
#[must_use]
pub fn get(address: SocketAddr, path: &str) -> Response {
    ask(address, path, &[("host", "localhost")])
}

/// Sends a GET with these headers, and reads the response.
#[must_use]
pub fn ask(address: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Response {
    response(send(address, "GET", path, headers))
}

/// Reads a response to its end.
///
/// # Panics
///
/// Panics if there is no response in time.
#[must_use]
pub fn response(mut stream: TcpStream) -> Response {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("a response in time");
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n");
    let body = bytes.split_off(end.expect("the end of the headers") + 4);
    let head = String::from_utf8(bytes).unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Response { status, head, body }
}

/// Sends a request, after whose response the connection ends.
///
/// # Panics
///
/// Panics if nothing listens.
#[must_use]
pub fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let mut request = format!("{method} {path} HTTP/1.1\r\nconnection: close\r\n");
    for (name, value) in headers {
        request.extend([*name, ": ", *value, "\r\n"]);
    }
    request += "\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    stream
}

/// Asks again while the response has this status, which the wait is to end.
///
/// # Panics
///
/// Panics if it does not end.
#[must_use]
pub fn once_not(status: u16, address: SocketAddr, path: &str) -> Response {
    let deadline = Instant::now() + LONG;
    loop {
        let response = get(address, path);
        if response.status != status {
            return response;
        }
        assert!(Instant::now() < deadline, "{path} has the status {status}");
    }
}
