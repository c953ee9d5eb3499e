//! The files of the page, and the headers of all responses.

use axum::{
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};

/// A file of the page.
#[derive(Clone, Copy, Debug)]
pub(super) struct File {
    pub(super) path: &'static str,
    content_type: &'static str,
    text: &'static str,
}

/// The files of the page, and the description of the API.
pub(super) const FILES: [File; 14] = [
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
        path: "/profile.js",
        content_type: "text/javascript; charset=utf-8",
        text: include_str!("page/profile.js"),
    },
    File {
        path: "/profile.css",
        content_type: "text/css; charset=utf-8",
        text: include_str!("page/profile.css"),
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

/// Returns a response that says in one sentence what is wrong.
pub(super) fn problem(status: StatusCode, text: &str) -> Response {
    (status, format!("{text}\n")).into_response()
}
