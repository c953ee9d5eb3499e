//! gRPC layers of servers and clients, over real connections.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    clippy::indexing_slicing,
    reason = "a failed setup fails the test, and counts are exact"
)]

mod calls;
mod endings;
pub(crate) mod ends;
mod floods;
mod ids;
mod recorded;
pub(crate) mod shop;
mod statuses;
mod tenants;
pub(crate) mod text;
mod traces;

use glyph_tests::kinds::again_with_records;

use crate::http::kept;

#[test]
fn suites_of_grpc_pass_with_records() {
    again_with_records(
        &[
            "grpc::calls::",
            "grpc::endings::",
            "grpc::ids::",
            "grpc::recorded::",
            "grpc::tenants::",
            "grpc::traces::",
        ],
        40,
    );
}
