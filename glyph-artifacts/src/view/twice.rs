//! Catalogs that are added twice, with different views.

use glyph_core::catalog::{CatalogDescriptor, MetricDescriptor};

use crate::problem::Problem;

/// Returns a problem for each catalog that is exposed in two ways: with a view, and nested in another
/// catalog without it.
pub(crate) fn exposed_twice(catalogs: &[&'static CatalogDescriptor]) -> Vec<Problem> {
    let mut all = Vec::new();
    for catalog in catalogs {
        collect(catalog, &mut all);
    }
    let mut seen: Vec<&'static CatalogDescriptor> = Vec::new();
    let mut problems = Vec::new();
    for catalog in all {
        match seen.iter().find(|known| is_same(known, catalog)) {
            None => seen.push(catalog),
            Some(known) if looks_alike(known, catalog) => {}
            Some(_) => problems.push(problem(catalog)),
        }
    }
    problems
}

fn collect(catalog: &'static CatalogDescriptor, all: &mut Vec<&'static CatalogDescriptor>) {
    all.push(catalog);
    for nested in catalog.nested {
        collect(nested, all);
    }
}

fn is_same(left: &CatalogDescriptor, right: &CatalogDescriptor) -> bool {
    (left.name, left.file, left.line) == (right.name, right.file, right.line)
}

fn looks_alike(left: &CatalogDescriptor, right: &CatalogDescriptor) -> bool {
    let shape = |metric: &'static MetricDescriptor| {
        let labels = metric.labels.iter().map(|label| label.name);
        (metric.name, labels.collect::<Vec<_>>(), metric.buckets)
    };
    let (left, right) = (left.metrics.iter(), right.metrics.iter());
    left.map(shape).eq(right.map(shape))
}

fn problem(catalog: &CatalogDescriptor) -> Problem {
    Problem {
        what: format!("catalog `{}`", catalog.name),
        file: catalog.file.into(),
        line: catalog.line,
        message: "it is exposed twice, and not in the same way: add it once, with the view, and nest it in no other \
                  catalog that is added"
            .to_owned(),
    }
}
