//! A file that two crates have, because neither can name the other.

use std::fs;

use crate::repository;

#[test]
fn names_of_secrets_are_the_same_in_macros_and_core() {
    let read = |package: &str| {
        let file = repository().join(package).join("src/secret_name.rs");
        fs::read_to_string(file).expect("both crates have the file")
    };
    assert!(
        read("glyph-macros") == read("glyph-core"),
        "copy `secret_name.rs` from glyph-macros to glyph-core"
    );
}
