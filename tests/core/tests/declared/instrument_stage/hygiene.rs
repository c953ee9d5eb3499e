//! Code around a stage can have strict lints and use any name.

use futures_util::StreamExt;
use glyph_core::Outcome;

use crate::instrument_stage::tally::assert_ended;

/// The strictest lints report nothing in an expansion.
mod strict {
    #![deny(warnings, missing_docs, clippy::all, clippy::pedantic)]
    #![forbid(unsafe_code)]

    use std::num::ParseIntError;

    use futures_util::{
        StreamExt,
        stream::{BoxStream, iter},
    };
    use glyph_core::{instrument_stage, instrument_stages};

    use crate::instrument_stage::tally::stage;

    /// Counts.
    #[derive(Default)]
    pub(super) struct Counter {
        count: usize,
    }

    impl Counter {
        #[instrument_stage(stage::call, labels(function = "hygiene: strict"), fields(by))]
        pub(super) fn add(&mut self, by: usize) {
            self.count += by;
        }

        #[instrument_stage(stage::call, labels(function = "hygiene: strict"))]
        pub(super) fn adding<T: AsRef<str>>(&self) -> impl Fn(&mut usize, T, &str) -> usize {
            let more = self.count;
            move |count, text, _| *count + more + text.as_ref().len()
        }

        #[instrument_stage(
            stage::call,
            labels(function = "hygiene: strict"),
            fields(#[glyph(secret)] key, #[glyph(secret)] more = &&key[1..])
        )]
        pub(super) fn add_length(&mut self, #[glyph(secret)] key: &str) {
            self.count += key.len();
        }

        #[instrument_stage(stage::call, labels(function = "hygiene: strict"))]
        pub(super) async fn add_text(&mut self, text: &str) -> Result<usize, ParseIntError> {
            std::future::ready(()).await;
            if text.is_empty() {
                return Ok(self.count);
            }
            self.add(text.parse()?);
            Ok(self.count)
        }

        #[must_use]
        #[instrument_stage(stage::call, labels(function = "hygiene: strict"))]
        pub(super) fn count(&self) -> usize {
            const ZERO: usize = 0;
            self.count + ZERO
        }

        #[rustfmt::skip]
        #[must_use]
        #[instrument_stage(stage::call, labels(function = "hygiene: strict"))]
        pub(super) fn doubled(&self) -> usize { self.count * 2 }

        #[instrument_stage(stage::call, labels(function = function))]
        pub(super) fn check(&self, function: &str) -> Result<(), String> {
            if self.count == 0 {
                Err(function.into())
            } else {
                Ok(())
            }
        }
    }

    /// Returns a stream of numbers.
    #[instrument_stage(stage::call, stream, labels(function = "hygiene: strict streams"))]
    pub(super) fn numbers(to: u8) -> BoxStream<'static, u8> {
        Box::pin(iter(0..to))
    }

    /// Returns a future of a stream of numbers.
    #[instrument_stage(stage::call, stream, labels(function = "hygiene: strict streams"))]
    pub(super) async fn parsed(to: &str) -> Result<BoxStream<'_, u8>, ParseIntError> {
        let to = std::future::ready(to).await.parse()?;
        Ok(iter(0..to).boxed())
    }

    #[instrument_stages(labels(function = "hygiene: strict block"))]
    impl Counter {
        /// Ends.
        #[must_use]
        #[stage(stage::call)]
        pub(super) fn end(self) -> usize {
            self.count
        }
    }
}

