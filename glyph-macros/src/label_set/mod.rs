//! `#[derive(LabelSet)]`: a struct whose fields are the labels of a metric.

mod args;
mod expand;
mod model;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::{diagnostic::Errors, home::Home};

pub(crate) fn expand(home: Home, item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let model = model::Set::read(&input, home, &mut errors);
    let mut tokens = expand::tokens(&model);
    tokens.extend(errors.into_items());
    tokens
}

/// The implementations for a struct with named fields under `#[derive(Label)]`, which reports it. The
/// metrics and the stages with this label set have no further error then.
pub(crate) fn of_mistaken(input: &DeriveInput, home: Home) -> Option<TokenStream> {
    // Whatever is wrong besides is reported once it is a label set.
    let mut model = model::Set::read(input, home, &mut Errors::default());
    for label in &mut model.labels {
        label.checked = false;
    }
    (model.fits && !model.labels.is_empty()).then(|| expand::tokens(&model))
}

#[cfg(test)]
mod tests {
    use proc_macro2::TokenStream;
    use quote::quote;

    use crate::{diagnostic::messages, home::Home};

    fn errors(item: TokenStream) -> Vec<String> {
        messages(&super::expand(Home::Runtime, item))
    }

    #[test]
    fn struct_of_labels_is_accepted() {
        let item = quote!(
            struct Call<'a> {
                #[label(max = 128)]
                tool: &'a str,
                r#type: Kind,
                #[label(name = "st")]
                status: Status,
            }
        );
        assert!(errors(item).is_empty());
    }

    #[test]
    fn every_error_of_a_set_is_reported() {
        let errors = errors(quote! {
            struct Call<T> {
                le: Kind,
                #[label(name = "kind")] a: Kind,
                kind: Kind,
                #[label(max = 0)] tool: String,
                #[label(maxx = 3)] other: String,
            }
        });
        assert_eq!(errors.len(), 5, "{errors:#?}");
    }

    #[test]
    fn item_without_named_fields_is_rejected_once() {
        for item in [
            quote!(
                struct A;
            ),
            quote!(
                struct A(Kind);
            ),
            quote!(
                struct A {}
            ),
            quote!(
                enum A {
                    B,
                }
            ),
        ] {
            assert_eq!(errors(item).len(), 1);
        }
    }

    #[test]
    fn crate_argument_replaces_the_crate_name() {
        let item = quote!(
            #[label(crate = other::name)]
            struct Call<'a> {
                #[label(max = 1)]
                tool: &'a str,
                kind: Kind,
            }
        );
        let expansion = super::expand(Home::Runtime, item).to_string();
        assert!(expansion.contains("other :: name") && !expansion.contains("glyph_runtime"));
    }
}
