//! Where expansions find the runtime: the one hidden module that they name.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// The path of the hidden module, under the name the user gave the crate.
pub(crate) fn hidden_module(renamed: Option<&Path>) -> TokenStream {
    match renamed {
        Some(path) => quote!(#path::__private),
        None => quote!(::glyph_runtime::__private),
    }
}
