//! The guide is whole: its index names each page, and the code of each page is compiled.

use std::path::Path;

use super::{in_folder, markdown::Document, read, repository};

#[test]
fn index_names_each_page() {
    let index = Document::parse(&read("docs/guide.md"));
    for page in in_folder("docs/guide") {
        let page = page.strip_prefix("docs").expect("a page in docs");
        let mut targets = index.definitions().into_values();
        let named = targets.any(|target| Path::new(target) == page);
        assert!(named, "docs/guide.md does not name {}", page.display());
    }
}

#[test]
fn code_of_each_page_is_compiled() {
    let compiled = read("tests/src/documents.rs");
    for page in in_folder("docs/guide") {
        let included = format!("include_str!(\"../../{}\")", page.display());
        assert!(
            compiled.contains(&included),
            "no `{included}` in tests/src/documents.rs"
        );
    }
}

#[test]
fn no_rust_block_is_ignored() {
    let pages = in_folder("docs/guide");
    assert!(!pages.is_empty(), "no pages in {}", repository().display());
    for page in pages
        .iter()
        .map(AsRef::as_ref)
        .chain([Path::new("README.md"), Path::new("docs/guide.md")])
    {
        for (number, line) in (1..).zip(read(page).lines()) {
            let attributes = line.strip_prefix("```").unwrap_or_default().split(',');
            let ignored = attributes
                .into_iter()
                .any(|it| it.trim().starts_with("ignore"));
            assert!(!ignored, "{}:{number} is not compiled", page.display());
        }
    }
}
