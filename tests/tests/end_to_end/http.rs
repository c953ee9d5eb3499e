//! HTTP GET requests.

use std::time::Duration;

use ureq::Agent;

pub(crate) const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0";
pub(crate) const TEXT: &str = "text/plain; version=0.0.4";

/// Returns a client without a proxy, since all URLs are local.
pub(crate) fn agent() -> Agent {
    Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(10)))
        .build()
        .into()
}

/// Gets `url` in the format that `accept` names.
pub(crate) fn page(url: &str, accept: &str) -> String {
    let mut response = agent().get(url).header("Accept", accept).call().unwrap();
    let content_type = response.headers().get("Content-Type").unwrap();
    assert_eq!(
        content_type.to_str().unwrap(),
        format!("{accept}; charset=utf-8")
    );
    response.body_mut().read_to_string().unwrap()
}
