//! The broker that messages go through.

use std::{borrow::Cow, fmt};

use super::{ClientRecorder, Failure, Operation, OperationType, System};

/// A client of one broker. Its calls are operations on a destination: a topic, a queue or an
/// exchange.
///
/// A destination is a label: pass names that the program knows, never one that a message brings.
/// `E` is the error of the client library, and of the code that processes messages.
pub struct Client<E> {
    pub(super) recorder: &'static dyn ClientRecorder,
    pub(super) system: System,
    pub(super) server_address: Cow<'static, str>,
    pub(super) failure: fn(&E) -> Failure,
}

impl<E> Client<E> {
    /// Creates a client that records into `recorder`, for example `Metrics::global().messaging`.
    /// `failure` returns how a call failed.
    #[must_use]
    pub const fn new(
        recorder: &'static dyn ClientRecorder,
        system: System,
        failure: fn(&E) -> Failure,
    ) -> Self {
        Self {
            recorder,
            system,
            server_address: Cow::Borrowed(""),
            failure,
        }
    }

    /// Sets the host of the broker. Default: none.
    #[must_use]
    pub fn server_address(mut self, address: impl Into<Cow<'static, str>>) -> Self {
        self.server_address = address.into();
        self
    }

    /// Returns an operation `send`, which sends messages.
    pub const fn send<'call>(&'call self, destination: &'call str) -> Operation<'call, E> {
        self.operation(OperationType::Send, destination)
    }

    /// Returns an operation `receive`, which receives messages.
    pub const fn receive<'call>(&'call self, destination: &'call str) -> Operation<'call, E> {
        self.operation(OperationType::Receive, destination)
    }

    /// Returns an operation `process`, which processes a message that was received.
    pub const fn process<'call>(&'call self, destination: &'call str) -> Operation<'call, E> {
        self.operation(OperationType::Process, destination)
    }

    /// Returns an operation `settle`, which acknowledges or rejects messages.
    pub const fn settle<'call>(&'call self, destination: &'call str) -> Operation<'call, E> {
        self.operation(OperationType::Settle, destination)
    }

    /// Sets the number of messages in a destination that a group has not consumed, as the client
    /// library reports it.
    pub fn set_lag(&self, destination: &str, consumer_group: &str, messages: u64) {
        self.recorder.lag(destination, consumer_group, messages);
    }

    const fn operation<'call>(
        &'call self,
        kind: OperationType,
        destination: &'call str,
    ) -> Operation<'call, E> {
        Operation {
            client: self,
            kind,
            name: kind.as_str(),
            destination,
            consumer_group: "",
            messages: 1,
            received: 0,
        }
    }
}

impl<E> fmt::Debug for Client<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("system", &self.system)
            .field("server_address", &self.server_address)
            .finish_non_exhaustive()
    }
}
