//! HTTP requests over loopback, from wrk or, if it is missing, from this process.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use crate::Result;

/// Number of open connections, each with one request in flight.
const CONNECTIONS: usize = 16;
/// Timeout of a response, after which the sample fails.
const PATIENCE: Duration = Duration::from_secs(10);

/// The source of the requests.
#[derive(Clone, Copy)]
pub(crate) enum Load {
    Wrk,
    InProcess,
}

impl Load {
    /// Returns wrk if it is installed. Otherwise prints that it is missing.
    pub(crate) fn found() -> Self {
        // Without arguments, wrk prints its usage and fails.
        match Command::new("wrk").arg("--version").output() {
            Ok(_) => Self::Wrk,
            Err(error) => {
                eprintln!(
                    "wrk: {error}; using threads of this process instead. Their figures do not \
                     compare with those of wrk"
                );
                Self::InProcess
            }
        }
    }

    /// Requests `path` for the given time. Returns the number of responses.
    pub(crate) fn requests(self, server: SocketAddr, path: &str, time: Duration) -> Result<u64> {
        match self {
            Self::Wrk => wrk(server, path, time),
            Self::InProcess => in_process(server, path, time),
        }
    }
}

fn wrk(server: SocketAddr, path: &str, time: Duration) -> Result<u64> {
    let output = Command::new("wrk")
        .args(["--threads", "1", "--connections", &CONNECTIONS.to_string()])
        .args(["--duration", &format!("{}s", time.as_secs().max(1))])
        .arg(format!("http://{server}{path}"))
        .output()?;
    let said = String::from_utf8(output.stdout)?;
    if !output.status.success() || said.contains("Non-2xx") || said.contains("Socket errors") {
        let error = String::from_utf8_lossy(&output.stderr);
        return Err(format!("wrk failed: {said}{error}").into());
    }
    let requests = said
        .lines()
        .find_map(|line| line.split_once(" requests in "));
    let (requests, _) = requests.ok_or_else(|| format!("wrk said: {said}"))?;
    Ok(requests.trim().parse()?)
}

fn in_process(server: SocketAddr, path: &str, time: Duration) -> Result<u64> {
    let until = Instant::now() + time;
    thread::scope(|scope| {
        let threads: Vec<_> = (0..CONNECTIONS)
            .map(|_| scope.spawn(move || connection(server, path, until)))
            .collect();
        let mut requests = 0;
        for thread in threads {
            requests += thread.join().map_err(|_| "a thread panicked")??;
        }
        Ok(requests)
    })
}

fn connection(server: SocketAddr, path: &str, until: Instant) -> Result<u64> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\n\r\n");
    let mut stream = TcpStream::connect(server)?;
    stream.set_nodelay(true)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut requests = 0;
    while Instant::now() < until {
        stream.write_all(request.as_bytes())?;
        read_answer(&mut answers)?;
        requests += 1;
    }
    Ok(requests)
}

fn read_answer(answers: &mut impl BufRead) -> Result<()> {
    let mut length = 0;
    let mut line = String::new();
    let mut is_first = true;
    loop {
        line.clear();
        if answers.read_line(&mut line)? == 0 {
            return Err(std::io::Error::from(ErrorKind::UnexpectedEof).into());
        }
        let text = line.trim_end().to_ascii_lowercase();
        if is_first && !text.starts_with("http/1.1 200") {
            return Err(format!("the server answered {text}").into());
        }
        is_first = false;
        if text.is_empty() {
            break;
        }
        if let Some(value) = text.strip_prefix("content-length:") {
            length = value.trim().parse()?;
        }
    }
    std::io::copy(&mut answers.take(length), &mut std::io::sink())?;
    Ok(())
}
