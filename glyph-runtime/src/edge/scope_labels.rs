//! The scope labels of a request.

use std::sync::Arc;

use http::request::Parts;
use opentelemetry::Context;

use super::request_id::single;
use crate::context::current_context;
use glyph_core::scope::{IntoScopeLabels, ScopeLabels};

/// Returns the scope labels of a request.
pub(super) type FindScope = Arc<dyn Fn(&Parts) -> ScopeLabels + Send + Sync>;

pub(super) fn by<L: IntoScopeLabels>(
    find: impl Fn(&Parts) -> L + Send + Sync + 'static,
) -> FindScope {
    Arc::new(move |request| find(request).into_scope_labels())
}

/// Calls `find` while the request's baggage and ids are current.
pub(super) fn find(
    find: Option<&FindScope>,
    context: &Context,
    request: &Parts,
) -> Option<ScopeLabels> {
    let find = find?;
    let _attached = current_context::attach(context.clone());
    Some(find(request))
}

/// Returns the value of a request's header, without white space around it. `None` if the header is
/// missing, empty, not UTF-8, or occurs more than once.
///
/// The client chooses the value. Use it to set the scope labels of a request:
///
/// ```
/// use glyph_runtime::{http::{self, ServerLayer, ServerMetrics}, metric_catalog};
///
/// #[metric_catalog(namespace = "doc_header", scope(tenant_id: max 1000))]
/// pub struct Metrics {
///     #[catalog]
///     pub http: ServerMetrics,
/// }
///
/// # fn main() {
/// let layer = ServerLayer::new(Metrics::global().http).scope(|request| {
///     TenantContext { tenant_id: http::header(request, "x-tenant-id") }.labels()
/// });
/// # drop(layer);
/// # }
/// ```
#[must_use]
pub fn header<'request>(request: &'request Parts, name: &str) -> Option<&'request str> {
    let value = single(&request.headers, name)?;
    let text = std::str::from_utf8(value.as_bytes()).ok()?.trim();
    (!text.is_empty()).then_some(text)
}
