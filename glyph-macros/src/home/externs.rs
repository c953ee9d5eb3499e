//! The dependencies on the compiler's command line: `--extern name=path`.
//!
//! A macro cannot test whether a path resolves, and rustc's error about a missing crate cannot
//! mention `crate = ..`. Cargo passes each dependency with its name in Cargo.toml and a file named
//! after the crate, which shows a renamed crate. If another build tool passes its arguments
//! differently, no rename is found, and rustc reports the missing crate.

use std::{env, path::Path, sync::OnceLock};

/// A dependency of the crate that is compiled.
#[derive(Debug, PartialEq, Eq)]
struct Extern {
    /// The name in the source.
    name: String,
    /// The name that the crate was compiled under.
    crate_name: String,
}

/// The name of `crate_name` in the source, if it is another one there.
pub(super) fn new_name_of(crate_name: &str) -> Option<&'static str> {
    // The command line of a process does not change: 500 expansions read it once.
    static EXTERNS: OnceLock<Vec<Extern>> = OnceLock::new();
    let externs = EXTERNS.get_or_init(|| {
        let args = env::args_os();
        externs(args.map(|arg| arg.to_string_lossy().into_owned()))
    });
    new_name(externs, crate_name)
}

fn new_name<'externs>(externs: &'externs [Extern], crate_name: &str) -> Option<&'externs str> {
    if externs.iter().any(|known| known.name == crate_name) {
        return None;
    }
    let renamed = externs.iter().find(|known| known.crate_name == crate_name);
    renamed.map(|known| known.name.as_str())
}

/// The values of `--extern value` and `--extern=value` among `args`.
fn externs(mut args: impl Iterator<Item = String>) -> Vec<Extern> {
    let mut externs = Vec::new();
    while let Some(arg) = args.next() {
        if arg == "--extern" {
            externs.extend(args.next().as_deref().and_then(parsed));
        } else if let Some(value) = arg.strip_prefix("--extern=") {
            externs.extend(parsed(value));
        }
    }
    externs
}

/// Reads `options:name=path`; options such as `priv` are optional.
fn parsed(value: &str) -> Option<Extern> {
    let (name, path) = value.split_once('=')?;
    let name = name.rsplit(':').next()?;
    let file = Path::new(path).file_name()?.to_str()?;
    // `libglyph_runtime-1f2e3d.rmeta`; the hash and its hyphen are Cargo's.
    let crate_name = file.strip_prefix("lib")?.split(['-', '.']).next()?;
    Some(Extern {
        name: name.to_owned(),
        crate_name: crate_name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::{externs, new_name};

    fn new_name_in(args: &[&str]) -> Option<String> {
        let externs = externs(args.iter().map(|arg| (*arg).to_owned()));
        new_name(&externs, "glyph_runtime").map(str::to_owned)
    }

    #[test]
    fn renamed_crate_is_found_by_its_file() {
        for args in [
            ["--extern", "telemetry=/deps/libglyph_runtime-12ab.rmeta"].as_slice(),
            &[
                "--extern",
                "priv:telemetry=/deps/libglyph_runtime-12ab.rlib",
            ],
            &["-L", "/deps", "--extern=telemetry=libglyph_runtime.rlib"],
        ] {
            assert_eq!(new_name_in(args).as_deref(), Some("telemetry"), "{args:?}");
        }
    }

    #[test]
    fn crate_under_its_own_name_is_not_renamed() {
        for args in [
            [].as_slice(),
            &[
                "--extern",
                "glyph_runtime=/deps/libglyph_runtime-12ab.rmeta",
            ],
            &["--extern", "glyph_runtime"],
            &["--extern", "serde=/deps/libserde-12ab.rmeta"],
            &[
                "--extern",
                "glyph_runtime_2=/deps/libglyph_runtime_2-12ab.rmeta",
            ],
            &["--extern"],
        ] {
            assert_eq!(new_name_in(args), None, "{args:?}");
        }
    }

    #[test]
    fn crate_under_both_names_is_not_renamed() {
        let args = [
            "--extern",
            "telemetry=/deps/libglyph_runtime-12ab.rmeta",
            "--extern",
            "glyph_runtime=/deps/libglyph_runtime-12ab.rmeta",
        ];
        assert_eq!(new_name_in(&args), None);
    }
}
