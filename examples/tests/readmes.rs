//! The commands of the READMEs of the five systems: each is one that its program takes, and `--once` ends
//! by itself within the minute for which a test waits.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

use std::{fs, path::Path, process::Command};

use glyph_examples::executable;
use glyph_tests::{children::Process, environment};

const SYSTEMS: [&str; 5] = ["glyphoxa", "voxray", "ibex", "xgen", "gospelib"];

/// Takes the place of `cargo`: runs the program, without `run -p NAME --`, and with more arguments.
const CARGO: &str = r#"
set -e
cargo() {
    [ "$1 $2 $3" = "run -p $NAME" ]
    shift 3
    [ "$1" != -- ] || shift
    "$PROGRAM" "$@" $MORE
}
"#;

/// Returns the commands of a README, as a shell takes them. Those that need npm are not among them.
fn commands(system: &str) -> Vec<String> {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../{system}/README.md"));
    let text = fs::read_to_string(readme).unwrap().replace("\\\n", " ");
    let begin = format!("cargo run -p {system}");
    let mut commands = Vec::new();
    for line in text.lines() {
        // A command is a line, or in backticks; variables of it stand before.
        let mut parts = line.split('`').map(str::trim);
        commands.extend(parts.find(|part| part.contains(&begin)).map(str::to_owned));
    }
    commands.retain(|command| !command.contains("$("));
    commands
}

/// Runs a command with more arguments, and returns its output.
fn run(system: &str, command: &str, more: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let mut shell = Command::new("bash");
    environment::clean(&mut shell)
        .current_dir(folder.path())
        .args(["-c", &format!("{CARGO}\n{command}")])
        .env("PROGRAM", executable(system))
        .env("NAME", system)
        .env("MORE", more);
    let ended = Process::start(&mut shell).end(command);
    assert!(
        ended.status.success(),
        "{system}: {command}: {}",
        ended.errors
    );
    ended.output
}

#[test]
fn programs_take_the_commands_of_their_readmes() {
    for system in SYSTEMS {
        let commands = commands(system);
        assert!(commands.len() >= 3, "{system}: {commands:?}");
        for command in commands {
            let help = run(system, &command, "--help");
            let is_written = command.contains(" > ");
            assert!(is_written || help.contains("Usage: "), "{command}: {help}");
        }
    }
}

#[test]
fn programs_that_run_once_end_by_themselves() {
    for system in SYSTEMS {
        let commands = commands(system);
        let mut commands = commands.iter().filter(|line| line.ends_with(" --once"));
        let command = commands.next().unwrap();
        let page = run(system, command, "");
        assert!(page.contains("# TYPE "), "{command}: {page}");
    }
}
