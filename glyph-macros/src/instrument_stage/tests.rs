use proc_macro2::TokenStream;
use quote::quote;

use crate::{diagnostic::messages, home::Home};

const MISSING: &str = "missing stage: put its path first, `#[instrument_stage(stage::stt, ..)]`";

fn errors(args: TokenStream) -> Vec<String> {
    errors_on(
        args,
        quote!(
            fn f(audio: &[i16]) {}
        ),
    )
}

fn errors_on(args: TokenStream, item: TokenStream) -> Vec<String> {
    messages(&super::expand(Home::Runtime, args, item))
}

#[test]
fn stage_alone_is_accepted() {
    for args in [
        quote!(stt),
        quote!(stage::stt,),
        quote!(crate::telemetry::stage::stt),
        quote!(::telemetry::stage::stt),
        quote!(labels),
        quote!(stt, crate = crate::glyph, labels(), fields()),
        quote!(stt, labels(provider = "deepgram", kind, r#type = T::of(audio)), fields(%a.b, ?c, d, e = _, "f g" = %h)),
    ] {
        assert_eq!(errors(args.clone()), [""; 0], "{args}");
    }
}

#[test]
fn missing_stage_is_reported() {
    for args in [
        quote!(),
        quote!(labels(provider = "deepgram")),
        quote!(crate = glyph),
        quote!("stt"),
    ] {
        assert_eq!(errors(args), [MISSING]);
    }
}

#[test]
fn unknown_and_duplicate_keys_are_reported() {
    assert_eq!(
        errors(quote!(stt, label(provider = "deepgram"))),
        [
            "`label` is not a key of `#[instrument_stage]`; did you mean `labels`? allowed: `labels`, `fields`, `outcome`, `none`, `stream`, `name`, `target`, `kind`, `level`, `parent`, `links`, `skip_span`, `err`, `ret`, `crate`"
        ]
    );
    assert_eq!(
        errors(quote!(stt, labels(a = 1), fields(b), labels(c = 2))),
        ["duplicate key `labels`: remove one"]
    );
}

#[test]
fn outcome_rule_is_unique_valid_and_applicable() {
    assert_eq!(
        errors(quote!(stt, outcome = classify, none = error)),
        ["`outcome` and `none` exclude each other: remove one"]
    );
    assert_eq!(
        errors(quote!(stt, none = eror)),
        [
            "`eror` is not an outcome; did you mean `error`? allowed: ok, error, timeout, cancelled, or a value of a status label in quotes"
        ]
    );
    assert_eq!(
        errors_on(
            quote!(stt, outcome = classify),
            quote!(
                fn f() -> ! {
                    loop {}
                }
            )
        ),
        ["a function returning `!` has no value to classify: remove this"]
    );
}

#[test]
fn duplicate_names_are_reported_in_every_spelling() {
    assert_eq!(
        errors(quote!(stt, labels(kind = "a", r#kind = "b"))),
        ["duplicate label `kind`: remove one"]
    );
    assert_eq!(
        errors(quote!(
            stt,
            labels(kind = "a"),
            fields(a.b = 1, "a.b" = 2, r#kind = 3)
        )),
        [
            "duplicate field `a.b`: remove one",
            "`kind` is already on the span as a label: remove it from `fields(..)`"
        ]
    );
}

#[test]
fn errors_of_arguments_and_function_are_reported_together() {
    assert_eq!(
        errors_on(
            quote!(stt, labels(a: 1, "b" = 2), fields(error.type = 1)),
            quote!(
                const fn f() {}
            )
        ),
        [
            "write the label value after `=`: `a = ..`",
            "expected a label name without quotes",
            "the stage sets field `error.type`: remove it",
            "a `const fn` cannot be instrumented: remove `const` or the attribute",
        ]
    );
    assert_eq!(
        errors_on(
            quote!(),
            quote!(
                struct S;
            )
        ),
        ["`#[instrument_stage]` goes on a function or a method"]
    );
}

#[test]
fn item_is_emitted_despite_errors() {
    let item = quote!(
        #[must_use]
        pub const fn f() -> u8 {
            1
        }
    );
    let tokens = super::expand(Home::Runtime, quote!(stt), item).to_string();
    let signature = quote!(#[must_use] pub const fn f() -> u8).to_string();
    assert!(tokens.starts_with(&signature), "{tokens}");
    assert!(tokens.ends_with("1 }"), "{tokens}");
}

#[test]
fn futures_and_streams_are_recognized_by_type() {
    for (returned, measured) in [
        (quote!(impl std::future::Future<Output = u8> + Send), false),
        (
            quote!(Pin<Box<dyn Future<Output = u8> + Send + 'static>>),
            false,
        ),
        (
            quote!(std::pin::Pin<std::boxed::Box<(dyn Future<Output = u8>)>>),
            false,
        ),
        (quote!(futures::future::LocalBoxFuture<'static, u8>), false),
        (quote!(impl Stream<Item = u8>), false),
        (quote!(BoxStream<'static, u8>), false),
        (quote!(Result<Box<dyn Error>, Pin<Box<u8>>>), true),
        (quote!(impl Fn() -> u8), true),
        (quote!(Box<Future>), true),
    ] {
        let sync = errors_on(quote!(stt), quote!(fn f() -> #returned {}));
        assert_eq!(sync.is_empty(), measured, "{returned}");
        let asynchronous = errors_on(quote!(stt), quote!(async fn f() -> #returned {}));
        // The value of an `async fn` can be a stream, and must not be another future.
        let is_future = returned.to_string().contains("Future <");
        assert_eq!(asynchronous.len(), usize::from(is_future), "{returned}");
    }
}

#[test]
fn future_needs_an_async_block_at_the_end() {
    for body in [
        quote!(async move { 1 }),
        quote!(let _ = 1; async { 1 }),
        quote!(Box::pin(async move {
            return 1;
        })),
        quote!(if true {} { std::boxed::Box::pin(async move { 1 },) }),
        quote!(async move { 1 }.boxed()),
    ] {
        let item = quote!(fn f() -> BoxFuture<'static, u8> { #body });
        assert_eq!(errors_on(quote!(stt), item), [""; 0], "{body}");
    }
    for body in [
        quote!(ready(1)),
        quote!(Box::pin(ready(1))),
        quote!(spawn(async move { 1 })),
        quote!(match 1 {
            _ => async { 1 },
        }),
        quote!(async { 1 }.map(f)),
    ] {
        let item = quote!(fn f() -> impl Future<Output = u8> { #body });
        assert_eq!(errors_on(quote!(stt), item).len(), 1, "{body}");
    }
}

#[test]
fn stream_needs_a_stream_type() {
    for returned in [
        quote!(impl Stream<Item = u8> + Send),
        quote!(Pin<Box<dyn futures_core::Stream<Item = u8> + Send + '_>>),
        quote!(BoxStream<'_, u8>),
    ] {
        let item = quote!(fn f(x: &u8) -> #returned {});
        assert_eq!(errors_on(quote!(stt, stream), item), [""; 0], "{returned}");
    }
    for returned in [quote!(u8), quote!(Tokens), quote!(BoxFuture<'static, u8>)] {
        let item = quote!(fn f() -> #returned {});
        assert_eq!(
            errors_on(quote!(stt, stream), item),
            [
                "`stream` needs `impl Stream<Item = T>` or `Pin<Box<dyn Stream<Item = T> + Send>>`, alone or in a `Result` or an `Option`: return one of these, or remove `stream`"
            ],
            "{returned}"
        );
    }
}

#[test]
fn return_that_bypasses_the_async_block_is_reported() {
    let item = quote!(
        fn f(early: bool) -> BoxFuture<'static, u8> {
            let two = || {
                return 2;
            };
            if early {
                return Box::pin(ready(1));
            }
            Box::pin(async move {
                return two();
            })
        }
    );
    assert_eq!(
        errors_on(quote!(stt), item),
        ["this `return` bypasses the measured `async` block: move it into the block"]
    );
}

#[test]
fn body_that_does_not_parse_is_left_to_rustc() {
    let item = quote!(fn f(audio: &[i16]) { let x = audio. ; });
    assert_eq!(errors_on(quote!(stt), item), [""; 0]);
}
