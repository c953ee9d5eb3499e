//! Every path in the code: in imports, expressions, types, attributes and macros.

use syn::{
    Attribute, Item, ItemMod, ItemUse, Macro, Meta, UseTree,
    spanned::Spanned,
    visit::{self, Visit},
};

use crate::tokens;

/// A path as written, and the line where it starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

/// Returns the paths in the code of a module, without those of its inline modules.
pub(crate) fn of(items: &[Item]) -> Vec<Named> {
    let mut found = Paths::default();
    for item in items {
        found.visit_item(item);
    }
    found.named
}

/// Returns the imports of a module, including those in its functions.
pub(crate) fn imports(items: &[Item]) -> Vec<ItemUse> {
    let mut found = Paths::default();
    for item in items {
        found.visit_item(item);
    }
    found.imports
}

#[derive(Default)]
struct Paths {
    named: Vec<Named>,
    imports: Vec<ItemUse>,
}

impl Paths {
    fn import(&mut self, tree: &UseTree, before: &[String]) {
        let with = |name: &syn::Ident| [before, &[name.to_string()]].concat();
        let line = tree.span().start().line;
        let segments = match tree {
            UseTree::Path(path) => return self.import(&path.tree, &with(&path.ident)),
            UseTree::Group(group) => {
                return group
                    .items
                    .iter()
                    .for_each(|tree| self.import(tree, before));
            }
            UseTree::Name(name) if name.ident == "self" => before.to_vec(),
            UseTree::Name(name) => with(&name.ident),
            UseTree::Rename(rename) if rename.ident == "self" => before.to_vec(),
            UseTree::Rename(rename) => with(&rename.ident),
            UseTree::Glob(_) => before.to_vec(),
        };
        self.named.push(Named { segments, line });
    }
}

impl<'ast> Visit<'ast> for Paths {
    fn visit_item_mod(&mut self, module: &'ast ItemMod) {
        for attribute in &module.attrs {
            self.visit_attribute(attribute);
        }
    }

    fn visit_item_use(&mut self, import: &'ast ItemUse) {
        if import.leading_colon.is_none() {
            self.import(&import.tree, &[]);
        }
        self.imports.push(import.clone());
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        if path.leading_colon.is_none() {
            let segments = path
                .segments
                .iter()
                .map(|segment| segment.ident.to_string());
            self.named.push(Named {
                segments: segments.collect(),
                line: path.span().start().line,
            });
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, call: &'ast Macro) {
        if is_quoted(call) {
            return;
        }
        self.named.extend(tokens::paths(call.tokens.clone()));
        visit::visit_macro(self, call);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if let Meta::List(list) = &attribute.meta {
            self.named.extend(tokens::paths(list.tokens.clone()));
        }
        visit::visit_attribute(self, attribute);
    }

    /// `pub(in ..)` names a parent module and imports nothing.
    fn visit_vis_restricted(&mut self, _: &'ast syn::VisRestricted) {}
}

/// Returns whether the tokens are code of another program, which a procedural macro writes or
/// reads.
fn is_quoted(call: &Macro) -> bool {
    let name = call.path.segments.last();
    name.is_some_and(|name| {
        ["quote", "quote_spanned", "parse_quote"]
            .iter()
            .any(|quoted| name.ident == quoted)
    })
}
