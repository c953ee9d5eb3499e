//! A call to a broker, or the processing of a message.

use std::fmt;

use glyph_core::__runtime::OpenSpan;

use super::{CallEnd, Client, ClientOperation, Failure, OperationType};
use crate::{
    call_fields::call_span,
    clients::call::{Recorded, known, time, time_async},
};

/// An operation of a [`Client`]. Its methods that start with `time` record it once, however it
/// ends.
#[must_use = "an operation is recorded by `time`, `time_async`, `time_batch` or `time_batch_async`"]
pub struct Operation<'call, E> {
    pub(super) client: &'call Client<E>,
    pub(super) kind: OperationType,
    pub(super) name: &'call str,
    pub(super) destination: &'call str,
    pub(super) consumer_group: &'call str,
    /// The messages that the call sends, settles or processes.
    pub(super) messages: u64,
    /// The messages that the call received. Zero until it succeeds.
    pub(super) received: u64,
}

impl<'call, E> Operation<'call, E> {
    /// Sets the name of the operation in the client library, such as `publish` or `poll`. Default:
    /// the name of its type.
    pub const fn name(mut self, name: &'call str) -> Self {
        self.name = name;
        self
    }

    /// Sets the group of the consumer. Default: none.
    pub const fn consumer_group(mut self, group: &'call str) -> Self {
        self.consumer_group = group;
        self
    }

    /// Sets the number of messages, if the call sends or settles several. Default: 1.
    pub const fn messages(mut self, messages: u64) -> Self {
        self.messages = messages;
        self
    }

    /// Runs `work` as the call. A successful `receive` is one message.
    ///
    /// # Errors
    ///
    /// Returns the error of `work`.
    pub fn time<T>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        self.time_batch(|_| 1, work)
    }

    /// Runs `future` as the call. The call starts with the first poll, and a future that is dropped
    /// before its end is recorded as `cancelled`. A successful `receive` is one message.
    ///
    /// # Errors
    ///
    /// Returns the error of `future`.
    pub async fn time_async<T>(self, future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        self.time_batch_async(|_| 1, future).await
    }

    /// Runs `work` as the call. `count` returns how many messages a `receive` brought.
    ///
    /// # Errors
    ///
    /// Returns the error of `work`.
    pub fn time_batch<T>(
        self,
        count: impl FnOnce(&T) -> usize,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        time(self, |call, result| call.end_of(count, result), work)
    }

    /// Runs `future` as the call. `count` returns how many messages a `receive` brought.
    ///
    /// # Errors
    ///
    /// Returns the error of `future`.
    pub async fn time_batch_async<T>(
        self,
        count: impl FnOnce(&T) -> usize,
        future: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        time_async(self, |call, result| call.end_of(count, result), future).await
    }

    fn end_of<T>(
        &mut self,
        count: impl FnOnce(&T) -> usize,
        result: &Result<T, E>,
    ) -> Option<Failure> {
        match result {
            Ok(value) => {
                if self.kind == OperationType::Receive {
                    self.received = u64::try_from(count(value)).unwrap_or(u64::MAX);
                }
                None
            }
            Err(error) => Some((self.client.failure)(error)),
        }
    }

    fn described(&self) -> ClientOperation<'_> {
        ClientOperation {
            system: self.client.system,
            operation_type: self.kind,
            name: self.name,
            destination: self.destination,
            consumer_group: self.consumer_group,
            server_address: &self.client.server_address,
        }
    }
}

impl<E> Recorded for Operation<'_, E> {
    /// Opens a span (OpenTelemetry semantic conventions, "Messaging spans").
    fn open_span(&self) -> OpenSpan {
        let ClientOperation {
            system,
            operation_type,
            name,
            destination,
            consumer_group,
            server_address,
        } = self.described();
        call_span!("glyph::messaging", "messaging.client", {
            "otel.name" = format!("{name} {destination}"),
            "otel.kind" = operation_type.span_kind(),
            "messaging.system" = system.as_str(),
            "messaging.operation.name" = name,
            "messaging.operation.type" = operation_type.as_str(),
            "messaging.destination.name" = known(destination),
            "messaging.consumer.group.name" = known(consumer_group),
            "messaging.batch.message_count" = (self.messages > 1).then_some(self.messages),
            "server.address" = known(server_address),
        })
    }

    fn started(&self) {
        self.client.recorder.started(&self.described());
    }

    fn ended(&self, end: &CallEnd<'_>) {
        let messages = match self.kind {
            OperationType::Receive => self.received,
            OperationType::Send | OperationType::Process | OperationType::Settle => self.messages,
        };
        let recorder = self.client.recorder;
        recorder.ended(&self.described(), end, messages);
    }
}

impl<E> fmt::Debug for Operation<'_, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Operation")
            .field("name", &self.name)
            .field("destination", &self.destination)
            .finish_non_exhaustive()
    }
}
