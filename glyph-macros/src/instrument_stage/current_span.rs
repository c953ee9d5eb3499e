//! Functions that use the current span of `tracing`.

use proc_macro2::{TokenStream, TokenTree};

use super::model::InstrumentedFunction;

/// Whether the function needs a span of `tracing`'s, also where a record would do: its body names the
/// current span, or it has a field that is recorded later and does not name `stage::current`, which
/// records fields of both.
///
/// A helper that the body calls cannot be seen. One that records the field may name the current span.
pub(super) fn is_needed(site: &InstrumentedFunction) -> bool {
    let body = || site.function.body.stream();
    let mut fields = site.fields.iter();
    let has_late = fields.any(|field| field.value.is_none());
    names_current(body()) || (has_late && !names_current_of(body(), "stage"))
}

/// Whether `Span::current`, `in_current_span` or `or_current` is among the tokens.
fn names_current(tokens: TokenStream) -> bool {
    names_method(tokens.clone()) || names_current_of(tokens, "Span")
}

/// Whether `in_current_span` or `or_current` is among the tokens.
fn names_method(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Group(group) => names_method(group.stream()),
        TokenTree::Ident(name) => name == "in_current_span" || name == "or_current",
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether `current` is among the tokens, in a path after `of`.
fn names_current_of(tokens: TokenStream, of: &str) -> bool {
    // The number of tokens of `of::` that are right before.
    let mut before = 0;
    for token in tokens {
        before = match token {
            TokenTree::Group(group) if names_current_of(group.stream(), of) => return true,
            TokenTree::Ident(name) if name == "current" && before == 3 => return true,
            TokenTree::Ident(name) if name == of => 1,
            TokenTree::Punct(punct) if punct.as_char() == ':' && before > 0 => before + 1,
            _ => 0,
        };
    }
    false
}

#[cfg(test)]
mod tests {
    use quote::quote;

    use super::{names_current, names_current_of};

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
    fn current_stage_is_not_the_current_span() {
        let body = quote!({
            if x {
                glyph_runtime::stage::current().record("a", 1)
            }
        });
        assert!(!names_current(body.clone()));
        assert!(names_current_of(body, "stage"));
        let other = quote!(stage::work.current(); Span::current(); current(stage));
        assert!(!names_current_of(other, "stage"));
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
