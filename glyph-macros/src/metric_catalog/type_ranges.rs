//! Where types are blamed that a catalog names more than once.

use std::collections::HashMap;

use quote::ToTokens;
use syn::Type;

use crate::diagnostic::TokenRange;

/// The tokens at which each type stands first. rustc reports a missing derive there alone: errors with the
/// same words at the same tokens are one error.
#[derive(Default)]
pub(super) struct TypeRanges(HashMap<String, TokenRange>);

impl TypeRanges {
    pub(super) fn new<'ty>(types: impl Iterator<Item = &'ty Type>) -> Self {
        let mut ranges = Self::default();
        for ty in types {
            let range = ranges.0.entry(text(ty));
            range.or_insert_with(|| TokenRange::of(ty));
        }
        ranges
    }

    /// The tokens for a type.
    pub(super) fn of(&self, ty: &Type) -> TokenRange {
        let first = self.0.get(&text(ty)).copied();
        first.unwrap_or_else(|| TokenRange::of(ty))
    }
}

fn text(ty: &Type) -> String {
    ty.to_token_stream().to_string()
}
