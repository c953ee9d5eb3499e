//! The files of the page, and the headers of all responses.

use axum::{
    http::{
        HeaderValue, StatusCode,
        header::{
            CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, REFERRER_POLICY,
            X_CONTENT_TYPE_OPTIONS,
        },
    },
    response::{IntoResponse, Response},
};

/// The page loads its own files and nothing else, and runs no code from a response (W3C, "Content
/// Security Policy Level 3").
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
                      connect-src 'self'";

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct File {
    pub(super) path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

/// The files of the page, and the description of the API.
pub(super) const FILES: [File; 12] = [
    File {
        path: "/",
        content_type: "text/html; charset=utf-8",
        text: include_str!("page/index.html"),
    },
    File {
        path: "/console.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/console.js"),
    },
    File {
        path: "/heat.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/heat.js"),
    },
    File {
        path: "/metrics.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/metrics.js"),
    },
    File {
        path: "/traces.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/traces.js"),
    },
    File {
        path: "/compare.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/compare.js"),
    },
    File {
        path: "/alerts.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/alerts.js"),
    },
    File {
        path: "/logs.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/logs.js"),
    },
    File {
        path: "/start.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/start.js"),
    },
    File {
        path: "/console.css",
        content_type: "text/css; charset=utf-8",
        text: include_str!("page/console.css"),
    },
    File {
        path: "/console.svg",
        content_type: "image/svg+xml",
        text: include_str!("page/console.svg"),
    },
    File {
        path: "/api/v1/openapi.json",
        content_type: JSON,
        text: include_str!("openapi.json"),
    },
];

pub(super) const JSON: &str = "application/json";

impl IntoResponse for File {
    fn into_response(self) -> Response {
        ([(CONTENT_TYPE, self.content_type)], self.text).into_response()
    }
}

/// Returns the policy of a page that asks these programs too, which are last in it.
pub(super) fn policy<'a>(programs: impl Iterator<Item = &'a str>) -> String {
    programs.fold(POLICY.to_owned(), |policy, program| policy + " " + program)
}

/// Adds the headers of the console to a response.
pub(crate) fn with_headers(mut response: Response) -> Response {
    let headers = response.headers_mut();
    let mut set = |name: HeaderName, value| {
        headers.insert(name, HeaderValue::from_static(value));
    };
    set(CONTENT_SECURITY_POLICY, POLICY);
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(CACHE_CONTROL, "no-store");
    set(REFERRER_POLICY, "no-referrer");
    for name in ["cross-origin-resource-policy", "cross-origin-opener-policy"] {
        set(HeaderName::from_static(name), "same-origin");
    }
    response
}

/// Returns a response that says in one sentence what is wrong.
pub(super) fn problem(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}
