//! Where expansions find the runtime: the one hidden module that they name.

use proc_macro2::TokenStream;
use quote::quote;
use syn::Path;

/// The path of the hidden module, under the name the user gave the crate.
pub(crate) fn hidden_module(renamed: Option<&Path>) -> TokenStream {
    renamed.map_or_else(
        || quote!(::glyph_runtime::__private),
        |path| quote!(#path::__private),
    )
}

/// `value` as an `Option`, without the names of the prelude.
pub(crate) fn option(rt: &TokenStream, value: Option<TokenStream>) -> TokenStream {
    value.map_or_else(
        || quote!(#rt::core::option::Option::None),
        |value| quote!(#rt::core::option::Option::Some(#value)),
    )
}
