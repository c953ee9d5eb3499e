//! The labels of a request's scope, by what the request says.

use std::sync::Arc;

use http::request::Parts;
use opentelemetry::Context;

use crate::scope::{IntoScopeLabels, ScopeLabels};

/// Finds the labels of a request's scope.
pub(crate) type FindScope = Arc<dyn Fn(&Parts) -> ScopeLabels + Send + Sync>;

pub(crate) fn by<L: IntoScopeLabels>(
    find: impl Fn(&Parts) -> L + Send + Sync + 'static,
) -> FindScope {
    Arc::new(move |request| find(request).into_scope_labels())
}

/// The labels, found where the request's baggage and ids are current.
pub(crate) fn find(
    find: Option<&FindScope>,
    context: &Context,
    request: &Parts,
) -> Option<ScopeLabels> {
    let find = find?;
    let _attached = context.clone().attach();
    Some(find(request))
}

/// The text of a request's header, if there is exactly one of that name and it is UTF-8, without white space around it.
///
/// It is the client's word. The layers' `scope` takes the labels of a request from it:
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
    let mut values = request.headers.get_all(name).iter();
    let (value, None) = (values.next()?, values.next()) else {
        return None;
    };
    let text = std::str::from_utf8(value.as_bytes()).ok()?.trim();
    (!text.is_empty()).then_some(text)
}
