//! The files that each example writes from its catalogs.
#![expect(clippy::panic, reason = "a program that does not start fails the test")]

use std::{env, process::Command};

use glyph_examples::executable;

/// The programs, with their folders.
const PROGRAMS: [(&str, &str); 5] = [
    ("glyphoxa", "../../deploy"),
    ("voxray", "../../deploy/systems/voxray"),
    ("ibex", "../../deploy/systems/ibex"),
    ("xgen", "../../deploy/systems/xgen"),
    ("gospelib", "../../deploy/systems/gospelib"),
];

/// `GLYPH_WRITE_EXPECTED=1` rewrites them, and so does `cargo run -p NAME -- artifacts FOLDER`.
#[test]
fn committed_files_are_those_that_each_program_writes() {
    for (program, folder) in PROGRAMS {
        let mut command = Command::new(executable(program));
        command.args(["artifacts", folder]);
        if env::var_os("GLYPH_WRITE_EXPECTED").is_none() {
            command.arg("--check");
        }
        let output = command
            .output()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{folder}: {said}");
    }
}
