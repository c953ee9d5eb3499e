//! The route that a request matched.

use std::{fmt, sync::Arc};

use axum::extract::MatchedPath;
use http::request::Parts;

/// The route label of requests that match no route.
pub const UNMATCHED: &str = "unmatched";

/// The template of a route, such as `/users/{id}`. Never a path that a client sent.
#[derive(Clone)]
pub struct Route(Template);

#[derive(Clone)]
enum Template {
    Static(&'static str),
    Shared(Arc<str>),
    Matched(MatchedPath),
}

impl Route {
    /// Returns the template.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Template::Static(template) => template,
            Template::Shared(template) => template,
            Template::Matched(path) => path.as_str(),
        }
    }

    /// Returns the route in the extensions of a request.
    pub(super) fn matched(request: &Parts) -> Option<Self> {
        let extensions = &request.extensions;
        let route = extensions.get::<Self>().cloned();
        route.or_else(|| extensions.get::<MatchedPath>().cloned().map(Self::from))
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl From<&'static str> for Route {
    fn from(template: &'static str) -> Self {
        Self(Template::Static(template))
    }
}

impl From<Arc<str>> for Route {
    fn from(template: Arc<str>) -> Self {
        Self(Template::Shared(template))
    }
}

impl From<MatchedPath> for Route {
    fn from(path: MatchedPath) -> Self {
        Self(Template::Matched(path))
    }
}
