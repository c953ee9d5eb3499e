//! The implementation of `Label`.

use proc_macro2::TokenStream;
use quote::quote;

use super::{
    conversions,
    model::{Enum, Variant},
};
use crate::home::hidden_module;

/// The implementations for `model`. `set` replaces its own one as a label set.
pub(super) fn tokens(model: &Enum, set: Option<TokenStream>) -> TokenStream {
    let rt = hidden_module(&model.root);
    let Enum {
        ident,
        generics,
        variants,
        name,
        ..
    } = model;
    let conversions = set.is_none().then(|| conversions::tokens(model, &rt));
    let set = set.unwrap_or_else(|| label_set(model, &rt));
    let set_name = model
        .is_allowed
        .then(|| quote!(const SET_NAME: &'static #rt::core::primitive::str = Self::NAME;));
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let names: Vec<_> = variants.iter().map(|variant| &variant.name).collect();
    let any = variants.first().map_or_else(unbuildable, value);
    let outcomes = outcomes(model, &rt);
    let digit = by_variant(
        model,
        &quote!(0),
        variants.iter().enumerate().map(|(digit, _)| quote!(#digit)),
    );
    let text = by_variant(model, &quote!(""), names.iter().map(|name| quote!(#name)));
    let literals = variants.iter().enumerate().skip(1).map(|(digit, variant)| {
        let value = value(variant);
        quote!(#digit => #value,)
    });
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::Label for #ident #ty_generics #where_clause {
            const VALUES: #rt::core::option::Option<&'static [&'static #rt::core::primitive::str]> =
                #rt::core::option::Option::Some(&[#(#names),*]);
            #outcomes
            const NAME: &'static #rt::core::primitive::str = #name;
            #set_name
            const ANY: Self = #any;
            #[inline]
            fn digit(
                &self,
                _: #rt::core::option::Option<(&#rt::OpenValues, #rt::core::primitive::usize)>,
            ) -> #rt::core::primitive::usize {
                #digit
            }
            fn literal(index: #rt::core::primitive::usize, _: &'static #rt::core::primitive::str) -> Self {
                match index {
                    #(#literals)*
                    _ => #any,
                }
            }
            fn with_text<R>(&self, read: impl #rt::core::ops::FnOnce(&#rt::core::primitive::str) -> R) -> R {
                read(#text)
            }
        }
        #[automatically_derived]
        impl #impl_generics #rt::ScopeValue for #ident #ty_generics #where_clause {
            fn with_scope_text<R>(
                &self,
                read: impl #rt::core::ops::FnOnce(
                    #rt::core::option::Option<&#rt::core::primitive::str>,
                ) -> R,
            ) -> R {
                #rt::Label::with_text(self, |text| read(#rt::core::option::Option::Some(text)))
            }
        }
        #set
        #conversions
    }
}

/// The label as a label set, for metrics with no other label.
fn label_set(model: &Enum, rt: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::LabelNames for #ident #ty_generics #where_clause {
            type Names = #rt::LabelName<Self>;
            const NAMES: Self::Names = #rt::LabelName::new(0);
        }
        #[automatically_derived]
        impl #impl_generics #rt::LabelSet for #ident #ty_generics #where_clause {
            type Of<'glyph> = Self;
            const LABELS: &'static [#rt::LabelDescriptor] = &[#rt::only_label::<Self>()];
            #[inline]
            fn series_index(of: &Self, _: #rt::OpenLookup<'_>) -> #rt::core::primitive::usize {
                #rt::Label::digit(of, #rt::core::option::Option::None)
            }
        }
    }
}

fn outcomes(model: &Enum, rt: &TokenStream) -> Option<TokenStream> {
    let digits = model.outcomes?;
    Some(quote! {
        const OUTCOMES: #rt::core::option::Option<[#rt::core::primitive::usize; #rt::OUTCOME_COUNT]> =
            #rt::core::option::Option::Some([#(#digits),*]);
    })
}

/// A match with a result for each variant, or `none` if an error left no variant.
fn by_variant(
    model: &Enum,
    none: &TokenStream,
    results: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    if model.variants.is_empty() {
        return none.clone();
    }
    let arms = model.variants.iter().zip(results).map(|(variant, result)| {
        let ident = &variant.ident;
        if variant.is_unit {
            quote!(Self::#ident => #result,)
        } else {
            quote!(Self::#ident { .. } => #result,)
        }
    });
    quote!(match self { #(#arms)* })
}

fn value(variant: &Variant) -> TokenStream {
    let ident = &variant.ident;
    if variant.is_unit {
        quote!(Self::#ident)
    } else {
        unbuildable()
    }
}

/// The value where an error left nothing to build. It never runs: the error fails the build.
fn unbuildable() -> TokenStream {
    quote!(loop {})
}
