//! Who asks for a change, for the audit trail.

use std::net::IpAddr;

use axum::http::Extensions;

/// The address of the client of a connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Client(pub(crate) IpAddr);

/// Who asks for a change.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requester {
    /// `None` if the program serves the routes on its own listener: the connection is not known then.
    client: Option<IpAddr>,
    access: &'static str,
}

impl Requester {
    /// Returns who sent a request that has shown the admin token, or that came over loopback.
    pub(crate) fn of(extensions: &Extensions, has_token: bool) -> Self {
        let client = extensions.get::<Client>();
        Self {
            client: client.map(|client| client.0.to_canonical()),
            access: if has_token { "admin token" } else { "loopback" },
        }
    }

    /// Writes a change of the log's filter to the audit trail.
    pub(crate) fn audit_filter(&self, (before, filter): (&str, &str), how: &str) {
        tracing::info!(
            target: "audit",
            action = "set log filter",
            client.address = self.client.map(tracing::field::display),
            access = self.access,
            before,
            filter,
            "log filter changed {how}"
        );
    }
}
