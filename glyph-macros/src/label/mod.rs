//! `#[derive(Label)]`: an enum whose variants are the values of a closed label, or a type that
//! must not be a label.

mod args;
mod conversions;
mod expand;
mod model;
mod never;

use proc_macro2::TokenStream;
use syn::DeriveInput;

use crate::{diagnostic::Errors, home::Home, label_set};

pub(crate) fn expand(home: Home, item: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(item) {
        Ok(input) => input,
        Err(error) => return error.into_compile_error(),
    };
    let mut errors = Errors::default();
    let mut args = args::EnumArgs::read(&input.attrs, &mut errors);
    let root = home.root(args.root.take(), "label", &mut errors);
    let mut tokens = if args.never.is_some() {
        never::tokens(&input, &args, &root, &mut errors)
    } else {
        let model = model::Enum::read(&input, &args, root, &mut errors);
        expand::tokens(&model, label_set::of_mistaken(&input, home))
    };
    tokens.extend(errors.into_items());
    tokens
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::{diagnostic::messages, home::Home};

    fn errors(item: proc_macro2::TokenStream) -> Vec<String> {
        messages(&super::expand(Home::Runtime, item))
    }

    #[test]
    fn plain_enum_is_accepted() {
        assert!(
            errors(quote!(
                enum Kind {
                    Llm,
                    OpenAI,
                    #[label(name = "eleven")]
                    ElevenLabs,
                }
            ))
            .is_empty()
        );
    }

    #[test]
    fn every_error_of_an_enum_is_reported() {
        let errors = errors(quote! {
            #[label(rename_al = "kebab-case")]
            enum Kind { A, #[label(name = "a")] B, C(u8), #[label(name = "")] D, #[label(name = "x", name = "y")] E }
        });
        assert_eq!(errors.len(), 5, "{errors:#?}");
    }

    #[test]
    fn item_without_plain_variants_is_rejected_once() {
        for item in [
            quote!(
                struct Kind;
            ),
            quote!(
                enum Kind {}
            ),
            quote!(
                enum Kind<T> {
                    A,
                    B,
                }
            ),
        ] {
            assert_eq!(errors(item).len(), 1);
        }
    }

    #[test]
    fn status_needs_variants_for_ok_and_error() {
        let item = quote!(
            #[label(outcome)]
            enum S {
                Fine,
                Error,
            }
        );
        assert_eq!(
            errors(item),
            [
                "`S` has no variant for outcome `ok`: name one `Ok`, or mark one `#[label(outcome = ok)]`"
            ]
        );
        let item = quote!(
            #[label(outcome)]
            enum S {
                #[label(outcome = ok)]
                Fine,
                #[label(outcome(error, timeout))]
                Bad,
            }
        );
        assert!(errors(item).is_empty());
        let item = quote!(
            enum S {
                #[label(outcome = ok)]
                Fine,
                Bad,
            }
        );
        assert_eq!(errors(item).len(), 1);
    }

    #[test]
    fn crate_argument_replaces_the_crate_name() {
        let item = quote!(
            #[label(crate = other::name, outcome)]
            enum S {
                Ok,
                Error,
            }
        );
        let expansion = super::expand(Home::Runtime, item).to_string();
        assert!(expansion.contains("other :: name") && !expansion.contains("glyph_runtime"));
    }
}
