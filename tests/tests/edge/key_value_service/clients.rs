//! Clients that disconnect at any time.

use std::net::SocketAddr;

use fastrand::Rng;
use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    net::TcpStream,
    sync::Semaphore,
};

use crate::key_value_service::{
    ledger::Ended,
    protocol::{Request, Verb, understood},
    server::{GREETING, LOCKED_KEY},
};

/// The time when a client closes its connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leaves {
    BeforeSending,
    /// In the middle of this request's line, after the requests before it.
    InLine(usize),
    AfterSending,
    /// After reading this many replies, at least one, while the next one may be in transit.
    AfterReplies(usize),
    /// After reading this many replies and half of another.
    InReply(usize),
    /// After all replies, or after the server has closed the connection.
    AtTheEnd,
}

impl Leaves {
    /// Returns whether it disconnects without waiting for a reply.
    pub(crate) const fn early(self) -> bool {
        matches!(
            self,
            Self::BeforeSending | Self::InLine(_) | Self::AfterSending
        )
    }
}

pub(crate) struct Client {
    pub(crate) requests: Vec<Request>,
    pub(crate) leaves: Leaves,
}

impl Client {
    pub(crate) fn random(random: &mut Rng, first_tag: usize, requests: usize) -> Self {
        let some = random.usize(0..requests);
        let leaves = match random.u8(0..20) {
            0 => Leaves::BeforeSending,
            1 => Leaves::InLine(some),
            2 => Leaves::AfterSending,
            3..6 => Leaves::AfterReplies(some.max(1)),
            6..9 => Leaves::InReply(some),
            _ => Leaves::AtTheEnd,
        };
        let tags = first_tag..first_tag + requests;
        Self {
            requests: tags.map(|tag| random_request(random, tag)).collect(),
            leaves,
        }
    }

    /// Returns the requests that it sends completely.
    pub(crate) fn sent(&self) -> &[Request] {
        match self.leaves {
            Leaves::BeforeSending => &[],
            Leaves::InLine(before) => self.requests.get(..before).unwrap(),
            _ => &self.requests,
        }
    }

    /// Returns whether one of its requests makes the server panic.
    pub(crate) fn makes_panic(&self) -> bool {
        self.requests.iter().any(|one| one.verb == Verb::Debug)
    }

    /// Talks to the server. Returns the requests whose replies it read, and the replies.
    pub(crate) async fn run(&self, server: SocketAddr, door: &Semaphore) -> Vec<(usize, Ended)> {
        // More connections than the server's backlog would look connected and be dropped.
        let at_the_door = door.acquire().await.unwrap();
        let mut connection = TcpStream::connect(server).await.unwrap();
        let mut greeting = *GREETING;
        connection.read_exact(&mut greeting).await.unwrap();
        drop(at_the_door);
        let mut text: String = self.sent().iter().map(ToString::to_string).collect();
        if let Leaves::InLine(cut) = self.leaves {
            let line = self.requests.get(cut).unwrap().to_string();
            text.push_str(line.get(..line.len() / 2).unwrap());
        }
        connection.write_all(text.as_bytes()).await.unwrap();
        let replies = match self.leaves {
            early if early.early() => return Vec::new(),
            Leaves::AfterReplies(replies) | Leaves::InReply(replies) => replies,
            _ => self.requests.len(),
        };
        let mut reader = BufReader::new(connection);
        let mut seen = Vec::new();
        let mut line = String::new();
        while seen.len() < replies {
            line.clear();
            // A connection that panics is reset if the server has unread data.
            let read = reader.read_line(&mut line).await.unwrap_or_default();
            if read == 0 || !line.ends_with('\n') {
                return seen;
            }
            seen.push(understood(&line).unwrap());
        }
        if let Leaves::InReply(_) = self.leaves {
            let _half = reader.read_u16().await;
        }
        seen
    }
}

fn random_request(random: &mut Rng, tag: usize) -> Request {
    let verb = match random.u16(0..1000) {
        0 => Verb::Debug,
        1..400 => Verb::Set,
        400..900 => Verb::Get,
        _ => Verb::Del,
    };
    let key = if random.u8(0..40) == 0 {
        LOCKED_KEY.to_owned()
    } else {
        format!("key{}", random.u16(0..2000))
    };
    let value = match verb {
        Verb::Set => "x".repeat(random.usize(1..40)),
        _ => String::new(),
    };
    Request {
        tag,
        verb,
        key,
        value,
    }
}
