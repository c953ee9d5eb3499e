//! Each way of naming a folder against the order is detected.

use std::path::PathBuf;

use crate::{folders::against, order::Order, sources::Files};

/// A crate of three folders: `low` may name no other, `middle` may name `low`.
const TABLE: &str = "
| crate | folder | holds |
|---|---|---|
| `planted` | `low` | the bottom |
| `planted` | `middle` | between |
| `planted` | `high` | the top |
";

const ROOT: &str = "mod low; mod middle; mod high; pub use high::Telemetry; pub use low::Cell;
    pub mod door { pub use crate::high::Telemetry as Inside; }";

fn with(low: &str, middle: &str) -> Vec<String> {
    let files: Files = [
        ("lib.rs", ROOT),
        ("low/mod.rs", "pub mod inner; pub struct Cell;"),
        ("low/inner.rs", low),
        ("middle.rs", middle),
        ("high/mod.rs", "pub struct Telemetry; pub fn start() {}"),
    ]
    .into_iter()
    .map(|(file, text)| (PathBuf::from(file), text.to_owned()))
    .collect();
    against(&Order::read(TABLE), "planted", &files)
}

#[track_caller]
fn finds(low: &str) {
    let wrong = with(low, "");
    assert_eq!(wrong.len(), 1, "{low}: {wrong:?}");
    assert!(
        wrong[0].contains("low/inner.rs:1: `low` names `high`"),
        "{wrong:?}"
    );
}

#[test]
fn names_in_the_right_direction_are_accepted() {
    let right =
        "use crate::low::{self, Cell, inner}; use super::Cell as Root; fn f(_: crate::Cell) {}";
    assert_eq!(
        with("use super::Cell; use std::fmt;", right),
        Vec::<String>::new()
    );
}

#[test]
fn path_from_the_crate_is_found() {
    finds("use crate::high::Telemetry;");
    finds("use crate::{high::Telemetry as Other};");
    finds("use crate::high::*;");
    finds("use crate::high;");
}

#[test]
fn path_through_super_is_found() {
    finds("use super::super::high::Telemetry;");
    finds("fn f() { use super::super::high; }");
}

#[test]
fn inline_path_is_found() {
    finds("fn f() { crate::high::start(); }");
    finds("fn f(_: &super::super::high::Telemetry) {}");
    finds("fn f() { println!(\"{:?}\", crate::high::start()); }");
    finds("#[derive(Debug)] struct S(Vec<crate::high::Telemetry>);");
}

#[test]
fn re_export_at_the_root_is_found() {
    finds("use crate::Telemetry;");
    finds("fn f(_: crate::door::Inside) {}");
}

#[test]
fn path_in_a_macro_rules_body_is_found() {
    finds("macro_rules! begin { () => { $crate::high::start() }; }");
    finds("macro_rules! begin { () => { use crate::high::{Telemetry}; }; }");
    finds("macro_rules! begin { ($x:ident) => { super::super::high::$x() }; }");
}

#[test]
fn unresolved_path_is_reported() {
    let wrong = with("use crate::missing::Telemetry;", "");
    assert_eq!(
        wrong,
        ["planted/src/low/inner.rs:1: `crate::missing::Telemetry` leads nowhere"]
    );
}

#[test]
fn folder_without_a_row_is_reported() {
    let files: Files = [("lib.rs", "mod new;"), ("new.rs", "pub struct New;")]
        .into_iter()
        .map(|(file, text)| (PathBuf::from(file), text.to_owned()))
        .collect();
    let wrong = against(&Order::read(TABLE), "planted", &files);
    assert_eq!(
        wrong,
        ["planted: folder `new` has no row in CONTRIBUTING.md"]
    );
}
