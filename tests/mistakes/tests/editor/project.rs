//! The crates that rust-analyzer reads: those of glyph that `base` depends on. Other crates are missing, which
//! leaves names in them unknown.

use std::{
    env::{self, consts},
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

fn base() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("base")
}

/// The address of a file of the crate.
pub(crate) fn uri(file: &str) -> String {
    format!("file://{}", base().join(file).display())
}

/// The contents of a file of the crate.
pub(crate) fn text(file: &str) -> String {
    fs::read_to_string(base().join(file)).unwrap()
}

/// The crates in the form of `rust-project.json`.
pub(crate) fn project() -> Value {
    let root = |name: &str| {
        let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        workspace
            .join(name)
            .join("src/lib.rs")
            .canonicalize()
            .unwrap()
    };
    let on = |index: usize, name: &str| json!({"crate": index, "name": name});
    json!({
        "sysroot": sysroot(),
        "crates": [
            {
                "display_name": "glyph_macros",
                "root_module": root("glyph-macros"),
                "edition": "2024",
                "deps": [],
                "is_proc_macro": true,
                "proc_macro_dylib_path": macros(),
            },
            {
                "display_name": "glyph_core",
                "root_module": root("glyph-core"),
                "edition": "2024",
                "deps": [on(0, "glyph_macros")],
            },
            {
                "display_name": "glyph_runtime",
                "root_module": root("glyph-runtime"),
                "edition": "2024",
                "deps": [on(0, "glyph_macros"), on(1, "glyph_core")],
            },
            {
                "display_name": "voice",
                "root_module": base().join("lib.rs"),
                "edition": "2024",
                "deps": [on(2, "glyph_runtime")],
                "is_workspace_member": true,
            },
        ],
    })
}

fn sysroot() -> String {
    let mut rustc = Command::new(env!("GLYPH_RUSTC"));
    let output = rustc.args(["--print", "sysroot"]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// The macros next to this test: the newest, which cargo has built for it.
fn macros() -> PathBuf {
    let executable = env::current_exe().unwrap();
    let start = format!("{}glyph_macros-", consts::DLL_PREFIX);
    let files = fs::read_dir(executable.parent().unwrap()).unwrap();
    let files = files.map(Result::unwrap).filter(|file| {
        let name = file.file_name();
        let name = name.to_str().unwrap();
        name.starts_with(&start) && name.ends_with(consts::DLL_SUFFIX)
    });
    let newest = files.max_by_key(|file| file.metadata().unwrap().modified().unwrap());
    newest.unwrap().path()
}
