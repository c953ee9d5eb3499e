use proc_macro2::TokenStream;
use quote::quote;

use crate::{diagnostic::messages, home::Home};

const MISSING: &str = "the stage is missing: its path comes first, as in \
     `#[instrument_stage(stage::stt, labels(provider = \"deepgram\"))]`";

fn mistakes(args: TokenStream) -> Vec<String> {
    mistakes_on(
        args,
        quote!(
            fn f(audio: &[i16]) {}
        ),
    )
}

fn mistakes_on(args: TokenStream, item: TokenStream) -> Vec<String> {
    messages(&super::expand(Home::Runtime, args, item))
}

#[test]
fn a_stage_may_be_all_there_is() {
    for args in [
        quote!(stt),
        quote!(stage::stt,),
        quote!(crate::telemetry::stage::stt),
        quote!(::telemetry::stage::stt),
        quote!(labels),
        quote!(stt, crate = crate::glyph, labels(), fields()),
        quote!(stt, labels(provider = "deepgram", kind, r#type = T::of(audio)), fields(%a.b, ?c, d, e = _, "f g" = %h)),
    ] {
        assert_eq!(mistakes(args.clone()), [""; 0], "{args}");
    }
}

#[test]
fn a_missing_stage_is_asked_for() {
    for args in [
        quote!(),
        quote!(labels(provider = "deepgram")),
        quote!(crate = glyph),
        quote!("stt"),
    ] {
        assert_eq!(mistakes(args), [MISSING]);
    }
}

#[test]
fn a_key_is_known_and_given_once() {
    assert_eq!(
        mistakes(quote!(stt, label(provider = "deepgram"))),
        [
            "unknown key `label`; did you mean `labels`? `#[instrument_stage]` takes `labels`, `fields`, `outcome`, `none`, `stream`, `name`, `target`, `kind`, `level`, `parent`, `links`, `skip_span`, `err`, `ret`, `crate`"
        ]
    );
    assert_eq!(
        mistakes(quote!(stt, labels(a = 1), fields(b), labels(c = 2))),
        ["`labels` is given twice: leave one out"]
    );
}

#[test]
fn one_argument_says_how_a_call_ended() {
    assert_eq!(
        mistakes(quote!(stt, outcome = judge, none = error)),
        ["`outcome` and `none` both say how a call ended: leave one out"]
    );
    assert_eq!(
        mistakes(quote!(stt, none = eror)),
        [
            "unknown outcome `eror`; did you mean `error`? `none` is one of: ok, error, timeout, cancelled, or in quotes the value of a status label"
        ]
    );
    assert_eq!(
        mistakes_on(
            quote!(stt, outcome = judge),
            quote!(
                fn f() -> ! {
                    loop {}
                }
            )
        ),
        ["a function that does not return gives nothing to judge: leave it out"]
    );
}

#[test]
fn a_name_is_given_once_whatever_its_spelling() {
    assert_eq!(
        mistakes(quote!(stt, labels(kind = "a", r#kind = "b"))),
        ["label `kind` is given twice: leave one out"]
    );
    assert_eq!(
        mistakes(quote!(
            stt,
            labels(kind = "a"),
            fields(a.b = 1, "a.b" = 2, r#kind = 3)
        )),
        [
            "field `a.b` is given twice: leave one out",
            "`kind` is a label, and labels are on the span already: leave it out of `fields(..)`"
        ]
    );
}

#[test]
fn mistakes_of_arguments_and_function_come_together() {
    assert_eq!(
        mistakes_on(
            quote!(stt, labels(a: 1, "b" = 2), fields(error.type = 1)),
            quote!(
                const fn f() {}
            )
        ),
        [
            "a label's value stands behind `=`: `a = ..`",
            "a label's name is written without quotes",
            "field `error.type` tells how the call ended, and is set by the stage: leave it out",
            "a `const fn` may run in the compiler, where there is nothing to measure: leave out `const` or the attribute",
        ]
    );
    assert_eq!(
        mistakes_on(
            quote!(),
            quote!(
                struct S;
            )
        ),
        [
            MISSING,
            "`#[instrument_stage]` goes on a function or a method"
        ]
    );
}

#[test]
fn the_item_outlives_every_mistake() {
    let item = quote!(
        #[must_use]
        pub const fn f() -> u8 {
            1
        }
    );
    let tokens = super::expand(Home::Runtime, quote!(stt), item.clone()).to_string();
    assert!(tokens.starts_with(&item.to_string()), "{tokens}");
}

#[test]
fn futures_and_streams_are_known_by_their_types() {
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
        let sync = mistakes_on(quote!(stt), quote!(fn f() -> #returned {}));
        assert_eq!(sync.is_empty(), measured, "{returned}");
        let asynchronous = mistakes_on(quote!(stt), quote!(async fn f() -> #returned {}));
        assert_eq!(asynchronous, [""; 0], "{returned}");
    }
}

#[test]
fn a_future_is_measured_by_the_async_block_at_the_end() {
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
        assert_eq!(mistakes_on(quote!(stt), item), [""; 0], "{body}");
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
        assert_eq!(mistakes_on(quote!(stt), item).len(), 1, "{body}");
    }
}

#[test]
fn stream_wants_a_stream_that_it_can_wrap() {
    for returned in [
        quote!(impl Stream<Item = u8> + Send),
        quote!(Pin<Box<dyn futures_core::Stream<Item = u8> + Send + '_>>),
        quote!(BoxStream<'_, u8>),
    ] {
        let item = quote!(fn f(x: &u8) -> #returned {});
        assert_eq!(
            mistakes_on(quote!(stt, stream), item),
            [""; 0],
            "{returned}"
        );
    }
    for returned in [quote!(u8), quote!(Tokens), quote!(BoxFuture<'static, u8>)] {
        let item = quote!(fn f() -> #returned {});
        assert_eq!(
            mistakes_on(quote!(stt, stream), item),
            [
                "`stream` measures `impl Stream<Item = T>` and `Pin<Box<dyn Stream<Item = T> + Send>>`, by itself or in a `Result` or an `Option`: return one of these, or leave out `stream`"
            ],
            "{returned}"
        );
    }
}

#[test]
fn a_return_past_the_async_block_is_refused() {
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
        mistakes_on(quote!(stt), item),
        [
            "only the `async` block at the end is measured, and this `return` goes past it: decide inside of the block"
        ]
    );
}

#[test]
fn a_body_that_does_not_parse_yet_is_left_to_the_compiler() {
    let item = quote!(fn f(audio: &[i16]) { let x = audio. ; });
    assert_eq!(mistakes_on(quote!(stt), item), [""; 0]);
}
