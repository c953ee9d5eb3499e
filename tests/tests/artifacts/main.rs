//! What is made of catalogs: rules, the tests of them, the reference, the registry and the schema.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

mod conditions;
#[path = "../../../examples/glyphoxa/telemetry.rs"]
#[expect(dead_code, reason = "only what it declares matters here")]
mod glyphoxa;
mod gospelib;
mod promtool;
mod shop;
mod xgen;

glyph_runtime::artifacts::check!(
    conditions::Conditions,
    glyphoxa::VoiceMetrics,
    gospelib::ServiceMetrics,
    shop::ShopMetrics,
    xgen::BusMetrics
);
