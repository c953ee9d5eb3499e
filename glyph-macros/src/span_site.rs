//! The static of a place that opens spans.
//!
//! `tracing`'s own macros take the names of all fields as tokens. Those of a stage's labels are known to the
//! catalog alone, so that the static joins them with the site's while the program compiles.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// What a place's spans are like.
pub(crate) struct SpanSite {
    /// The names of the stage's labels: an expression of type `&'static [&'static str]`.
    pub(crate) labels: TokenStream,
    /// The names of further fields: expressions of type `&'static str`.
    pub(crate) fields: Vec<TokenStream>,
    pub(crate) name: TokenStream,
    /// The module's path unless given.
    pub(crate) target: Option<TokenStream>,
    pub(crate) level: TokenStream,
    /// The path of the function, the name of a method, or nothing.
    pub(crate) function: TokenStream,
}

impl SpanSite {
    /// The static `site`. It refers to itself, as `tracing` asks of call sites.
    pub(crate) fn tokens(&self, site: &Ident, rt: &TokenStream) -> TokenStream {
        let Self {
            labels,
            fields,
            name,
            target,
            level,
            function,
        } = self;
        let module = quote!(#rt::core::module_path!());
        let target = target.as_ref().unwrap_or(&module);
        quote! {
            static #site: #rt::SpanCallsite = #rt::SpanCallsite::new(
                &#site,
                [#labels, &[#(#fields),*]],
                [#name, #target, #module, #rt::core::file!(), #function],
                #rt::core::line!(),
                #level,
            );
        }
    }
}
