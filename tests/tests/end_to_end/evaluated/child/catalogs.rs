//! The catalogs of the five examples, which are programs: their modules are compiled here too.

#[expect(dead_code, reason = "the script records in metrics with alerts alone")]
#[path = "../../../../../examples/glyphoxa/src/telemetry.rs"]
pub(crate) mod glyphoxa;
#[expect(dead_code, reason = "the script records in metrics with alerts alone")]
#[path = "../../../../../examples/gospelib/src/telemetry.rs"]
pub(crate) mod gospelib;
#[expect(dead_code, reason = "the script records in metrics with alerts alone")]
#[path = "../../../../../examples/ibex/src/telemetry.rs"]
pub(crate) mod ibex;
#[expect(dead_code, reason = "the script records in metrics with alerts alone")]
#[path = "../../../../../examples/voxray/src/telemetry/mod.rs"]
pub(crate) mod voxray;
#[expect(dead_code, reason = "the script records in metrics with alerts alone")]
#[path = "../../../../../examples/xgen/src/telemetry.rs"]
pub(crate) mod xgen;
