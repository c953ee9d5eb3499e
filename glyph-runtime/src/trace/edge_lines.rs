//! Log lines of calls over HTTP and gRPC.

use tracing::Metadata;

/// The target of the lines of HTTP servers.
pub(crate) const HTTP: &str = "http.request";
/// The target of the lines of gRPC servers.
pub(crate) const GRPC: &str = "grpc.call";

/// The beginning of the paths of the modules that write the lines.
const WRITERS: &str = "glyph_runtime::edge::";

/// Whether an event is the line of a call. It duplicates the span of the call, so it is logged, but
/// not added to the span.
///
/// The program may use the same targets, so the callsite has to be in a module of the layers too.
pub(crate) fn is_line_of_call(metadata: &Metadata<'_>) -> bool {
    let has_target = [HTTP, GRPC].contains(&metadata.target());
    let is_of_layers = |module: &str| module.starts_with(WRITERS);
    has_target && metadata.module_path().is_some_and(is_of_layers)
}
