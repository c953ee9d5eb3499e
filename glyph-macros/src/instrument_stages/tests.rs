use proc_macro2::TokenStream;
use quote::quote;

use crate::{diagnostic::messages, home::Home};

const WRONG_ITEM: &str = "`#[instrument_stages]` goes on an `impl` block or a trait; \
     for a function, use `#[instrument_stage]`";
const NO_STAGE: &str =
    "no method here has `#[stage(..)]`; it takes the arguments of `#[instrument_stage]`";

fn errors(args: TokenStream, item: TokenStream) -> Vec<String> {
    messages(&super::expand(Home::Runtime, args, item))
}

#[test]
fn every_kind_of_block_is_accepted() {
    for block in [
        quote!(impl Stt),
        quote!(impl<T: Send, const N: usize> Stt<T, { N }> where T: Sync),
        quote!(unsafe impl Transcribe for Stt),
        quote!(#[async_trait] pub(crate) trait Transcribe: Send),
    ] {
        let item = quote!(#block {
            #![doc = "inner"]
            const A: B = B { c: { 1 } };
            type D = [u8; { 1 }];
            items! { fn stage() {} }
            items!(e);
            fn plain(&self) -> Array<{ 1 }> { #[stage] }
            #[must_use]
            #[stage(stt)]
            #[inline]
            pub(crate) async unsafe fn measured(&self) -> u8 { 1 }
            fn last(&self) {}
        });
        assert_eq!(errors(quote!(), item.clone()), [""; 0], "{block}");
        let tokens = super::expand(Home::Runtime, quote!(), item).to_string();
        assert!(tokens.starts_with(&block.to_string()), "{tokens}");
        assert!(
            tokens.contains(
                &quote!(#[must_use] #[inline] pub(crate) async unsafe fn measured(&self) -> u8)
                    .to_string()
            )
        );
        let last = quote!({
            fn last(&self) {}
        })
        .to_string();
        assert!(tokens.ends_with(last.trim_start_matches("{ ")), "{tokens}");
    }
}

#[test]
fn block_without_stages_is_reported() {
    let item = quote!(
        impl Stt {
            fn plain(&self) {}
        }
    );
    assert_eq!(errors(quote!(), item), [NO_STAGE]);
}

#[test]
fn other_items_are_rejected() {
    for item in [
        quote!(
            struct Stt {
                #[stage(stt)]
                a: u8,
            }
        ),
        quote!(
            pub async fn stt() {}
        ),
        quote!(
            mod stt {
                fn f() {}
            }
        ),
    ] {
        assert_eq!(errors(quote!(), item), [WRONG_ITEM]);
    }
}

#[test]
fn rejected_item_loses_only_its_stage_attributes() {
    let tokens = super::expand(
        Home::Runtime,
        quote!(),
        quote!(
            struct Stt {
                #[stage(stt)]
                #[other]
                a: u8,
            }
        ),
    );
    let rest = quote!(
        struct Stt {
            #[other]
            a: u8,
        }
    );
    assert!(
        tokens.to_string().starts_with(&rest.to_string()),
        "{tokens}"
    );
}

#[test]
fn errors_of_all_methods_are_reported_together() {
    let item = quote!(
        impl Stt {
            #[stage]
            fn without(&self) {}
            #[stage()]
            fn empty(&self) {}
            #[stage(stt, label(a = 1))]
            fn misspelt(&self) {}
            #[stage(stt)]
            const fn constant(&self) {}
            #[stage(stt)]
            #[stage(llm)]
            fn twice(&self) {}
            #[stage(stt)]
            const A: u8 = 1;
            #[stage(stt)]
            fn bodiless(&self);
        }
    );
    let errors = errors(quote!(lables(a = 1)), item);
    assert_eq!(
        errors,
        [
            "`lables` is not a key of `#[instrument_stages]`; did you mean `labels`? allowed: `labels`, `crate`",
            "expected `#[stage(stage::stt, ..)]`, with the arguments of `#[instrument_stage]`",
            "missing stage: put its path first, `#[stage(stage::stt, ..)]`",
            "`label` is not a key of `#[stage]`; did you mean `labels`? allowed: `labels`, `fields`, `outcome`, `none`, `stream`, `name`, `target`, `kind`, `level`, `parent`, `links`, `skip_span`, `err`, `ret`, `crate`",
            "a `const fn` cannot be instrumented: remove `const` or the attribute",
            "duplicate `#[stage(..)]`: remove one",
            "`#[stage(..)]` goes on a method in this block",
            "`bodiless` has no body to measure: put the attribute on its implementations",
        ]
    );
}

#[test]
fn arguments_of_a_method_override_the_block() {
    let item = quote!(
        impl Stt {
            #[stage(stt, labels(kind = own_kind), crate = own)]
            fn f(&self) {}
        }
    );
    let tokens = super::expand(
        Home::Runtime,
        quote!(
            labels(kind = default_kind, provider = default_provider),
            crate = other
        ),
        item,
    );
    let tokens = tokens.to_string();
    assert!(tokens.contains("own :: __private") && !tokens.contains("other ::"));
    assert!(tokens.contains("default_provider") && !tokens.contains("default_kind"));
}

#[test]
fn conditional_stage_keeps_the_plain_method_otherwise() {
    let item = quote!(
        impl Stt {
            /// Listens.
            #[cfg_attr(feature = "metrics", inline, stage(stt), must_use)]
            #[cold]
            fn hear(&self) -> u8 {
                1
            }
        }
    );
    assert_eq!(errors(quote!(), item.clone()), [""; 0]);
    let tokens = super::expand(Home::Runtime, quote!(), item).to_string();
    let start = quote!(#[cfg(feature = "metrics")] #[inline] #[must_use] #[doc = r" Listens."] #[cold] fn hear(&self) -> u8);
    assert!(tokens.contains(&start.to_string()), "{tokens}");
    let plain = quote!(
        #[cfg(not(feature = "metrics"))]
        #[doc = r" Listens."]
        #[cold]
        fn hear(&self) -> u8 {
            1
        }
    );
    assert!(tokens.contains(&plain.to_string()), "{tokens}");
}

#[test]
fn nested_conditions_are_rejected() {
    let item = quote!(
        impl Stt {
            #[cfg_attr(unix, cfg_attr(test, stage(stt)))]
            fn hear(&self) {}
        }
    );
    assert_eq!(
        errors(quote!(), item.clone()),
        [
            "`#[stage(..)]` cannot be in a nested `cfg_attr`: combine the conditions, as in `#[cfg_attr(all(unix, test), stage(..))]`"
        ]
    );
    let tokens = super::expand(Home::Runtime, quote!(), item).to_string();
    assert!(
        tokens.starts_with(&quote!(impl Stt { fn hear(&self) {} }).to_string()),
        "{tokens}"
    );
}
