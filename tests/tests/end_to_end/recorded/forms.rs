//! The forms of alerts, objectives and panels, as the sources of the grammar and of the descriptors
//! list them.

use std::{collections::BTreeSet, fmt::Debug, fs, path::Path};

use glyph_runtime::catalog::{AlertDescriptor, CatalogDescriptor, Condition, MetricDescriptor};
use proc_macro2::TokenTree;
use syn::{
    Attribute, Field, File, ItemConst, ItemEnum, Lit, Local, Pat,
    visit::{self, Visit},
};

const GRAMMAR: &str = "../glyph-macros/src/metric_catalog/artifact";
const DESCRIPTORS: &str = "../glyph-core/src/descriptor";
const CATALOG: &str = "tests/end_to_end/recorded/catalog.rs";

/// Lists of words in the grammar: the attribute, the file and the list.
const WORDS: [(&str, &str, &str); 4] = [
    ("alert", "alert_args.rs", "KEYS"),
    ("alert", "condition.rs", "MEASURES"),
    ("objective", "objective_args.rs", "keys"),
    ("panel", "panel_args.rs", "keys"),
];

/// Enums of the descriptors, whose variants are forms.
const ENUMS: [(&str, &str); 9] = [
    ("alert.rs", "Condition"),
    ("alert.rs", "Measure"),
    ("alert.rs", "Comparison"),
    ("aggregate.rs", "Aggregate"),
    ("objective.rs", "Indicator"),
    ("panel.rs", "PanelForm"),
    ("catalog.rs", "ProcessSign"),
    ("catalog.rs", "Kind"),
    ("catalog.rs", "Unit"),
];

/// Forms, each after its attribute or enum.
type Forms = BTreeSet<(String, String)>;

/// The strings of a list and the variants of an enum.
struct Listed<'name> {
    name: &'name str,
    found: Vec<String>,
}

impl Visit<'_> for Listed<'_> {
    fn visit_item_const(&mut self, item: &ItemConst) {
        if item.ident == self.name {
            Strings(&mut self.found).visit_expr(&item.expr);
        }
    }

    fn visit_local(&mut self, local: &Local) {
        if let (Pat::Ident(pattern), Some(init)) = (&local.pat, &local.init)
            && pattern.ident == self.name
        {
            Strings(&mut self.found).visit_expr(&init.expr);
        }
        visit::visit_local(self, local);
    }

    fn visit_item_enum(&mut self, item: &ItemEnum) {
        if item.ident == self.name {
            let variants = item.variants.iter();
            let names = variants.map(|variant| variant.ident.to_string());
            self.found.extend(names);
        }
    }
}

/// Collects the strings of an expression.
struct Strings<'found>(&'found mut Vec<String>);

impl Visit<'_> for Strings<'_> {
    fn visit_lit(&mut self, literal: &Lit) {
        if let Lit::Str(text) = literal {
            self.0.push(text.value());
        }
    }
}

/// Returns what a source lists under a name.
fn listed(source: &str, name: &str) -> Vec<String> {
    let found = Vec::new();
    let mut listed = Listed { name, found };
    listed.visit_file(&parsed(source));
    assert!(!listed.found.is_empty(), "no list {name}");
    listed.found
}

fn parsed(source: &str) -> File {
    syn::parse_file(source).unwrap()
}

fn read(folder: &str, file: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(file);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns all forms. `edited` may change the source of a file.
fn all(edited: impl Fn(&str, String) -> String) -> Forms {
    let mut forms = Forms::new();
    for (attribute, file, list) in WORDS {
        let source = edited(file, read(GRAMMAR, file));
        for word in listed(&source, list) {
            forms.insert((attribute.to_owned(), word));
        }
    }
    for (file, name) in ENUMS {
        let source = edited(file, read(DESCRIPTORS, file));
        for variant in listed(&source, name) {
            forms.insert((name.to_owned(), variant));
        }
    }
    forms
}

/// The words of the attributes of fields, without those inside of parentheses.
struct Words(Forms);

impl Visit<'_> for Words {
    fn visit_field(&mut self, field: &Field) {
        field
            .attrs
            .iter()
            .for_each(|attribute| self.read(attribute));
    }
}

