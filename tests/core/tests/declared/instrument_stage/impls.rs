//! Stages on the methods of an `impl` block.

use std::{future::ready, num::ParseIntError, pin::pin, sync::Arc};

use futures_util::future::BoxFuture;
use glyph_core::{Outcome, instrument_stages};

use crate::instrument_stage::{
    asynchronous::poll,
    tally::{Tally, assert_ended, stage},
};

struct Store<T, const N: usize> {
    items: [T; N],
}

#[instrument_stages(labels(function = "impls: inherent"))]
impl<T: Clone + Send + Sync, const N: usize> Store<T, N>
where
    T: PartialEq,
{
    const LENGTH: usize = N;

    /// A method without a stage.
    fn new(items: [T; N]) -> Self {
        Self { items }
    }

    /// A function without `self`.
    #[stage(stage::call)]
    #[must_use]
    fn length() -> usize {
        Self::LENGTH
    }

    #[stage(stage::call, fields(index))]
    fn at(&self, index: usize) -> Result<&T, String> {
        self.items.get(index).ok_or_else(|| format!("no {index}"))
    }

    #[stage(stage::call, labels(function = own), none = error)]
    async fn find(self: Arc<Self>, own: &str, item: &T) -> Option<T> {
        ready(()).await;
        self.items.iter().find(|known| *known == item).cloned()
    }

    #[stage(stage::call)]
    fn last(&self) -> BoxFuture<'_, Option<T>> {
        Box::pin(async move { self.items.last().cloned() })
    }
}

#[tokio::test]
async fn methods_of_a_generic_type() {
    let store = Arc::new(Store::new(["a", "b"]));
    assert_eq!(Store::<u8, 3>::length(), 3);
    assert_eq!(store.at(1), Ok(&"b"));
    assert!(store.at(2).is_err());
    assert_eq!(store.last().await, Some("b"));
    assert_ended(
        "impls: inherent",
        &[Outcome::Ok, Outcome::Ok, Outcome::Error, Outcome::Ok],
    );
    let own = "impls: a label of its own";
    assert_eq!(store.clone().find(own, &"a").await, Some("a"));
    assert_eq!(store.find(own, &"c").await, None);
    assert_ended(own, &[Outcome::Ok, Outcome::Error]);
}

trait Parse {
    type Number;

    fn parse(&self, text: &str) -> Result<Self::Number, ParseIntError>;
}

struct Bytes;

#[instrument_stages]
impl Parse for Bytes {
    type Number = u8;

    #[stage(stage::call, labels(function = "impls: of a trait"))]
    fn parse(&self, text: &str) -> Result<u8, ParseIntError> {
        let number = text.parse()?;
        Ok(number)
    }
}

#[instrument_stages(labels(function = "impls: a trait"))]
trait Twice: Parse<Number = u8> {
    fn name(&self) -> &'static str;

    #[stage(stage::call)]
    fn twice(&self, text: &str) -> Result<u8, ParseIntError> {
        Ok(self.parse(text)? * 2)
    }
}

impl Twice for Bytes {
    fn name(&self) -> &'static str {
        "bytes"
    }
}

#[test]
fn methods_of_traits() {
    assert!(Bytes.parse("x").is_err());
    assert_eq!(Bytes.twice("7"), Ok(14));
    assert_ended("impls: of a trait", &[Outcome::Error, Outcome::Ok]);
    assert_ended("impls: a trait", &[Outcome::Ok]);
    assert_eq!(Bytes.name(), "bytes");
}

#[async_trait::async_trait]
trait Transcribe {
    async fn transcribe(&self, text: &str) -> Result<u8, ParseIntError>;
    async fn wait(&mut self);
}

struct Above(u8);
struct Below(u8);

#[async_trait::async_trait]
#[instrument_stages(labels(function = "impls: async_trait above"))]
impl Transcribe for Above {
    #[stage(stage::call, fields(offset = self.0))]
    async fn transcribe(&self, text: &str) -> Result<u8, ParseIntError> {
        let number: u8 = ready(text).await.parse()?;
        Ok(number + self.0)
    }

