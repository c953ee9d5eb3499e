//! The committed artifacts of the examples are up to date.

use std::{env, fs, path::Path};

use glyph_runtime::{Telemetry, artifacts::ArtifactArgs};

use crate::glyphoxa::{self, VoiceMetrics};

const DEPLOYED: &str = "../deploy";
const REFERENCE: &str = "../docs/reference/glyphoxa.md";

/// `cargo run --bin glyphoxa -- artifacts deploy/` rewrites them, and so does
/// `GLYPH_WRITE_EXPECTED=1`.
#[test]
fn committed_stack_is_up_to_date() {
    let mut arguments = ArtifactArgs::new(DEPLOYED);
    arguments.check = env::var_os("GLYPH_WRITE_EXPECTED").is_none();
    if let Err(stale) = arguments.run(&glyphoxa::artifacts()) {
        panic!("{stale}");
    }
}

/// `GLYPH_WRITE_EXPECTED=1` rewrites the reference.
#[test]
fn documented_reference_is_up_to_date() {
    let reference = glyphoxa::artifacts().reference().unwrap();
    if env::var_os("GLYPH_WRITE_EXPECTED").is_some() {
        fs::create_dir_all(Path::new(REFERENCE).parent().unwrap()).unwrap();
        fs::write(REFERENCE, &reference).unwrap();
    }
    assert_eq!(fs::read_to_string(REFERENCE).unwrap(), reference);
}

#[test]
fn telemetry_returns_the_artifacts_of_its_catalogs() {
    let telemetry = Telemetry::builder("glyphoxa").catalog(VoiceMetrics::global());
    let telemetry = telemetry.without_process().build().unwrap();
    let artifacts = telemetry.artifacts().target_labels(["env"]);
    assert_eq!(
        glyphoxa::with_overview(artifacts).files().unwrap(),
        glyphoxa::artifacts().files().unwrap()
    );
}
