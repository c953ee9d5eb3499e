//! The static that describes the spans of one callsite.
//!
//! `tracing`'s own macros take all field names as tokens. Only the catalog knows the names of a
//! stage's labels, so the static joins both lists at compile time.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

/// The crate that an expansion is in. Its version is the one thing that an expansion reads from the
/// environment of the compiler.
pub(crate) fn source_crate(rt: &TokenStream) -> TokenStream {
    quote! {
        #rt::SourceCrate::of_module(
            #rt::core::module_path!(),
            #rt::core::option_env!("CARGO_PKG_VERSION"),
        )
    }
}

/// The description of a callsite's spans.
pub(crate) struct SpanCallsite {
    /// The names of the stage's labels, an expression of type `&'static [&'static str]`.
    pub(crate) labels: TokenStream,
    /// The names of the other fields, expressions of type `&'static str`.
    pub(crate) fields: Vec<TokenStream>,
    pub(crate) name: TokenStream,
    /// Default: the module's path.
    pub(crate) target: Option<TokenStream>,
    pub(crate) level: TokenStream,
    /// The path of a function, the name of a method, or an empty string.
    pub(crate) function: TokenStream,
}

impl SpanCallsite {
    /// The static named `site`. It refers to itself: `tracing` compares callsites by address.
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
        let source_crate = source_crate(rt);
        quote! {
            static #site: #rt::SpanCallsite = #rt::SpanCallsite::new(
                &#site,
                [#labels, &[#(#fields),*]],
                [#name, #target, #module, #rt::core::file!(), #function],
                #rt::core::line!(),
                #level,
                #source_crate,
            );
        }
    }
}
