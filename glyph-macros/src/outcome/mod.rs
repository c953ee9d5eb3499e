//! `#[derive(Outcome)]`: an error that tells how the call which gave it ended.

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
    tokens.extend(errors.into_tokens());
    tokens
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use crate::{diagnostic::messages, home::Home};

    fn mistakes(item: proc_macro2::TokenStream) -> Vec<String> {
        messages(&super::expand(Home::Runtime, item))
    }

    #[test]
    fn enums_and_structs_are_errors() {
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
            assert_eq!(mistakes(item.clone()), [""; 0], "{item}");
        }
    }

    #[test]
    fn each_mistake_is_named() {
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
                "takes `ok`, `error`, `timeout`, `cancelled`, `from`",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(timeout, error)]
                        A,
                    }
                ),
                "one outcome: leave out `timeout` or `error`",
            ),
            (
                quote!(
                    enum E {
                        #[outcome]
                        A,
                    }
                ),
                "is written `#[outcome(..)]`",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(from)]
                        A,
                    }
                ),
                "`from` takes the outcome of the one field, and there is none",
            ),
            (
                quote!(
                    enum E {
                        #[outcome(from)]
                        A(B, C),
                    }
                ),
                "`from` takes the outcome of the one field, and there are 2",
            ),
            (
                quote!(
                    #[outcome(timeout)]
                    enum E {
                        A,
                    }
                ),
                "unknown key `timeout`",
            ),
            (quote!(union E { a: u8 }), "is for enums and structs"),
        ] {
            let mistakes = mistakes(item.clone());
            assert_eq!(mistakes.len(), 1, "{item}: {mistakes:#?}");
            assert!(
                mistakes.iter().all(|mistake| mistake.contains(expected)),
                "{item}: {mistakes:#?}"
            );
        }
    }
}
