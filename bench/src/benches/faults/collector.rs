//! Healthy and faulty collectors over HTTP/1.1.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use crate::Result;

/// The behavior of a collector.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Behavior {
    Answers,
    Absent,
    Refuses,
    Hangs,
    IsBusy,
    Fails,
    AnswersGarbage,
    ClosesItsHalf,
    IsSlow,
    AsksForNoPause,
    ContinuesForever,
    EndlessBody,
}

pub(super) const BAD: [Behavior; 11] = [
    Behavior::Absent,
    Behavior::Refuses,
    Behavior::Hangs,
    Behavior::IsBusy,
    Behavior::Fails,
    Behavior::AnswersGarbage,
    Behavior::ClosesItsHalf,
    Behavior::IsSlow,
    Behavior::AsksForNoPause,
    Behavior::ContinuesForever,
    Behavior::EndlessBody,
];

const SLOW: Duration = Duration::from_secs(2);

impl Behavior {
    /// Returns the name of the bench for this behavior.
    pub(super) const fn bench(self) -> &'static str {
        match self {
            Self::Answers => "faults-answers",
            Self::Absent => "faults-absent",
            Self::Refuses => "faults-refuses",
            Self::Hangs => "faults-hangs",
            Self::IsBusy => "faults-429",
            Self::Fails => "faults-500",
            Self::AnswersGarbage => "faults-garbage",
            Self::ClosesItsHalf => "faults-half-closed",
            Self::IsSlow => "faults-slow",
            Self::AsksForNoPause => "faults-429-at-once",
            Self::ContinuesForever => "faults-100s",
            Self::EndlessBody => "faults-endless",
        }
    }

    const fn response(self) -> &'static str {
        match self {
            Self::Refuses => "HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n",
            Self::IsBusy => {
                "HTTP/1.1 429 Too Many Requests\r\nretry-after: 1\r\ncontent-length: 0\r\n\r\n"
            }
            Self::Fails => "HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\n\r\n",
            Self::AnswersGarbage => "\u{1}\u{2} this is no HTTP \u{3}\r\n\r\n",
            Self::AsksForNoPause => {
                "HTTP/1.1 429 Too Many Requests\r\nretry-after: 0\r\ncontent-length: 0\r\n\r\n"
            }
            Self::ContinuesForever => "HTTP/1.1 100 Continue\r\n\r\n",
            Self::EndlessBody => "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            Self::Answers | Self::Absent | Self::Hangs | Self::ClosesItsHalf | Self::IsSlow => {
                "HTTP/1.1 200 OK\r\ncontent-type: application/x-protobuf\r\ncontent-length: 0\r\n\r\n"
            }
        }
    }
}

/// Starts a collector on its own address, which runs until the process ends.
pub(super) fn start(behavior: Behavior) -> Result<SocketAddr> {
    let socket = TcpListener::bind(("127.0.0.1", 0))?;
    let address = socket.local_addr()?;
    if behavior != Behavior::Absent {
        thread::spawn(move || {
            for stream in socket.incoming().flatten() {
                thread::spawn(move || serve(&stream, behavior));
            }
        });
    }
    Ok(address)
}

fn serve(stream: &TcpStream, behavior: Behavior) -> io::Result<()> {
    let mut requests = BufReader::new(stream);
    while skip_request(&mut requests)? {
        match behavior {
            Behavior::Hangs => loop {
                thread::park();
            },
            Behavior::ClosesItsHalf => {
                stream.shutdown(Shutdown::Write)?;
                continue;
            }
            Behavior::IsSlow => thread::sleep(SLOW),
            _ => {}
        }
        let mut answers = stream;
        answers.write_all(behavior.response().as_bytes())?;
        if matches!(behavior, Behavior::ContinuesForever | Behavior::EndlessBody) {
            loop {
                answers.write_all("HTTP/1.1 100 Continue\r\n\r\n".repeat(100).as_bytes())?;
            }
        }
    }
    Ok(())
}

/// Skips a request. Returns whether there was one.
fn skip_request(requests: &mut impl BufRead) -> io::Result<bool> {
    let mut length = 0;
    let mut line = String::new();
    while requests.read_line(&mut line)? > 0 {
        if line.trim_end().is_empty() {
            return io::copy(&mut requests.take(length), &mut io::sink()).map(|_| true);
        }
        let header = line.split_once(':');
        if let Some((name, value)) = header
            && name.eq_ignore_ascii_case("content-length")
        {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
        line.clear();
    }
    Ok(false)
}
