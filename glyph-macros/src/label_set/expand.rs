//! The implementation of `LabelSet`.

use proc_macro2::TokenStream;
use quote::quote;

use super::model::{Label, Set};
use crate::{
    diagnostic::Place,
    runtime_path::{hidden_module, option},
};

pub(super) fn tokens(model: &Set) -> TokenStream {
    if !model.fits {
        return TokenStream::new();
    }
    let rt = hidden_module(model.runtime.as_ref());
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
        .map(|label| call(label, &rt, &quote!(label_or_stub)));
    let checks = model
        .labels
        .iter()
        .filter(|label| label.checked)
        .map(|label| {
            let check = call(label, &rt, &quote!(label));
            quote!(const _: #rt::LabelDescriptor = #check;)
        });
    let row = row(model, &rt);
    quote! {
        const _: () = {
            const __GLYPH_LABELS: [#rt::LabelDescriptor; #count] = [#(#descriptors),*];
            const __GLYPH_PLACES: [#rt::Place; #count] = #rt::places(&__GLYPH_LABELS);
            #(#checks)*
            #[automatically_derived]
            impl #rt::LabelSet for #implementer {
                type Of<'glyph> = #lent;
                const LABELS: &'static [#rt::LabelDescriptor] = &__GLYPH_LABELS;
                #[inline]
                fn row(of: &Self::Of<'_>, open: &[#rt::OpenValues]) -> #rt::core::primitive::usize {
                    #row
                }
            }
        };
    }
}

/// A call of the runtime's `function` that describes the label, at the user's type.
fn call(label: &Label, rt: &TokenStream, function: &TokenStream) -> TokenStream {
    let Label {
        name, ty, written, ..
    } = label;
    let max = option(rt, label.max.map(|max| quote!(#max)));
    let place = Place::of(written);
    let function = place.start(quote!(#rt::#function::));
    let arguments = place.end(quote!((#name, #max)));
    quote!(#function<#ty>#arguments)
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
        let place = Place::of(&label.written);
        let function = place.start(quote!(#rt::Place::row));
        let arguments = place.end(quote!((&__GLYPH_PLACES[#index], &of.#ident, open)));
        quote!(#function #arguments)
    });
    quote!(#(#terms)+*)
}
