//! The files that each example writes from its catalogs.

use std::{env, process::Command};

/// The programs, with their folders.
const PROGRAMS: [(&str, &str); 5] = [
    (env!("CARGO_BIN_EXE_glyphoxa"), "../deploy"),
    (env!("CARGO_BIN_EXE_voxray"), "../deploy/systems/voxray"),
    (env!("CARGO_BIN_EXE_ibex"), "../deploy/systems/ibex"),
    (env!("CARGO_BIN_EXE_xgen"), "../deploy/systems/xgen"),
    (env!("CARGO_BIN_EXE_gospelib"), "../deploy/systems/gospelib"),
];

/// `GLYPH_WRITE_EXPECTED=1` rewrites them, and so does `cargo run --bin NAME -- artifacts FOLDER`.
#[test]
fn committed_files_are_those_that_each_program_writes() {
    for (program, folder) in PROGRAMS {
        let mut command = Command::new(program);
        command.args(["artifacts", folder]);
        if env::var_os("GLYPH_WRITE_EXPECTED").is_none() {
            command.arg("--check");
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success(), "{folder}: {said}");
    }
}
