//! The page, and its scripts.

use std::{fs, io};

use axum::Router;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use axum::routing::get;

use crate::gateway::Gateway;
use crate::options::Options;

const PAGE: &str = include_str!("../page/index.html");
const REPORTER: &str = include_str!("../page/report.js");
const SCRIPT: &str = include_str!("../page/page.js");
/// The place of the collector's URL in the page.
const COLLECTOR: &str = "{collector}";

/// Returns the routes of the page. Fails if the file of the reporter cannot be read.
pub(crate) fn router(options: &Options) -> io::Result<Router<Gateway>> {
    let page = PAGE.replace(COLLECTOR, &escaped(&options.collector));
    let reporter = match &options.reporter {
        Some(file) => fs::read_to_string(file).map_err(|error| {
            let message = format!("cannot read the reporter `{}`: {error}", file.display());
            io::Error::new(error.kind(), message)
        })?,
        None => REPORTER.to_owned(),
    };
    Ok(Router::new()
        .route("/", get(|| async { Html(page) }))
        .route("/report.js", get(|| async { script(reporter) }))
        .route("/page.js", get(|| async { script(SCRIPT) })))
}

fn script(text: impl IntoResponse) -> impl IntoResponse {
    let kind = "text/javascript; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], text)
}

/// Returns a text for the value of an attribute.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
}
