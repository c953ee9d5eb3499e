//! The protocol: one request a line, `7 SET key value`, and one reply a line with the request's
//! tag, in any order.

use std::fmt::{self, Display};

use glyph_runtime::{Label, Outcome};

use crate::key_value_service::ledger::Ended;

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    Get,
    Set,
    Del,
    /// A command that makes the server panic, to test that it survives.
    Debug,
}

impl Verb {
    pub(crate) const ALL: [Self; 4] = [Self::Get, Self::Set, Self::Del, Self::Debug];
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) tag: usize,
    pub(crate) verb: Verb,
    pub(crate) key: String,
    /// The value, empty except for [`Verb::Set`].
    pub(crate) value: String,
}

impl Request {
    pub(crate) fn parse(line: &str) -> Option<Self> {
        let mut words = line.trim_end().splitn(4, ' ');
        let tag = words.next()?.parse().ok()?;
        let verb = match words.next()? {
            "GET" => Verb::Get,
            "SET" => Verb::Set,
            "DEL" => Verb::Del,
            "DEBUG" => Verb::Debug,
            _ => return None,
        };
        let key = words.next()?.to_owned();
        let value = words.next().unwrap_or_default().to_owned();
        Some(Self {
            tag,
            verb,
            key,
            value,
        })
    }
}

impl Display for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verb = match self.verb {
            Verb::Get => "GET",
            Verb::Set => "SET",
            Verb::Del => "DEL",
            Verb::Debug => "DEBUG",
        };
        writeln!(formatter, "{} {verb} {} {}", self.tag, self.key, self.value)
    }
}

/// Errors of a request.
#[derive(Outcome, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    NoSuchKey,
    /// Another request held the key for too long.
    #[outcome(timeout)]
    Deadline,
}

pub(crate) type Answer = Result<String, Failure>;

/// Returns the reply line.
pub(crate) fn reply(tag: usize, answer: &Answer) -> String {
    match answer {
        Ok(value) => format!("{tag} OK {value}\n"),
        Err(Failure::NoSuchKey) => format!("{tag} ERR no such key\n"),
        Err(Failure::Deadline) => format!("{tag} TIMEOUT\n"),
    }
}

/// Parses a reply: the request's tag, and how it ended.
pub(crate) fn understood(line: &str) -> Option<(usize, Ended)> {
    let mut words = line.split_ascii_whitespace();
    let tag = words.next()?.parse().ok()?;
    let ended = match words.next()? {
        "OK" => Ended::Ok,
        "ERR" => Ended::Error,
        "TIMEOUT" => Ended::Timeout,
        _ => return None,
    };
    Some((tag, ended))
}
