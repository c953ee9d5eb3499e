//! Sets a `cfg` if this is the toolchain whose errors the compile-fail tests expect, and names its
//! rustc to the tests.

use std::{env, process::Command};

const PINNED: &str = "rustc 1.95.";

fn main() {
    println!("cargo::rustc-check-cfg=cfg(pinned_toolchain)");
    println!("cargo::rerun-if-env-changed=RUSTC");
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    println!("cargo::rustc-env=GLYPH_RUSTC={}", rustc.display());
    let version = Command::new(rustc).arg("--version").output();
    if version.is_ok_and(|version| version.stdout.starts_with(PINNED.as_bytes())) {
        println!("cargo::rustc-cfg=pinned_toolchain");
    }
}
