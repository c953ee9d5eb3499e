//! The implementation of `LabelSet`.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};

use super::model::{Label, Set};
use crate::{
    diagnostic::TokenRange,
    home::{hidden_module, option},
};

pub(super) fn tokens(model: &Set) -> TokenStream {
    if !model.fits {
        return TokenStream::new();
    }
    let rt = hidden_module(&model.root);
    let ident = &model.ident;
    let (implementer, lent) = if model.borrows {
        (quote!(#ident<'static>), quote!(#ident<'glyph>))
    } else {
        (quote!(#ident), quote!(#ident))
    };
    let count = model.labels.len();
    let descriptors = model
        .labels
        .iter()
        .map(|label| descriptor(label, &implementer, &rt));
    let checks = checks(model, &rt);
    let row = row(model, &rt);
    let names = names(model, &implementer, &rt);
    quote! {
        #names
        #[allow(unused_qualifications, reason = "paths have the span of a type, for errors")]
        const _: () = {
            const __GLYPH_LABELS: [#rt::LabelDescriptor; #count] = [#(#descriptors),*];
            const __GLYPH_STRIDES: [#rt::LabelStride; #count] = #rt::strides(&__GLYPH_LABELS);
            #checks
            #[automatically_derived]
            impl #rt::LabelSet for #implementer {
                type Of<'glyph> = #lent;
                const LABELS: &'static [#rt::LabelDescriptor] = &__GLYPH_LABELS;
                #[inline]
                fn series_index(of: &Self::Of<'_>, open: #rt::OpenLookup<'_>) -> #rt::core::primitive::usize {
                    #row
                }
            }
        };
    }
}

/// The names of the labels as fields. In a separate block, so that the struct hides no type of a label.
fn names(model: &Set, implementer: &TokenStream, rt: &TokenStream) -> TokenStream {
    let ident = format_ident!("{}LabelNames", model.ident);
    let fields = model.labels.iter().map(|label| {
        let field = &label.ident;
        quote!(pub #field: #rt::LabelName<#implementer>)
    });
    let values = model.labels.iter().enumerate().map(|(index, label)| {
        let field = &label.ident;
        quote!(#field: #rt::LabelName::new(#index))
    });
    quote! {
        const _: () = {
            #[doc(hidden)]
            #[allow(dead_code, missing_debug_implementations, missing_docs, private_interfaces, unreachable_pub, reason = "most programs name no label")]
            pub struct #ident { #(#fields),* }
            #[automatically_derived]
            impl #rt::LabelNames for #implementer {
                type Names = #ident;
                const NAMES: Self::Names = #ident { #(#values),* };
            }
        };
    }
}

fn descriptor(label: &Label, implementer: &TokenStream, rt: &TokenStream) -> TokenStream {
    let Label { ident, name, .. } = label;
    let max = max(label, rt);
    let call = quote!(#rt::label_of(|set: &#implementer| &set.#ident, #name, #max));
    TokenRange::of(&label.ty).as_written(call)
}

fn checks(model: &Set, rt: &TokenStream) -> TokenStream {
    let labels = model.labels.iter().enumerate();
    let checks = labels
        .filter(|(_, label)| label.checked)
        .map(|(index, label)| {
            let max = max(label, rt);
            let never = TokenRange::of(&label.ty).call(
                quote!(__glyph::check_never),
                &quote!(&__GLYPH_LABELS[#index]),
            );
            let call = label.max_range.call(
                quote!(__glyph::check_bound),
                &quote!(&__GLYPH_LABELS[#index], #max),
            );
            quote! {
                const _: () = #never;
                const _: () = #call;
            }
        });
    quote! {
        #[allow(unused_imports, reason = "after an error there may be no checks")]
        use #rt as __glyph;
        #(#checks)*
    }
}

fn max(label: &Label, rt: &TokenStream) -> TokenStream {
    option(rt, label.max.map(|max| quote!(#max)))
}

fn row(model: &Set, rt: &TokenStream) -> TokenStream {
    if model.labels.is_empty() {
        return quote! {{
            let _ = (of, open);
            0
        }};
    }
    let terms = model.labels.iter().enumerate().map(|(index, label)| {
        let ident = &label.ident;
        quote!(#rt::LabelRef(&of.#ident).offset(&__GLYPH_STRIDES[#index], open))
    });
    quote!(#(#terms)+*)
}
