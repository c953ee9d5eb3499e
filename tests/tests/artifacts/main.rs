//! Artifacts of catalogs: rules and their tests, dashboards, the reference, the registry and the
//! schema.
#![expect(
    clippy::indexing_slicing,
    reason = "a missing JSON value is null, never a panic"
)]
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a failed setup or a wrong value fails the test"
)]

#[expect(dead_code, reason = "only its declaration matters here")]
mod absence;
#[expect(dead_code, reason = "only its declaration matters here")]
mod checking;
mod committed;
mod conditions;
mod cost;
#[expect(dead_code, reason = "only its declaration matters here")]
mod dashboards;
mod declared_differences;
mod deployed;
mod differences;
#[expect(dead_code, reason = "only its declaration matters here")]
mod former;
mod further;
#[path = "../../../examples/glyphoxa/src/telemetry.rs"]
#[expect(dead_code, reason = "only its declaration matters here")]
mod glyphoxa;
#[path = "../../../examples/gospelib/src/telemetry.rs"]
#[expect(dead_code, reason = "only its declaration matters here")]
mod gospelib;
mod heat_maps;
#[expect(dead_code, reason = "only its declaration matters here")]
mod impossible;
mod internal;
mod interpolated;
#[expect(dead_code, reason = "only its declaration matters here")]
mod large;
#[expect(dead_code, reason = "only its declaration matters here")]
mod links;
#[expect(dead_code, reason = "only its declaration matters here")]
mod objectives;
#[expect(dead_code, reason = "only its declaration matters here")]
mod on_call;
#[expect(dead_code, reason = "only its declaration matters here")]
mod panels;
mod peers;
mod process;
mod profiles;
mod promql;
mod promtool;
mod published;
#[expect(dead_code, reason = "only its declaration matters here")]
mod replicas;
#[expect(dead_code, reason = "only its declaration matters here")]
mod shop;
mod stack;
#[expect(dead_code, reason = "only its declaration matters here")]
mod targets;
#[expect(dead_code, reason = "only its declaration matters here")]
mod tenants;
#[expect(dead_code, reason = "only its declaration matters here")]
mod thresholds;
mod two_programs;
mod typescript;
mod views;
mod written;
#[path = "../../../examples/xgen/src/telemetry.rs"]
#[expect(dead_code, reason = "only its declaration matters here")]
mod xgen;

glyph_runtime::artifacts::check!(
    conditions::Conditions,
    glyphoxa::VoiceMetrics,
    gospelib::ServiceMetrics,
    shop::ShopMetrics,
    xgen::BusMetrics;
    "env"
);
