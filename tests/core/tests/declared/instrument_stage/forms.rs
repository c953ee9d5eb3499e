//! Every form of function keeps its signature and is recorded.

use std::{
    borrow::Cow,
    fmt::{Debug, Display},
    future::ready,
    ops::AddAssign,
    pin::Pin,
    rc::Rc,
    sync::{Arc, Mutex},
};

use glyph_core::{Outcome, instrument_stage};

use crate::instrument_stage::tally::{assert_ended, stage};

#[derive(Debug, Default)]
struct Client {
    name: String,
    calls: u32,
}

impl Client {
    #[instrument_stage(stage::call, labels(function = "form: constructor"))]
    fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            calls: 0,
        }
    }

    #[instrument_stage(stage::call, labels(function = "form: reference"))]
    fn name(&self) -> &str {
        &self.name
    }

    #[instrument_stage(stage::call, labels(function = "form: exclusive reference"))]
    fn calls(&mut self) -> &mut u32 {
        self.calls += 1;
        &mut self.calls
    }

    #[instrument_stage(stage::call, labels(function = "form: value"))]
    fn into_name(mut self) -> String {
        self.name.push('!');
        self.name
    }

    #[instrument_stage(stage::call, labels(function = "form: shared"))]
    async fn shared(self: Arc<Self>) -> usize {
        ready(()).await;
        Arc::strong_count(&self)
    }

    #[instrument_stage(stage::call, labels(function = "form: pinned"))]
    fn pinned(self: Pin<&mut Self>) -> u32 {
        self.calls
    }

    #[instrument_stage(stage::call, labels(function = "form: exclusive async"))]
    async fn count(&mut self, by: &u32) -> &u32 {
        ready(()).await;
        self.calls += by;
        &self.calls
    }
}

#[tokio::test]
async fn methods() {
    let mut client = Client::new("nova");
    assert_eq!(client.name(), "nova");
    client.calls().add_assign(2);
    assert_eq!(*client.count(&4).await, 7);
    assert_eq!(Pin::new(&mut client).pinned(), 7);
    assert_eq!(Arc::new(Client::default()).shared().await, 1);
    assert_eq!(client.into_name(), "nova!");
    for function in [
        "form: constructor",
        "form: reference",
        "form: exclusive reference",
        "form: value",
        "form: shared",
        "form: pinned",
        "form: exclusive async",
    ] {
        assert_ended(function, &[Outcome::Ok]);
    }
}

trait Speaker {
    const VOICE: &'static str;

    fn speak(&self, text: &str) -> Result<String, Self::Error>;

    type Error: Debug;

    #[instrument_stage(stage::call, labels(function = "form: default method"))]
    fn voice(&self) -> &'static str
    where
        Self: Sized,
    {
        Self::VOICE
    }
}

impl Speaker for Client {
    const VOICE: &'static str = "alto";

    type Error = String;

    #[instrument_stage(stage::call, labels(function = "form: trait method"))]
    fn speak(&self, text: &str) -> Result<String, Self::Error> {
        if text.is_empty() {
            Err("nothing to say")?;
        }
        Ok(format!("{}: {text}", self.name))
    }
}

#[test]
fn trait_methods() {
    let client = Client::default();
    assert_eq!(client.voice(), "alto");
    assert!(client.speak("").is_err());
    assert_eq!(client.speak("hello").unwrap(), ": hello");
    assert_ended("form: default method", &[Outcome::Ok]);
    assert_ended("form: trait method", &[Outcome::Error, Outcome::Ok]);
}

