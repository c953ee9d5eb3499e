//! What is made of catalogs: rules, the tests of them, the reference, the registry and the schema.
#![expect(clippy::unwrap_used, reason = "a failed set-up fails the test")]

#[expect(dead_code, reason = "only what it declares matters here")]
mod checking;
#[expect(dead_code, reason = "only what it declares matters here")]
mod conditions;
mod differences;
#[path = "../../../examples/glyphoxa/telemetry.rs"]
#[expect(dead_code, reason = "only what it declares matters here")]
mod glyphoxa;
#[expect(dead_code, reason = "only what it declares matters here")]
mod gospelib;
mod promtool;
#[expect(dead_code, reason = "only what it declares matters here")]
mod shop;
mod written;
mod xgen;

glyph_runtime::artifacts::check!(
    conditions::Conditions,
    glyphoxa::VoiceMetrics,
    gospelib::ServiceMetrics,
    shop::ShopMetrics,
    xgen::BusMetrics
);
