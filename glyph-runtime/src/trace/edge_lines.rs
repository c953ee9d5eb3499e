//! Log lines of calls over HTTP and gRPC.

/// The target of the lines of HTTP servers.
pub(crate) const HTTP: &str = "http.request";
/// The target of the lines of gRPC servers.
pub(crate) const GRPC: &str = "grpc.call";

/// The targets of events that duplicate their span. They are logged, but not added to the span.
pub(crate) const TARGETS: [&str; 2] = [HTTP, GRPC];
