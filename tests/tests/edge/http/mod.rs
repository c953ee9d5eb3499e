//! HTTP layers of servers and clients, over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test, and counts are exact"
)]

mod attributes;
mod clients;
mod endings;
mod ends;
mod floods;
mod formats;
mod gateway;
mod headers;
mod http_2;
mod hyper_services;
pub(crate) mod kept;
mod middleware;
mod own_metrics;
mod requests;
mod tenants;
mod web_sockets;
pub(crate) mod wire;

use glyph_tests::kinds::again_with_records;

#[test]
fn suites_of_http_pass_with_records() {
    again_with_records(
        &[
            "http::attributes::",
            "http::clients::",
            "http::endings::",
            "http::gateway::",
            "http::headers::",
            "http::http_2::",
            "http::own_metrics::",
            "http::requests::",
            "http::web_sockets::",
        ],
        40,
    );
}
