//! Artifacts of catalogs: rules and their tests, dashboards, the reference, the registry and the
//! schema.
#![expect(
    clippy::indexing_slicing,
    reason = "what is not in a JSON value is null, never a panic"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "what cannot be set up, or does not hold, fails the test"
)]

#[expect(dead_code, reason = "only what it declares matters here")]
mod checking;
mod committed;
#[expect(dead_code, reason = "only what it declares matters here")]
mod conditions;
#[expect(dead_code, reason = "only what it declares matters here")]
mod dashboards;
mod differences;
#[path = "../../../examples/glyphoxa/telemetry.rs"]
#[expect(dead_code, reason = "only what it declares matters here")]
mod glyphoxa;
#[path = "../../../examples/gospelib/telemetry.rs"]
#[expect(dead_code, reason = "only what it declares matters here")]
mod gospelib;
mod internal;
mod promtool;
#[expect(dead_code, reason = "only what it declares matters here")]
mod shop;
mod stack;
#[expect(dead_code, reason = "only what it declares matters here")]
mod tenants;
mod typescript;
mod written;
#[path = "../../../examples/xgen/telemetry.rs"]
mod xgen;

glyph_runtime::artifacts::check!(
    conditions::Conditions,
    glyphoxa::VoiceMetrics,
    gospelib::ServiceMetrics,
    shop::ShopMetrics,
    xgen::BusMetrics;
    "env"
);