/// A module without the prelude, in which its names have another meaning.
mod shadowed {
    #![no_implicit_prelude]
    #![expect(
        non_camel_case_types,
        dead_code,
        unused_macros,
        reason = "an expansion must not use these names"
    )]

    use crate::instrument_stage::tally::stage;

    mod core {}
    mod std {}
    mod alloc {}
    mod tracing {}
    mod glyph_core {}
    struct Some;
    struct None;
    struct Ok;
    struct Err;
    struct Option;
    struct Result;
    struct String;
    struct Vec;
    struct Send;
    struct usize;
    struct str;
    struct bool;
    trait Drop {}
    trait Deref {}
    trait Future {}
    trait FnOnce {}
    trait Sized {}
    fn drop() {}
    macro_rules! concat {
        () => {};
    }
    macro_rules! stringify {
        () => {};
    }
    macro_rules! file {
        () => {};
    }
    macro_rules! line {
        () => {};
    }
    macro_rules! module_path {
        () => {};
    }
    macro_rules! format_args {
        () => {};
    }

    #[::glyph_core::instrument_stage(
        stage::call,
        labels(function = "hygiene: shadowed"),
        fields(%number, "a name" = ?number, later = _)
    )]
    pub(super) fn synchronous(number: u8) -> ::std::result::Result<u8, u8> {
        if number == 0 {
            return ::std::result::Result::Err(number);
        }
        ::std::result::Result::Ok(number)
    }

    #[::glyph_core::instrument_stage(stage::call, labels(function = "hygiene: shadowed"))]
    pub(super) async fn asynchronous(number: u8) -> ::std::option::Option<u8> {
        ::std::option::Option::Some(number)
    }

    #[::glyph_core::instrument_stage(
        stage::call,
        stream,
        labels(function = "hygiene: shadowed streams")
    )]
    pub(super) async fn stream(
        to: u8,
    ) -> ::std::result::Result<impl ::futures_util::Stream<Item = u8>, ::std::io::Error> {
        ::std::result::Result::Ok(::futures_util::stream::iter(0..to))
    }

    #[::glyph_core::instrument_stage(
        stage::call,
        stream,
        labels(function = "hygiene: shadowed streams")
    )]
    pub(super) async fn boxed_stream(
        to: u8,
    ) -> ::std::option::Option<::futures_util::stream::BoxStream<'static, u8>> {
        ::std::option::Option::Some(::std::boxed::Box::pin(::futures_util::stream::iter(0..to)))
    }

    #[::glyph_core::instrument_stage(stage::call, labels(function = "hygiene: shadowed closure"))]
    pub(super) fn closure<T>() -> impl ::std::ops::Fn(&T) -> &T {
        |value| value
    }

    pub(super) struct Block;

    #[::glyph_core::instrument_stages(labels(function = "hygiene: shadowed block"))]
    impl Block {
        #[stage(stage::call)]
        pub(super) async fn method(&self, number: u8) -> ::std::result::Result<u8, u8> {
            ::std::result::Result::Ok(number)
        }
    }
}

/// The crate with another name, and variables named like those of the expansion.
mod renamed {
    mod telemetry {
        pub(super) use glyph_core as glyph;
    }

    use crate::instrument_stage::tally::stage;

    #[telemetry::glyph::instrument_stage(
        stage::call,
        labels(function = __guard),
        fields(__span, digits, __result = ?__result),
        crate = telemetry::glyph
    )]
    pub(super) fn clashing(__guard: &str, __span: u8, digits: u8, __result: Option<u8>) -> usize {
        __guard.len() + usize::from(__span + digits + __result.unwrap_or_default())
    }

    pub(super) struct Block(pub(super) usize);

    #[telemetry::glyph::instrument_stages(crate = telemetry::glyph, labels(function = stage))]
    impl Block {
        #[stage(stage::call)]
        pub(super) fn method(&self, stage: &str) -> usize {
            stage.len() + self.0
        }
    }
}

#[tokio::test]
async fn stage_compiles_with_any_lints_and_names() {
    let mut counter = strict::Counter::default();
    counter.add(1);
    assert_eq!(counter.add_text("2").await, Ok(3));
    assert!(counter.add_text("x").await.is_err());
    assert_eq!(counter.count(), 3);
    assert_eq!(counter.doubled(), 6);
    assert_eq!(counter.check("hygiene: strict"), Ok(()));
    assert_eq!(counter.end(), 3);
    assert_ended("hygiene: strict block", &[Outcome::Ok]);
    let mut counter = strict::Counter::default();
    counter.add_length("key");
    assert_eq!(counter.adding()(&mut 1, "key", ""), 7);
    let mut outcomes = [Outcome::Ok; 9];
    outcomes[0] = Outcome::Error;
    assert_ended("hygiene: strict", &outcomes);

    assert_eq!(shadowed::synchronous(0), Err(0));
    assert_eq!(shadowed::asynchronous(1).await, Some(1));
    assert_ended("hygiene: shadowed", &[Outcome::Ok, Outcome::Error]);

    assert_eq!(renamed::clashing("hygiene: renamed", 1, 2, None), 19);
    assert_ended("hygiene: renamed", &[Outcome::Ok]);

    assert_eq!(strict::numbers(3).count().await, 3);
    assert_eq!(strict::parsed("3").await.unwrap().count().await, 3);
    assert_ended("hygiene: strict streams", &[Outcome::Ok; 2]);
    assert_eq!(shadowed::stream(3).await.unwrap().count().await, 3);
    assert_eq!(shadowed::boxed_stream(3).await.unwrap().count().await, 3);
    assert_ended("hygiene: shadowed streams", &[Outcome::Ok; 2]);

    assert_eq!(shadowed::closure()(&3), &3);
    assert_ended("hygiene: shadowed closure", &[Outcome::Ok]);
    assert_eq!(shadowed::Block.method(1).await, Ok(1));
    assert_ended("hygiene: shadowed block", &[Outcome::Ok]);
    assert_eq!(renamed::Block(1).method("hygiene: renamed block"), 23);
    assert_ended("hygiene: renamed block", &[Outcome::Ok]);
}