impl Words {
    fn read(&mut self, attribute: &Attribute) {
        let (Some(name), Ok(list)) = (attribute.path().get_ident(), attribute.meta.require_list())
        else {
            return;
        };
        for token in list.tokens.clone() {
            if let TokenTree::Ident(word) = token {
                self.0.insert((name.to_string(), word.to_string()));
            }
        }
    }
}

/// Returns the forms of a catalog by its source and its descriptors.
fn used(source: &str, catalogs: &[CatalogDescriptor]) -> Forms {
    let mut words = Words(Forms::new());
    words.visit_file(&parsed(source));
    let Words(mut forms) = words;
    for metric in catalogs.iter().flat_map(|catalog| catalog.metrics) {
        add_metric(metric, &mut forms);
    }
    forms
}

fn add_metric(metric: &MetricDescriptor, forms: &mut Forms) {
    add("Kind", Some(metric.kind), forms);
    add("Unit", Some(metric.unit), forms);
    add("ProcessSign", metric.sign, forms);
    add("Aggregate", metric.aggregate, forms);
    for alert in metric.alerts {
        add_alert(alert, forms);
    }
    for objective in metric.objectives {
        add("Indicator", Some(objective.indicator), forms);
    }
    if let Some(panel) = metric.panel {
        add("PanelForm", panel.form, forms);
        add("Aggregate", panel.aggregate, forms);
    }
}

fn add_alert(alert: &AlertDescriptor, forms: &mut Forms) {
    add("Condition", Some(alert.condition), forms);
    add("Aggregate", alert.aggregate, forms);
    if let Condition::Compare {
        measure,
        comparison,
        ..
    } = alert.condition
    {
        add("Measure", Some(measure), forms);
        add("Comparison", Some(comparison), forms);
    }
}

/// Adds the variant of an enum, which its `Debug` begins with.
fn add(name: &str, value: Option<impl Debug>, forms: &mut Forms) {
    if let Some(value) = value {
        let text = format!("{value:?}");
        let variant = text.split(|letter: char| !letter.is_alphanumeric()).next();
        let variant = variant.unwrap_or_default().to_owned();
        forms.insert((name.to_owned(), variant));
    }
}

/// Fails if a form is in none of the catalogs.
pub(super) fn are_all_in(catalogs: &[CatalogDescriptor]) {
    let used = used(&read("", CATALOG), catalogs);
    let missing =
        |forms: Forms| -> Vec<(String, String)> { forms.difference(&used).cloned().collect() };
    let without_a_case = missing(all(|_, source| source));
    assert!(without_a_case.is_empty(), "{without_a_case:?}");
    // A new form is noticed.
    let with_new = |file: &str, source: String| match file {
        "condition.rs" => source.replace(r#""value","#, r#""value", "deviation","#),
        "panel.rs" => source.replace("Heatmap,", "Heatmap, Table,"),
        "objective_args.rs" => source.replace(r#""period","#, r#""period", "calendar","#),
        _ => source,
    };
    let new = [
        ("PanelForm", "Table"),
        ("alert", "deviation"),
        ("objective", "calendar"),
    ];
    let new = new.map(|(name, form)| (name.to_owned(), form.to_owned()));
    assert_eq!(missing(all(with_new)), new);
}

/// Fails unless the list of measures has those that the parser reads.
pub(super) fn are_those_of_the_parser() {
    let source = read(GRAMMAR, "condition.rs");
    let measures = listed(&source, "MEASURES");
    for function in listed(&source, "Function") {
        let word = function.to_lowercase();
        // Any `p` with digits is a quantile.
        let is_listed =
            |measure: &String| *measure == word || (word == "quantile" && measure.starts_with('p'));
        assert!(measures.iter().any(is_listed), "{function}");
    }
}
