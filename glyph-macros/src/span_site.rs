//! The statics of a place that opens spans.
//!
//! `tracing`'s own macros take the names of all fields as tokens. Those of a stage's labels are known to the
//! catalog alone, so that these statics join them with the site's, in a `const`.

use proc_macro2::{Ident, Span, TokenStream};
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
}

impl SpanSite {
    /// The static `site`, and those behind it.
    pub(crate) fn statics(&self, site: &Ident, rt: &TokenStream) -> TokenStream {
        let Self {
            labels,
            fields,
            name,
            target,
            level,
        } = self;
        let [names, metadata] =
            ["__GLYPH_NAMES", "__GLYPH_METADATA"].map(|name| Ident::new(name, Span::mixed_site()));
        let module = quote!(#rt::core::module_path!());
        let target = target.as_ref().unwrap_or(&module);
        // What the stage itself records at the end.
        let count = fields.len() + 2;
        let text = quote!(&'static #rt::core::primitive::str);
        let some = quote!(#rt::core::option::Option::Some);
        quote! {
            static #names: [#text; #labels.len() + #count] = #rt::field_names(
                #labels,
                &[#(#fields,)* "otel.status_code", "error.type"],
            );
            static #metadata: #rt::tracing::Metadata<'static> = #rt::tracing::Metadata::new(
                #name,
                #target,
                #level,
                #some(#rt::core::file!()),
                #some(#rt::core::line!()),
                #some(#module),
                #rt::tracing::field::FieldSet::new(
                    &#names,
                    #rt::tracing::callsite::Identifier(&#site),
                ),
                #rt::tracing::metadata::Kind::SPAN,
            );
            static #site: #rt::SpanSite = #rt::SpanSite::new(&#metadata);
        }
    }
}
