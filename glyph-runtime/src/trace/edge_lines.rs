//! Log lines of calls over HTTP and gRPC.

/// The target of the lines of HTTP servers.
pub(crate) const HTTP: &str = "http.request";
/// The target of the lines of gRPC servers.
pub(crate) const GRPC: &str = "grpc.call";

/// The targets of events that repeat what the span of their call says. They are lines and log
/// records, and no events of that span.
pub(crate) const TARGETS: [&str; 2] = [HTTP, GRPC];
