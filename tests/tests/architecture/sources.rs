//! The modules of a crate, read from its files in the way of rustc.

use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

use syn::{Attribute, Item, ItemMod, ItemUse, Meta, UseTree};

use crate::paths::{self, Named};

/// The contents of a crate's files, by their path in `src`.
pub(crate) type Files = BTreeMap<PathBuf, String>;

/// The path of a module from the root; the root is empty.
pub(crate) type ModulePath = Vec<String>;

/// One module and its names.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Its file, relative to `src`.
    pub(crate) file: PathBuf,
    /// Paths of imports, by their local name.
    pub(crate) imports: BTreeMap<String, Vec<String>>,
    /// Paths of glob imports.
    pub(crate) globs: Vec<Vec<String>>,
    /// Names of items defined here.
    pub(crate) items: Vec<String>,
    /// Every path in the code of this module.
    pub(crate) named: Vec<Named>,
}

impl Module {
    /// Returns the folder of this module, or its file if that is at the top.
    pub(crate) fn folder(&self) -> String {
        let first = self.file.components().next();
        let name = first.map(|name| Path::new(name.as_os_str()).with_extension(""));
        name.map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }
}

/// All modules of a crate.
#[derive(Debug, Default)]
pub(crate) struct Modules(pub(crate) BTreeMap<ModulePath, Module>);

/// Reads all Rust files in a folder.
pub(crate) fn read(src: &Path) -> io::Result<Files> {
    let mut files = Files::new();
    let mut folders = vec![src.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(src).map_err(io::Error::other)?;
                files.insert(below.to_path_buf(), fs::read_to_string(&path)?);
            }
        }
    }
    Ok(files)
}

impl Modules {
    /// Follows the modules of a crate from its `lib.rs`.
    pub(crate) fn load(files: &Files) -> Self {
        let mut modules = Self::default();
        modules.load_file(files, Path::new("lib.rs"), Path::new(""), Vec::new());
        modules
    }

    fn load_file(&mut self, files: &Files, file: &Path, below: &Path, path: ModulePath) {
        let text = files
            .get(file)
            .unwrap_or_else(|| panic!("no file {}", file.display()));
        let parsed = syn::parse_file(text)
            .unwrap_or_else(|error| panic!("{} does not parse: {error}", file.display()));
        self.load_items(files, file, below, path, &parsed.items);
    }

    fn load_items(
        &mut self,
        files: &Files,
        file: &Path,
        below: &Path,
        path: ModulePath,
        items: &[Item],
    ) {
        let mut module = Module {
            file: file.to_path_buf(),
            named: paths::of(items),
            ..Module::default()
        };
        for item in items {
            module.add(item);
        }
        for import in paths::imports(items) {
            module.import(&import);
        }
        // Two modules of one name, each with a condition, are both read.
        let mut path = path;
        if self.0.contains_key(&path)
            && let Some(name) = path.last_mut()
        {
            name.push('\'');
        }
        self.0.insert(path.clone(), module);
        for item in items {
            match item {
                Item::Mod(child) => self.load_child(files, file, below, &path, child),
                Item::Macro(rules) if is_exported(&rules.attrs) => self.export(&path, rules),
                _ => {}
            }
        }
    }

    fn load_child(
        &mut self,
        files: &Files,
        file: &Path,
        below: &Path,
        parent: &[String],
        child: &ItemMod,
    ) {
        let name = child.ident.to_string();
        let path = [parent, std::slice::from_ref(&name)].concat();
        if let Some((_, items)) = &child.content {
            self.load_items(files, file, &below.join(&name), path, items);
            return;
        }
        let (found, folder) = match path_attribute(&child.attrs) {
            Some(other) => {
                let found = file.parent().unwrap_or(Path::new("")).join(other);
                let folder = found.parent().unwrap_or(Path::new("")).to_path_buf();
                (found, folder)
            }
            None => (below.join(&name).with_extension("rs"), below.join(&name)),
        };
        if files.contains_key(&found) {
            self.load_file(files, &found, &folder, path);
        } else {
            self.load_file(files, &folder.join("mod.rs"), &folder, path);
        }
    }

    /// A macro with `#[macro_export]` has a name at the root.
    fn export(&mut self, path: &[String], rules: &syn::ItemMacro) {
        if let (Some(name), Some(root)) = (&rules.ident, self.0.get_mut(&Vec::new())) {
            let mut to = vec!["crate".to_owned()];
            to.extend_from_slice(path);
            to.push(name.to_string());
            root.imports.insert(name.to_string(), to);
        }
    }
}

impl Module {
    fn add(&mut self, item: &Item) {
        let name = match item {
            Item::Const(item) => &item.ident,
            Item::Enum(item) => &item.ident,
            Item::Fn(item) => &item.sig.ident,
            Item::Static(item) => &item.ident,
            Item::Struct(item) => &item.ident,
            Item::Trait(item) => &item.ident,
            Item::Type(item) => &item.ident,
            Item::Union(item) => &item.ident,
            Item::Macro(syn::ItemMacro {
                ident: Some(name), ..
            }) => name,
            _ => return,
        };
        self.items.push(name.to_string());
    }

    fn import(&mut self, import: &ItemUse) {
        self.import_tree(&import.tree, &[]);
    }

    fn import_tree(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        match tree {
            UseTree::Path(path) => self.import_tree(&path.tree, &with(&path.ident)),
            UseTree::Name(name) if name.ident == "self" => {
                if let Some(last) = before.last() {
                    self.imports.insert(last.clone(), before.to_vec());
                }
            }
            UseTree::Name(name) => {
                self.imports
                    .insert(name.ident.to_string(), with(&name.ident));
            }
            UseTree::Rename(rename) => {
                self.imports
                    .insert(rename.rename.to_string(), with(&rename.ident));
            }
            UseTree::Glob(_) => self.globs.push(before.to_vec()),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import_tree(tree, before);
                }
            }
        }
    }
}

fn is_exported(attributes: &[Attribute]) -> bool {
    attributes
        .iter()
        .any(|attribute| attribute.path().is_ident("macro_export"))
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes
        .iter()
        .find_map(|attribute| match &attribute.meta {
            Meta::NameValue(meta) if meta.path.is_ident("path") => match &meta.value {
                syn::Expr::Lit(syn::ExprLit {
                    lit: syn::Lit::Str(path),
                    ..
                }) => Some(path.value()),
                _ => None,
            },
            _ => None,
        })
}