#[instrument_stage(stage::call, labels(function = "form: generic"))]
fn generic<'a, T, const N: usize>(items: [T; N], prefix: &'a str) -> (Cow<'a, str>, Vec<T>)
where
    T: Display,
{
    (Cow::from(prefix), items.into())
}

#[instrument_stage(stage::call, labels(function = "form: generic result"))]
async fn generic_result<T, E: From<String>>(value: Option<T>) -> Result<T, E> {
    ready(()).await;
    let Some(value) = value else {
        return Err(String::from("nothing").into());
    };
    Ok(value)
}

#[instrument_stage(stage::call, labels(function = "form: generic value"))]
fn generic_value<T>(value: T) -> T {
    value
}

#[tokio::test]
async fn generics() {
    assert_eq!(generic([1, 2], "x"), (Cow::Borrowed("x"), vec![1, 2]));
    assert_eq!(generic_result::<_, String>(Some(3)).await, Ok(3));
    assert!(generic_result::<u8, String>(None).await.is_err());
    assert_eq!(generic_value(Err::<(), _>(7)), Err(7));
    assert_ended("form: generic", &[Outcome::Ok]);
    assert_ended("form: generic result", &[Outcome::Ok, Outcome::Error]);
    assert_ended("form: generic value", &[Outcome::Ok]);
}

#[instrument_stage(stage::call, labels(function = "form: opaque"))]
fn evens(up_to: u32) -> impl Iterator<Item = u32> + use<> {
    (0..up_to).step_by(2)
}

#[instrument_stage(stage::call, labels(function = "form: opaque inside"))]
fn lines(text: &str) -> Result<impl Iterator<Item = &str> + use<'_>, String> {
    if text.is_empty() {
        return Err("empty".into());
    }
    Ok(text.lines())
}

#[instrument_stage(stage::call, labels(function = "form: opaque async"))]
async fn shown(number: impl Display + Send) -> impl Debug {
    ready(()).await;
    number.to_string()
}

#[instrument_stage(stage::call, labels(function = "form: opaque result"))]
fn secretly_a_result(fine: bool) -> impl Debug {
    if fine { Ok(1) } else { Err("no") }
}

#[tokio::test]
async fn opaque_types() {
    assert_eq!(evens(5).sum::<u32>(), 6);
    assert_eq!(lines("a\nb").unwrap().count(), 2);
    assert!(lines("").is_err());
    assert_eq!(format!("{:?}", shown(7).await), "\"7\"");
    assert_eq!(format!("{:?}", secretly_a_result(true)), "Ok(1)");
    assert_eq!(format!("{:?}", secretly_a_result(false)), "Err(\"no\")");
    assert_ended("form: opaque", &[Outcome::Ok]);
    assert_ended("form: opaque inside", &[Outcome::Ok, Outcome::Error]);
    assert_ended("form: opaque async", &[Outcome::Ok]);
    assert_ended("form: opaque result", &[Outcome::Ok, Outcome::Error]);
}

#[instrument_stage(stage::call, labels(function = "form: trait object"))]
fn boxed(number: u8) -> Box<dyn Display> {
    if number == 0 {
        return Box::new("zero");
    }
    Box::new(number)
}

#[instrument_stage(stage::call, labels(function = "form: boxed error"))]
async fn boxed_error(text: &str) -> Result<Box<dyn Debug>, Box<dyn std::error::Error>> {
    if text == "x" {
        return Ok(Box::new('x'));
    }
    Ok(Box::new(text.parse::<u8>()?))
}

#[instrument_stage(stage::call, labels(function = "form: callback"))]
fn callback(step: u32) -> Box<dyn Fn(&u32) -> u32> {
    Box::new(move |number| number + step)
}

#[tokio::test]
async fn coercions() {
    assert_eq!(boxed(0).to_string() + &boxed(1).to_string(), "zero1");
    assert!(boxed_error("x").await.is_ok());
    assert!(boxed_error("y").await.is_err());
    assert_eq!(callback(2)(&3), 5);
    assert_ended("form: trait object", &[Outcome::Ok; 2]);
    assert_ended("form: boxed error", &[Outcome::Ok, Outcome::Error]);
    assert_ended("form: callback", &[Outcome::Ok]);
}

#[instrument_stage(stage::call, labels(function = "form: patterns"))]
fn patterns(
    (first, mut second): (u8, u8),
    Client { name, .. }: Client,
    _: u8,
    [.., last]: [u8; 3],
    _unused: u8,
) -> String {
    second += last;
    format!("{first}{second}{name}")
}

#[test]
fn destructured_and_unused_arguments() {
    let client = Client {
        name: "x".into(),
        calls: 0,
    };
    assert_eq!(patterns((1, 2), client, 3, [4, 5, 6], 7), "18x");
    assert_ended("form: patterns", &[Outcome::Ok]);
}

