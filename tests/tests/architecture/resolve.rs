//! Resolution of paths to folders.

use crate::sources::{Module, ModulePath, Modules};

/// Limit of the depth, so that re-exports in a cycle end.
const LONGEST_CHAIN: usize = 16;

/// The target of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A module or an item in this folder of the same crate.
    Folder(String),
    /// Another crate, a local name or the prelude.
    Outside(String),
    /// A path from the root whose first name does not exist.
    Unknown,
}

impl Modules {
    /// Follows a path, as written in `from`, to the first folder in it.
    pub(crate) fn target(&self, from: &ModulePath, segments: &[String]) -> Target {
        self.follow(from, segments, 0)
    }

    fn follow(&self, from: &ModulePath, segments: &[String], depth: usize) -> Target {
        let Some(first) = segments.first() else {
            return Target::Unknown;
        };
        if depth > LONGEST_CHAIN {
            return Target::Unknown;
        }
        match first.as_str() {
            "crate" => self.descend(&Vec::new(), &segments[1..], depth),
            "self" => self.descend(from, &segments[1..], depth),
            "super" => {
                let ups = segments
                    .iter()
                    .take_while(|segment| *segment == "super")
                    .count();
                let above = from[..from.len().saturating_sub(ups)].to_vec();
                self.descend(&above, &segments[ups..], depth)
            }
            name => match self.local(from, name, &segments[1..], depth) {
                Some(target) => target,
                None => Target::Outside(name.to_owned()),
            },
        }
    }

    /// Follows a path downwards from a module.
    fn descend(&self, module: &ModulePath, rest: &[String], depth: usize) -> Target {
        let Some(here) = self.0.get(module) else {
            return Target::Unknown;
        };
        if !is_root(here) {
            return Target::Folder(here.folder());
        }
        let Some((name, rest)) = rest.split_first() else {
            return Target::Folder(here.folder());
        };
        self.local(module, name, rest, depth)
            .unwrap_or(Target::Unknown)
    }

    /// Resolves a name that is visible in a module: a child, an import, an item, or a name from a
    /// glob.
    fn local(
        &self,
        module: &ModulePath,
        name: &str,
        rest: &[String],
        depth: usize,
    ) -> Option<Target> {
        let here = self.0.get(module)?;
        let child = [module.as_slice(), &[name.to_owned()]].concat();
        if self.0.contains_key(&child) {
            return Some(self.descend(&child, rest, depth));
        }
        if let Some(import) = here.imports.get(name) {
            // `use quote::quote` names another crate, not the name that it imports.
            if import.first().is_some_and(|first| first == name) {
                return Some(Target::Outside(name.to_owned()));
            }
            let path = [import.as_slice(), rest].concat();
            return Some(self.follow(module, &path, depth + 1));
        }
        if here.items.iter().any(|item| item == name) {
            return Some(Target::Folder(here.folder()));
        }
        here.globs.iter().find_map(|glob| {
            let path = [glob.as_slice(), &[name.to_owned()], rest].concat();
            match self.follow(module, &path, depth + 1) {
                Target::Folder(folder) if is_root(here) => Some(Target::Folder(folder)),
                _ => None,
            }
        })
    }
}

/// Returns whether a module is written in `lib.rs`, so that its names lead to folders.
fn is_root(module: &Module) -> bool {
    module.file.as_os_str() == "lib.rs"
}
