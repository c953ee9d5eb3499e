//! The database that calls go to.

use std::{borrow::Cow, fmt};

use super::{ClientRecorder, Failure, Operation, System};

/// A client of one database. Its calls are [operations](Self::operation).
///
/// `E` is the error of the client library.
pub struct Client<E> {
    pub(super) recorder: &'static dyn ClientRecorder,
    pub(super) system: System,
    pub(super) namespace: Cow<'static, str>,
    pub(super) server_address: Cow<'static, str>,
    pub(super) server_port: Option<u16>,
    pub(super) failure: fn(&E) -> Failure,
}

impl<E> Client<E> {
    /// Creates a client that records into `recorder`, for example `Metrics::global().database`.
    /// `failure` returns how a call failed.
    ///
    /// ```
    /// use glyph_runtime::database::{Client, ClientMetrics, Failure, System};
    ///
    /// fn failure(error: &std::io::Error) -> Failure {
    ///     Failure::new(error.kind().to_string())
    /// }
    ///
    /// static ORDERS: Client<std::io::Error> = Client::new(ClientMetrics::global(), System::Mysql, failure);
    /// ```
    #[must_use]
    pub const fn new(
        recorder: &'static dyn ClientRecorder,
        system: System,
        failure: fn(&E) -> Failure,
    ) -> Self {
        Self {
            recorder,
            system,
            namespace: Cow::Borrowed(""),
            server_address: Cow::Borrowed(""),
            server_port: None,
            failure,
        }
    }

    /// Sets the name of the database in the system. Default: none.
    #[must_use]
    pub fn namespace(mut self, namespace: impl Into<Cow<'static, str>>) -> Self {
        self.namespace = namespace.into();
        self
    }

    /// Sets the host of the database. Default: none.
    #[must_use]
    pub fn server_address(mut self, address: impl Into<Cow<'static, str>>) -> Self {
        self.server_address = address.into();
        self
    }

    /// Sets the port of the database for spans. Default: none. Leave it out if it is the default
    /// port of the system.
    #[must_use]
    pub const fn server_port(mut self, port: u16) -> Self {
        self.server_port = Some(port);
        self
    }

    /// Returns an operation with this name, such as `SELECT` or `HGET`.
    ///
    /// The name is a label: pass one that the program knows, never a part of a query.
    pub const fn operation<'call>(&'call self, name: &'call str) -> Operation<'call, E> {
        Operation {
            client: self,
            name,
            collection: "",
            query_text: None,
        }
    }
}

impl<E> fmt::Debug for Client<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Client")
            .field("system", &self.system)
            .field("namespace", &self.namespace)
            .field("server_address", &self.server_address)
            .finish_non_exhaustive()
    }
}
