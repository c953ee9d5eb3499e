//! The template that a request's path matched.

use std::{fmt, sync::Arc};

use http::request::Parts;

/// What stands for the route of a request that none matched.
pub const UNMATCHED: &str = "unmatched";

/// The template of a route, such as `/users/{id}`: never a path that a client sent.
#[derive(Clone)]
pub struct Route(Text);

#[derive(Clone)]
enum Text {
    Static(&'static str),
    Shared(Arc<str>),
    Matched(axum::extract::MatchedPath),
}

impl Route {
    /// The template.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match &self.0 {
            Text::Static(text) => text,
            Text::Shared(text) => text,
            Text::Matched(path) => path.as_str(),
        }
    }

    /// The route that somebody has put into the request.
    pub(super) fn matched(parts: &Parts) -> Option<Self> {
        let own = parts.extensions.get::<Self>().cloned();
        own.or_else(|| {
            let path = parts.extensions.get::<axum::extract::MatchedPath>();
            path.cloned().map(Self::from)
        })
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_str().fmt(formatter)
    }
}

impl From<&'static str> for Route {
    fn from(template: &'static str) -> Self {
        Self(Text::Static(template))
    }
}

impl From<Arc<str>> for Route {
    fn from(template: Arc<str>) -> Self {
        Self(Text::Shared(template))
    }
}

impl From<axum::extract::MatchedPath> for Route {
    fn from(path: axum::extract::MatchedPath) -> Self {
        Self(Text::Matched(path))
    }
}
