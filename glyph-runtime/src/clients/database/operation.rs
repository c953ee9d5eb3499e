//! A call to a database.

use std::fmt;

use glyph_core::__runtime::{OpenSpan, prefix};

use super::{CallEnd, Client, ClientOperation, Failure};
use crate::{
    call_fields::call_span,
    clients::call::{Recorded, known, time, time_async},
};

/// The most bytes of a query that a span carries.
const LONGEST_QUERY: usize = 2048;

/// An operation of a [`Client`]. [`time`](Self::time) and [`time_async`](Self::time_async) record
/// it once, however it ends.
#[must_use = "an operation is recorded by `time` or `time_async`"]
pub struct Operation<'call, E> {
    pub(super) client: &'call Client<E>,
    pub(super) name: &'call str,
    pub(super) collection: &'call str,
    pub(super) query_text: Option<&'call str>,
}

impl<'call, E> Operation<'call, E> {
    /// Sets the table or collection. Default: none.
    ///
    /// The name is a label: pass one that the program knows.
    pub const fn collection(mut self, collection: &'call str) -> Self {
        self.collection = collection;
        self
    }

    /// Sets the query on the span, up to 2048 bytes. Default: none.
    ///
    /// Pass a query with placeholders. The values in a literal query can be secrets.
    pub const fn query_text(mut self, query: &'call str) -> Self {
        self.query_text = Some(query);
        self
    }

    /// Runs `work` as the call.
    ///
    /// # Errors
    ///
    /// Returns the error of `work`.
    pub fn time<T>(self, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        time(self, |call, result| call.failure_of(result), work)
    }

    /// Runs `future` as the call. The call starts with the first poll, and a future that is dropped
    /// before its end is recorded as `cancelled`.
    ///
    /// # Errors
    ///
    /// Returns the error of `future`.
    pub async fn time_async<T>(self, future: impl Future<Output = Result<T, E>>) -> Result<T, E> {
        time_async(self, |call, result| call.failure_of(result), future).await
    }

    fn failure_of<T>(&self, result: &Result<T, E>) -> Option<Failure> {
        result.as_ref().err().map(self.client.failure)
    }

    fn described(&self) -> ClientOperation<'_> {
        ClientOperation {
            system: self.client.system,
            namespace: &self.client.namespace,
            name: self.name,
            collection: self.collection,
            server_address: &self.client.server_address,
        }
    }
}

impl<E> Recorded for Operation<'_, E> {
    /// Opens a span (OpenTelemetry semantic conventions, "Database client spans").
    fn open_span(&self) -> OpenSpan {
        let ClientOperation {
            system,
            namespace,
            name,
            collection,
            server_address,
        } = self.described();
        call_span!("glyph::database", "db.client", {
            "otel.name" = span_name(&self.described()),
            "otel.kind" = "client",
            "db.system.name" = system.as_str(),
            "db.namespace" = known(namespace),
            "db.operation.name" = known(name),
            "db.collection.name" = known(collection),
            "db.query.text" = self.query_text.map(|query| prefix(query, LONGEST_QUERY)),
            "server.address" = known(server_address),
            "server.port" = self.client.server_port.map(i64::from),
        })
    }

    fn started(&self) {
        self.client.recorder.started(&self.described());
    }

    fn ended(&self, end: &CallEnd<'_>) {
        self.client.recorder.ended(&self.described(), end);
    }
}

/// Returns `{operation} {target}`, or what is known of it.
fn span_name(operation: &ClientOperation<'_>) -> String {
    let targets = [
        operation.collection,
        operation.namespace,
        operation.server_address,
    ];
    let target = targets.into_iter().find_map(known);
    match (known(operation.name), target) {
        (Some(name), Some(target)) => format!("{name} {target}"),
        (Some(part), None) | (None, Some(part)) => part.to_owned(),
        (None, None) => operation.system.as_str().to_owned(),
    }
}

impl<E> fmt::Debug for Operation<'_, E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Operation")
            .field("name", &self.name)
            .field("collection", &self.collection)
            .finish_non_exhaustive()
    }
}
