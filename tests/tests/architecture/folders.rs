//! A folder imports only from folders before it in the order.

use std::{fs, path::Path};

use crate::{
    CRATES,
    order::Order,
    repository,
    resolve::Target,
    sources::{self, Files, Module, ModulePath, Modules},
};

/// Returns the errors in the imports of a crate, one sentence each.
pub(crate) fn against(order: &Order, package: &str, files: &Files) -> Vec<String> {
    let modules = Modules::load(files);
    let mut wrong = Vec::new();
    for (path, module) in &modules.0 {
        let folder = module.folder();
        if folder != "lib" && order.position(package, &folder).is_none() {
            wrong.push(format!(
                "{package}: folder `{folder}` has no row in CONTRIBUTING.md"
            ));
        }
        wrong.extend(of_module(order, package, &modules, path, module));
    }
    wrong.sort();
    wrong.dedup();
    wrong
}

fn of_module(
    order: &Order,
    package: &str,
    modules: &Modules,
    path: &ModulePath,
    module: &Module,
) -> Vec<String> {
    let from = module.folder();
    let mut wrong = Vec::new();
    if from == "lib" {
        return wrong;
    }
    for named in &module.named {
        let written = named.segments.join("::");
        let at = format!("{package}/src/{}:{}", module.file.display(), named.line);
        match modules.target(path, &named.segments) {
            Target::Folder(to) if may_name(order, package, &from, &to) => {}
            Target::Folder(to) if to == "lib" => {
                wrong.push(format!(
                    "{at}: `{written}` names the root itself; name the folder"
                ));
            }
            Target::Folder(to) => {
                wrong.push(format!(
                    "{at}: `{from}` names `{to}`, which comes after it: `{written}`"
                ));
            }
            Target::Unknown => wrong.push(format!("{at}: `{written}` leads nowhere")),
            Target::Outside(name) if is_above(package, &name) => {
                wrong.push(format!(
                    "{at}: `{package}` names crate `{name}`, which is above it"
                ));
            }
            Target::Outside(_) => {}
        }
    }
    wrong
}

fn may_name(order: &Order, package: &str, from: &str, to: &str) -> bool {
    let position = |folder| order.position(package, folder);
    from == to || matches!((position(to), position(from)), (Some(to), Some(from)) if to < from)
}

/// Returns whether a name is one of our crates that is not below this one.
fn is_above(package: &str, name: &str) -> bool {
    let position = |package: &str| CRATES.iter().position(|known| *known == package);
    match (position(package), position(&name.replace('_', "-"))) {
        (Some(from), Some(to)) => to >= from,
        _ => false,
    }
}

fn order() -> Order {
    let text = fs::read_to_string(repository().join("CONTRIBUTING.md"));
    Order::read(&text.expect("CONTRIBUTING.md is in the repository"))
}

fn files_of(package: &str) -> Files {
    sources::read(&repository().join(package).join("src")).expect("the crate has sources")
}

#[test]
fn folders_name_only_those_before_them() {
    let order = order();
    let wrong: Vec<_> = CRATES
        .iter()
        .flat_map(|package| against(&order, package, &files_of(package)))
        .collect();
    assert!(
        wrong.is_empty(),
        "{} wrong imports:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn every_row_of_the_table_is_a_folder() {
    let order = order();
    for package in CRATES {
        let modules = Modules::load(&files_of(package));
        assert!(
            !order.folders(package).is_empty(),
            "{package} has no rows in CONTRIBUTING.md"
        );
        for folder in order.folders(package) {
            let known = modules.0.values().any(|module| module.folder() == *folder);
            assert!(
                known,
                "CONTRIBUTING.md has a row for `{folder}` of {package}, which is not there"
            );
        }
    }
}

#[test]
fn every_file_belongs_to_a_module() {
    for package in CRATES {
        let files = files_of(package);
        let modules = Modules::load(&files);
        for file in files.keys() {
            // A program is a crate of its own, which has the library's modules under the library's name.
            let is_program = file == Path::new("main.rs");
            let known = is_program || modules.0.values().any(|module| module.file == *file);
            assert!(
                known,
                "{package}/src/{} belongs to no module",
                file.display()
            );
        }
    }
}
