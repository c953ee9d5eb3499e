//! The names of fields in attributes, for editors.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::Catalog;

/// Uses of the names that are not fields which the stage can record: an editor completes them.
pub(super) fn unbound(catalog: &Catalog) -> Option<TokenStream> {
    let mut names = catalog
        .stages
        .iter()
        .flat_map(|stage| &stage.unbound)
        .chain(&catalog.unread.unbound)
        .peekable();
    names.peek()?;
    let ident = &catalog.structure.ident;
    Some(quote! {
        #[allow(unexpected_cfgs, reason = "an editor sets it, and cargo does not know it")]
        const _: () = {
            #[cfg(rust_analyzer)]
            fn unbound(catalog: &#ident) {
                #(let _ = &catalog.#names;)*
            }
        };
    })
}