    #[stage(stage::call)]
    async fn wait(&mut self) {
        self.0 += 1;
        std::future::pending::<()>().await;
    }
}

#[instrument_stages(labels(function = "impls: async_trait below"))]
#[async_trait::async_trait]
impl Transcribe for Below {
    #[stage(stage::call, fields(offset = self.0))]
    async fn transcribe(&self, text: &str) -> Result<u8, ParseIntError> {
        let number: u8 = ready(text).await.parse()?;
        Ok(number + self.0)
    }

    #[stage(stage::call)]
    async fn wait(&mut self) {
        self.0 += 1;
        std::future::pending::<()>().await;
    }
}

#[tokio::test]
async fn stages_on_an_impl_work_with_async_trait() {
    async fn end_in_every_way(function: &str, mut transcriber: impl Transcribe) {
        assert_eq!(transcriber.transcribe("7").await, Ok(8));
        assert!(transcriber.transcribe("x").await.is_err());
        {
            let mut waiting = pin!(transcriber.wait());
            assert_eq!(Tally::running(function), 0.0);
            assert!(poll(waiting.as_mut()).is_pending());
            assert_eq!(Tally::running(function), 1.0);
        }
        drop(transcriber.wait());
        assert_ended(function, &[Outcome::Ok, Outcome::Error, Outcome::Cancelled]);
    }
    end_in_every_way("impls: async_trait above", Above(1)).await;
    end_in_every_way("impls: async_trait below", Below(1)).await;
}

#[async_trait::async_trait]
#[instrument_stages]
trait Retry: Transcribe + Sync {
    #[stage(stage::call, labels(function = "impls: async_trait, default"))]
    async fn twice(&self, text: &str) -> Result<u8, ParseIntError> {
        let first = self.transcribe(text).await;
        if first.is_ok() {
            return first;
        }
        self.transcribe("0").await
    }
}

/// No stages here: another test counts those of [`Above`].
struct Plain(u8);

#[async_trait::async_trait]
impl Transcribe for Plain {
    async fn transcribe(&self, text: &str) -> Result<u8, ParseIntError> {
        let number: u8 = ready(text).await.parse()?;
        Ok(number + self.0)
    }

    async fn wait(&mut self) {}
}

impl Retry for Plain {}

#[tokio::test]
async fn methods_of_a_trait_under_async_trait() {
    assert_eq!(Plain(1).twice("x").await, Ok(1));
    assert_ended("impls: async_trait, default", &[Outcome::Ok]);
}

macro_rules! store {
    ($name:ident<$parameter:ident>, $visibility:vis $method:ident -> $returned:ty $body:block, $function:literal) => {
        struct $name<$parameter>($parameter);

        #[instrument_stages(labels(function = $function))]
        impl<$parameter: Copy> $name<$parameter> {
            #[stage(stage::call)]
            #[cfg(test)]
            $visibility fn $method() -> $returned $body

            #[stage(stage::call)]
            #[cfg(not(test))]
            $visibility fn $method() -> $returned { loop {} }
        }
    };
}

store!(Made<T>, pub(crate) length -> usize { 7 }, "impls: by a macro");

#[test]
fn stages_on_an_impl_from_a_macro_work() {
    let made = Made(1);
    assert_eq!(usize::from(made.0 == 1) * Made::<u8>::length(), 7);
    assert_ended("impls: by a macro", &[Outcome::Ok]);
}

struct Conditional;

#[instrument_stages(labels(function = "impls: conditional"))]
impl Conditional {
    #[cfg_attr(test, must_use, stage(stage::call))]
    fn measured() -> u8 {
        1
    }

    #[cfg_attr(not(test), stage(stage::missing_elsewhere))]
    fn plain() -> u8 {
        2
    }

    #[cfg(not(test))]
    #[stage(stage::call)]
    fn absent() {}
}

#[test]
fn conditional_stage_exists_if_its_condition_holds() {
    assert_eq!(Conditional::measured() + Conditional::plain(), 3);
    assert_ended("impls: conditional", &[Outcome::Ok]);
}
