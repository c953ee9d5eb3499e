//! Every way in which a stage, a request or a call can end, and what each signal says of it: the
//! table in `docs/ends.md`.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a failed setup fails the test, and counts are exact"
)]

mod calls;
mod catalog;
mod requests;
mod row;
mod stages;

use std::{env, fs, path::Path};

use glyph_tests::kinds::again_with_records;

use crate::table::row::Row;

/// The lines around a table in the page.
const BEGIN: &str =
    "<!-- what follows is written by the test `table::page_tells_how_calls_end` -->\n";
const END: &str = "<!-- end of what is written -->\n";

/// One run of everything. `GLYPH_WRITE_EXPECTED=1` rewrites the tables of the page.
#[tokio::test]
async fn page_tells_how_calls_end() {
    let tables = [
        ("Stages", stages::rows().await),
        ("HTTP servers", requests::served().await),
        ("HTTP clients", requests::called().await),
        ("gRPC servers", calls::served().await),
        ("gRPC clients", calls::called().await),
    ];
    for (_, rows) in &tables {
        rows.iter().for_each(Row::assert_one_story);
    }
    let written: String = (tables.iter())
        .map(|(title, rows)| row::table(title, rows))
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ends.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once(BEGIN).unwrap();
    let (committed, after) = rest.split_once(END).unwrap();
    if env::var_os("GLYPH_WRITE_EXPECTED").is_some() {
        let page = format!("{before}{BEGIN}{written}{END}{after}");
        return fs::write(path, page).unwrap();
    }
    assert_eq!(committed, written, "see `GLYPH_WRITE_EXPECTED`");
}

#[test]
fn calls_with_records_end_as_the_page_tells() {
    again_with_records(&["table::"], 2);
}
