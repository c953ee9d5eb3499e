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
    let compiled = read("tests/src/documents.rs") + &read("tests/recipes/src/lib.rs");
    for page in in_folder("docs/guide") {
        let included = format!("../{}\")]", page.display());
        assert!(
            compiled.contains(&included),
            "neither tests/src/documents.rs nor tests/recipes/src/lib.rs includes {}",
            page.display()
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

#[test]
fn rustdoc_has_each_page_and_defines_its_links() {
    let module = read("glyph-runtime/src/guide/mod.rs");
    let links = Document::parse(&read("glyph-runtime/src/guide/links.md"));
    let defined = links.definitions();
    for page in in_folder("docs/guide") {
        let document = Document::parse(&read(&page));
        let page = page.strip_prefix("docs").expect("a page in docs").display();
        assert!(
            module.contains(&format!(": \"{page}\"")),
            "no {page} in rustdoc"
        );
        for name in document.definitions().keys() {
            assert!(
                defined.contains_key(name),
                "{page}: links.md does not define `[{name}]`"
            );
        }
        for target in document.targets() {
            let found = target.starts_with("https://") || target.starts_with('#');
            assert!(
                found,
                "{page}: `{target}` leads nowhere in rustdoc: define a name"
            );
        }
    }
}

#[test]
fn comparison_with_peers_has_no_blank() {
    let page = read("docs/guide/peers.md");
    let rows: Vec<_> = page.lines().filter(|line| line.starts_with('|')).collect();
    assert!(rows.len() > 30, "only {} rows", rows.len());
    for row in rows {
        let mut cells = row.trim_matches('|').split('|');
        assert!(
            cells.all(|cell| !cell.trim().is_empty()),
            "a blank in `{row}`"
        );
    }
}
