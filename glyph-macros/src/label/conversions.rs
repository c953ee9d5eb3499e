//! Conversions of a closed label from and to strings.

use proc_macro2::{Ident, TokenStream};
use quote::quote;

use super::{args::EnumArgs, model::Enum};
use crate::{
    diagnostic::{Errors, TokenRange},
    suggestion::did_you_mean,
};

/// The traits that `skip(..)` omits.
const TRAITS: [&str; 3] = ["Display", "FromStr", "TryFrom"];

/// The conversions of an enum.
pub(super) struct Conversions {
    skipped: Vec<String>,
    /// The key `serde`, if present.
    serde: Option<Ident>,
}

impl Conversions {
    pub(super) fn read(args: &EnumArgs, errors: &mut Errors) -> Self {
        let mut skipped = Vec::new();
        for ident in &args.skipped {
            let name = ident.to_string();
            if !TRAITS.contains(&name.as_str()) {
                errors.at(
                    ident,
                    format!(
                        "`{name}` is not a trait of `skip(..)`; {}allowed: {}",
                        did_you_mean(&name, &TRAITS),
                        TRAITS.join(", ")
                    ),
                );
            } else if skipped.contains(&name) {
                errors.at(ident, format!("duplicate trait `{name}`: remove one"));
            }
            skipped.push(name);
        }
        Self {
            skipped,
            serde: args.serde.clone(),
        }
    }

    fn has(&self, name: &str) -> bool {
        !self.skipped.iter().any(|skipped| skipped == name)
    }
}

pub(super) fn tokens(model: &Enum, rt: &TokenStream) -> TokenStream {
    let conversions = &model.conversions;
    let display = conversions.has("Display").then(|| display(model, rt));
    let from_str = conversions.has("FromStr").then(|| from_str(model, rt));
    let try_from = conversions.has("TryFrom").then(|| try_from(model, rt));
    let serde = conversions.serde.as_ref().map(|key| {
        let ident = &model.ident;
        // At the key, because without the feature the invocation is the error.
        TokenRange::of(key).around(quote!(const _: () = { #rt::serde_label!(#ident); };))
    });
    quote!(#display #from_str #try_from #serde)
}

fn display(model: &Enum, rt: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::core::fmt::Display for #ident #ty_generics #where_clause {
            fn fmt(&self, formatter: &mut #rt::core::fmt::Formatter<'_>) -> #rt::core::fmt::Result {
                #rt::Label::with_text(self, |text| #rt::core::fmt::Formatter::pad(formatter, text))
            }
        }
    }
}

fn from_str(model: &Enum, rt: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::core::str::FromStr for #ident #ty_generics #where_clause {
            type Err = #rt::ParseLabelError;
            fn from_str(text: &#rt::core::primitive::str) -> #rt::core::result::Result<Self, #rt::ParseLabelError> {
                #rt::parsed(text)
            }
        }
    }
}

fn try_from(model: &Enum, rt: &TokenStream) -> TokenStream {
    let ident = &model.ident;
    let (impl_generics, ty_generics, where_clause) = model.generics.split_for_impl();
    quote! {
        #[automatically_derived]
        impl #impl_generics #rt::core::convert::TryFrom<&#rt::core::primitive::str> for #ident #ty_generics #where_clause {
            type Error = #rt::ParseLabelError;
            fn try_from(text: &#rt::core::primitive::str) -> #rt::core::result::Result<Self, #rt::ParseLabelError> {
                #rt::parsed(text)
            }
        }
    }
}
