//! The expansion of a catalog: its one instance, and the access to nested ones.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Type;

use super::{expand::kind, model::Catalog};
use crate::home::hidden_module;

/// The static instance and `global()`, which returns it.
pub(super) fn tokens(catalog: &Catalog) -> TokenStream {
    let (ident, vis) = (&catalog.structure.ident, &catalog.structure.vis);
    let instance = catalog.is_whole.then(|| instance(catalog));
    let body = reference(catalog);
    quote! {
        #instance
        #[automatically_derived]
        impl #ident {
            /// Returns the program's one instance of this catalog.
            // rustc names this method in place of a `new` that does not exist.
            #[doc(alias = "new")]
            #[inline]
            #[must_use]
            #vis const fn global() -> &'static Self {
                #body
            }
        }
    }
}

/// The reference to the instance.
pub(super) fn reference(catalog: &Catalog) -> TokenStream {
    if catalog.is_whole {
        quote!(&__GLYPH_CATALOG)
    } else {
        // A rejected field has no value. Nothing evaluates this: an error was reported.
        quote!(loop {})
    }
}

fn instance(catalog: &Catalog) -> TokenStream {
    let rt = hidden_module(&catalog.root);
    let ident = &catalog.structure.ident;
    let metrics = catalog.metrics.iter().enumerate().map(|(index, metric)| {
        let (field, kind) = (&metric.ident, kind(metric.kind));
        quote!(#field: #rt::#kind::new(&__GLYPH_CELLS[#index]),)
    });
    let nested = catalog.nested.iter().map(|nested| {
        let (field, ty) = (&nested.ident, &nested.ty);
        // No constant of the trait has the instance: Rust 1.88 refuses constants that lead to cells.
        let descriptor = of_nested(ty, &quote!(DESCRIPTOR), &rt);
        quote!(#field: match #descriptor { _ => <#ty>::global() },)
    });
    let not_a_catalog = (!catalog.nested.is_empty()).then(|| quote!(use #rt::NotACatalog as _;));
    quote! {
        static __GLYPH_CATALOG: #ident = {
            #not_a_catalog
            #ident { #(#metrics)* #(#nested)* }
        };
    }
}

/// An item that a nested catalog has as a `Catalog`. rustc reports another type in the same words each
/// time, and so once. After such an error, it finds `global()` in `NotACatalog`.
pub(super) fn of_nested(ty: &Type, item: &TokenStream, rt: &TokenStream) -> TokenStream {
    quote!(<#ty as #rt::Catalog>::#item)
}
