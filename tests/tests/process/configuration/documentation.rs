//! The documentation has the table of the code.

use std::{fs, path::Path};

use glyph_runtime::config::table;

#[test]
fn documented_table_matches_the_code() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/configuration.md");
    let documentation = fs::read_to_string(path).unwrap();
    let table = table();
    assert!(
        documentation.contains(&table),
        "docs/configuration.md has to have this table:\n{table}"
    );
}
