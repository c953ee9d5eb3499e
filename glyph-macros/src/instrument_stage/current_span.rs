//! Functions that use the current span of `tracing`.

use proc_macro2::{TokenStream, TokenTree};

use super::model::InstrumentedFunction;

/// Whether the function needs a span of `tracing`'s, also where a record would do: it has a field
/// that is recorded later, or its body names the current span.
///
/// A helper that the body calls cannot be seen.
pub(super) fn is_needed(site: &InstrumentedFunction) -> bool {
    let mut fields = site.fields.iter();
    fields.any(|field| field.value.is_none()) || names_current(site.function.body.stream())
}

/// Whether `Span::current`, `in_current_span` or `or_current` is among the tokens.
fn names_current(tokens: TokenStream) -> bool {
    // The number of tokens of `Span::` that are right before.
    let mut before = 0;
    for token in tokens {
        before = match token {
            TokenTree::Group(group) if names_current(group.stream()) => return true,
            TokenTree::Ident(name) if name == "current" && before == 3 => return true,
            TokenTree::Ident(name) if name == "in_current_span" || name == "or_current" => {
                return true;
            }
            TokenTree::Ident(name) if name == "Span" => 1,
            TokenTree::Punct(punct) if punct.as_char() == ':' && before > 0 => before + 1,
            _ => 0,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::names_current;

    #[test]
    fn current_span_is_found_wherever_a_body_names_it() {
        assert!(names_current(quote!({
            tracing::Span::current().record("a", 1);
        })));
        assert!(names_current(quote!(if x {
            spawn(work().instrument(Span::current()))
        })));
        assert!(names_current(quote!(spawn(work.in_current_span()))));
        assert!(names_current(quote!(info_span!("a").or_current())));
    }

    #[test]
    fn other_names_are_not_the_current_span() {
        assert!(!names_current(quote!(Context::current(); current())));
        assert!(!names_current(
            quote!(let span: Span = current(); span.current)
        ));
        assert!(!names_current(quote!(Span::none().current())));
    }
}