#[instrument_stage(stage::call, labels(function = "form: labels"))]
fn labelled_blocks(numbers: &[u8]) -> Option<u8> {
    'rows: for number in numbers {
        let half = 'half: {
            if number % 2 == 1 {
                break 'half 0;
            }
            number / 2
        };
        if half == 0 {
            continue 'rows;
        }
        return Some(half);
    }
    None
}

#[instrument_stage(stage::call, labels(function = "form: items"))]
fn items() -> usize {
    #![expect(clippy::items_after_statements, reason = "they are allowed in a body")]
    use std::mem::size_of;
    const SIZE: usize = size_of::<Inner>();
    let bonus = 1;
    struct Inner(#[expect(dead_code, reason = "its size is under test")] u32);
    SIZE + bonus
}

#[instrument_stage(stage::call, labels(function = "form: c"))]
extern "C" fn callable_from_c(number: i32) -> i32 {
    number + 1
}

#[test]
fn function_bodies_of_every_form_compile() {
    assert_eq!(labelled_blocks(&[1, 8]), Some(4));
    assert_eq!(labelled_blocks(&[1]), None);
    assert_eq!(items(), 5);
    let pointer: extern "C" fn(i32) -> i32 = callable_from_c;
    assert_eq!(pointer(1), 2);
    assert_ended("form: labels", &[Outcome::Ok; 2]);
    assert_ended("form: items", &[Outcome::Ok]);
    assert_ended("form: c", &[Outcome::Ok]);
}

/// Records its name when it is dropped.
struct Named<'log>(&'static str, &'log Mutex<Vec<&'static str>>);

impl Drop for Named<'_> {
    fn drop(&mut self) {
        self.1.lock().unwrap().push(self.0);
    }
}

#[instrument_stage(stage::call, labels(function = "form: drops"))]
fn drops(first: Named<'_>, second: Named<'_>, third: Named<'_>) -> usize {
    let _local = Named("local", first.1);
    let fields = second.0.len() + third.0.len();
    fields + first.0.len()
}

#[instrument_stage(stage::call, labels(function = "form: async drops"))]
async fn async_drops(first: Named<'_>, second: Named<'_>, third: Named<'_>) -> usize {
    let _local = Named("local", first.1);
    let fields = second.0.len() + third.0.len();
    ready(fields).await + first.0.len()
}

#[tokio::test]
async fn arguments_are_dropped_whole_in_reverse_order() {
    let expected = ["local", "third", "second", "first"];
    let log = Mutex::default();
    let named = |name| Named(name, &log);
    drops(named("first"), named("second"), named("third"));
    assert_eq!(std::mem::take(&mut *log.lock().unwrap()), expected);
    async_drops(named("first"), named("second"), named("third")).await;
    assert_eq!(*log.lock().unwrap(), expected);
    assert_ended("form: drops", &[Outcome::Ok]);
    assert_ended("form: async drops", &[Outcome::Ok]);
}

#[instrument_stage(stage::call, labels(function = "form: send"))]
async fn send(text: &str) -> usize {
    ready(()).await;
    text.len()
}

#[instrument_stage(stage::call, labels(function = "form: not send"))]
async fn not_send(text: Rc<str>) -> usize {
    ready(()).await;
    text.len()
}

#[tokio::test]
async fn future_stays_send() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    assert_eq!(is_send(send("four")).await, 4);
    assert_eq!(not_send("four".into()).await, 4);
    assert_ended("form: send", &[Outcome::Ok]);
    assert_ended("form: not send", &[Outcome::Ok]);
}

/// A function with attributes before and after the stage's.
#[inline]
#[instrument_stage(stage::call, labels(function = "form: attributes"))]
#[must_use = "it is asked for"]
#[deprecated = "it is old"]
fn attributes() -> u8 {
    1
}

#[test]
fn other_attributes_of_a_function_are_kept() {
    #[expect(deprecated, reason = "the attribute after the stage's takes effect")]
    let one = attributes();
    assert_eq!(one, 1);
    #[expect(
        deprecated,
        unused_must_use,
        reason = "attributes after the stage's take effect"
    )]
    {
        attributes();
    }
    assert_ended("form: attributes", &[Outcome::Ok; 2]);
}
