//! `#[derive(Outcome)]`: an error type that maps each error to the outcome of the call.

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
    let model = model::Error::read(&input, home, &mut errors);
    let mut tokens = expand::tokens(&model);
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
    fn enums_and_structs_are_accepted() {
        for item in [
            quote!(
                enum E {
                    #[outcome(timeout)]
                    Late,
                    #[outcome(cancelled)]
                    Gone {
                        by: String,
                    },
                    #[outcome(from)]
                    Inner(Other),
                    Broken(u8, u8),
                }
            ),
            quote!(
                #[outcome(timeout)]
                struct Late;
            ),
            quote!(
                #[outcome(from)]
                #[outcome(crate = telemetry::glyph)]
                struct Wrapped<E> {
                    source: E,
                }
            ),
            quote!(
                enum Never {}
            ),
        ] {
            assert_eq!(errors(item.clone()), [""; 0], "{item}");
        }
    }

    #[test]
    fn each_error_names_its_cause() {
        for (item, expected) in [
            (
                quote!(
                    enum E {
                        #[outcome(timout)]
                        A,
                    }
                ),
                "did you mean `timeout`?",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(panicked)]
                        A,
                    }
                ),
                "allowed: `ok`, `error`, `timeout`, `cancelled`, `from`",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(timeout, error)]
                        A,
                    }
                ),
                "`timeout` and `error` exclude each other: remove one",
            ),
            (
                quote!(
                    enum E {
                        #[outcome]
                        A,
                    }
                ),
                "expected `#[outcome(..)]`",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(from)]
                        A,
                    }
                ),
                "`from` needs exactly one field; found none",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(from)]
                        A(B, C),
                    }
                ),
                "`from` needs exactly one field; found 2",
            ),
            (
                quote!(
                    #[outcome(timeout)]
                    enum E {
                        A,
                    }
                ),
                "`timeout` is not a key of `#[outcome]`",
            ),
            (quote!(union E { a: u8 }), "goes on an enum or a struct"),
        ] {
            let errors = errors(item.clone());
            assert_eq!(errors.len(), 1, "{item}: {errors:#?}");
            assert!(
                errors.iter().all(|error| error.contains(expected)),
                "{item}: {errors:#?}"
            );
        }
    }
}
