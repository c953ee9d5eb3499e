//! Events with the value or error of a call.

use std::{cell::Cell, error::Error, fmt, num::TryFromIntError};

use futures_util::FutureExt;
use glyph_core::{
    Outcome, instrument_stage,
    testing::{CapturedEvent, CapturedSpan},
};
use tracing::Level;

use crate::attribute_cases::telemetry::{only, stage};

const REFUSED: &str = "out of range integral type conversion attempted";

fn narrow(number: u16) -> Result<u8, TryFromIntError> {
    u8::try_from(number)
}

/// Returns the only event in the only span of `work`.
#[track_caller]
fn event<R>(work: impl FnOnce() -> R) -> (CapturedSpan, CapturedEvent) {
    let span = only(|| {
        work();
    });
    let [event] = <[CapturedEvent; 1]>::try_from(span.events().to_vec()).unwrap();
    (span, event)
}

/// Returns the level of the only event, and its field `name`.
#[track_caller]
fn shown<R>(name: &str, work: impl FnOnce() -> R) -> (Level, String) {
    let (_, event) = event(work);
    (event.level(), event.field(name).unwrap().to_owned())
}

#[test]
fn error_is_logged_at_the_end_of_the_call() {
    #[instrument_stage(stage::step, err = event)]
    fn whole() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    #[instrument_stage(stage::step, err = event)]
    fn early() -> Result<u8, TryFromIntError> {
        narrow(1234)?;
        Ok(5)
    }
    #[instrument_stage(stage::step, err = event)]
    async fn later(turns: usize) -> Result<u8, TryFromIntError> {
        for _ in 0..turns {
            std::future::ready(()).await;
        }
        narrow(1234)?;
        Ok(5)
    }
    let expected = (Level::ERROR, REFUSED.to_owned());
    assert_eq!(shown("error", whole), expected);
    assert_eq!(shown("error", early), expected);
    assert_eq!(shown("error", || later(2).now_or_never()), expected);
}

#[derive(Debug)]
struct Outer<'a>(&'a str, TryFromIntError);

impl fmt::Display for Outer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "cannot {}", self.0)
    }
}

impl Error for Outer<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.1)
    }
}

#[test]
fn logged_error_has_its_causes() {
    fn outer(of: &str) -> Outer<'_> {
        Outer(of, narrow(1234).unwrap_err())
    }
    #[instrument_stage(stage::step, err = event)]
    fn plain(of: &str) -> Result<u8, Outer<'_>> {
        Err(outer(of))
    }
    #[instrument_stage(stage::step, err = event)]
    fn boxed() -> Result<u8, Box<dyn Error>> {
        Err(outer("narrow").into())
    }
    #[instrument_stage(stage::step, err = event)]
    async fn shared() -> Result<u8, Box<dyn Error + Send + Sync>> {
        Err(outer("narrow").into())
    }
    #[instrument_stage(stage::step, err = event)]
    fn generic<E: Error>(error: E) -> Result<u8, E> {
        Err(error)
    }
    #[instrument_stage(stage::step, err = event)]
    fn text() -> Result<u8, String> {
        Err("no cause".to_owned())
    }
    let expected = format!("cannot narrow: {REFUSED}");
    assert_eq!(shown("error", || plain("narrow").is_err()).1, expected);
    assert_eq!(shown("error", boxed).1, expected);
    assert_eq!(shown("error", || shared().now_or_never()).1, expected);
    assert_eq!(shown("error", || generic(outer("narrow"))).1, expected);
    assert_eq!(shown("error", text).1, "no cause");
}

#[test]
fn error_that_cannot_be_formatted_ends_its_call_as_any_other() {
    struct Broken;
    impl fmt::Display for Broken {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("half ")?;
            Err(fmt::Error)
        }
    }
    #[instrument_stage(stage::step, err = event)]
    fn broken() -> Result<u8, Broken> {
        Err(Broken)
    }
    assert!(broken().is_err(), "without a subscriber");
}

#[test]
fn event_has_the_error_type_of_the_span() {
    #[derive(Debug, Outcome)]
    enum Failure {
        #[outcome(timeout)]
        TooLate,
        #[outcome(ok)]
        NotFound,
    }
    impl fmt::Display for Failure {
        fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("failed")
        }
    }
    #[instrument_stage(stage::step, err = event)]
    fn whole(failure: Failure) -> Result<u8, Failure> {
        Err(failure)
    }
    #[instrument_stage(stage::step, err = event)]
    fn plain() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    #[instrument_stage(stage::step, err = event, outcome = |_| Outcome::Cancelled)]
    fn judged() -> Result<u8, &'static str> {
        Err("given up")
    }
    let agree = |(span, event): (CapturedSpan, CapturedEvent), expected| {
        assert_eq!(event.field("error.type"), expected);
        assert_eq!(span.error_type(), expected);
    };
    agree(event(|| whole(Failure::TooLate)), Some("too_late"));
    agree(event(|| whole(Failure::NotFound)), None);
    agree(event(plain), Some("core::num::error::TryFromIntError"));
    agree(event(judged), Some("str"));
}

#[test]
fn value_is_not_logged_as_an_error() {
    #[instrument_stage(stage::step, err = event)]
    fn fine() -> Result<u8, TryFromIntError> {
        narrow(12)
    }
    let span = only(|| assert_eq!(fine(), Ok(12)));
    assert!(span.events().is_empty());
    assert_eq!(span.error_type(), None);
}

#[test]
fn exclusive_borrow_of_the_body_ends_before_the_event() {
    #[instrument_stage(stage::step, err = event)]
    fn set(out: &mut u8) -> Result<(), TryFromIntError> {
        *out = 7;
        narrow(1234)?;
        *out = 8;
        Ok(())
    }
    #[instrument_stage(stage::step, err = event, ret = event)]
    async fn set_later(out: &mut u8) -> Result<(), TryFromIntError> {
        std::future::ready(()).await;
        *out = 9;
        narrow(1234)?;
        *out = 8;
        Ok(())
    }
    let mut out = 0;
    assert_eq!(shown("error", || set(&mut out)).1, REFUSED);
    assert_eq!(out, 7);
    let later = set_later(&mut out);
    assert_eq!(shown("error", || later.now_or_never()).1, REFUSED);
    assert_eq!(out, 9);
}

#[test]
fn error_uses_display_unless_debug_is_set() {
    #[instrument_stage(stage::step, err = event(debug))]
    fn debug() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    #[instrument_stage(stage::step, err = event(display))]
    fn display() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    assert_eq!(shown("error", debug).1, "TryFromIntError(())");
    assert_eq!(shown("error", display).1, REFUSED);
}

#[test]
fn event_level_is_separate_from_the_span_level() {
    #[instrument_stage(stage::step, level = warn, err = event(level = info))]
    fn plain() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    #[instrument_stage(stage::step, err = event(debug, level = info))]
    fn debug() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    let (span, logged) = event(plain);
    assert_eq!((span.level(), logged.level()), (Level::WARN, Level::INFO));
    let (span, logged) = event(debug);
    assert_eq!((span.level(), logged.level()), (Level::INFO, Level::INFO));
}

#[test]
fn event_has_the_target_of_the_span() {
    #[instrument_stage(stage::step, target = "mine", err = event)]
    fn fails() -> Result<u8, TryFromIntError> {
        narrow(1234)
    }
    #[instrument_stage(stage::step, target = "mine", ret = event)]
    async fn gives() -> u8 {
        42
    }
    #[instrument_stage(stage::step, ret = event)]
    fn by_default() -> u8 {
        42
    }
    assert_eq!(event(fails).1.target(), "mine");
    let given = event(|| assert_eq!(gives().now_or_never(), Some(42)));
    assert_eq!(given.1.target(), "mine");
    let given = event(|| assert_eq!(by_default(), 42));
    assert_eq!(given.1.target(), module_path!());
}

#[test]
fn value_uses_debug_unless_display_is_set() {
    #[instrument_stage(stage::step, ret = event)]
    fn by_default() -> &'static str {
        "x"
    }
    #[instrument_stage(stage::step, ret = event(display))]
    fn display() -> &'static str {
        "x"
    }
    #[instrument_stage(stage::step, level = warn, ret = event(debug, level = debug))]
    async fn later() -> &'static str {
        "x"
    }
    let debug = "\"x\"".to_owned();
    let given = shown("return", || assert_eq!(by_default(), "x"));
    assert_eq!(given, (Level::INFO, debug.clone()));
    let given = shown("return", || assert_eq!(display(), "x"));
    assert_eq!(given.1, "x");
    let given = shown("return", || assert_eq!(later().now_or_never(), Some("x")));
    assert_eq!(given, (Level::DEBUG, debug));
}

#[test]
fn opaque_or_borrowed_values_are_logged() {
    #[instrument_stage(stage::step, ret = event)]
    fn opaque() -> impl Copy + fmt::Debug {
        42
    }
    #[instrument_stage(stage::step, ret = event)]
    fn exclusive(cell: &mut Cell<u8>) -> &mut u8 {
        let number = cell.get_mut();
        *number *= 2;
        number
    }
    assert_eq!(shown("return", || format!("{:?}", opaque())).1, "42");
    let mut cell = Cell::new(21);
    assert_eq!(shown("return", || *exclusive(&mut cell) += 1).1, "42");
    assert_eq!(cell.get(), 43);
}

#[test]
fn value_and_error_events_are_separate() {
    #[instrument_stage(stage::step, err = event, ret = event)]
    fn both(number: u16) -> Result<u8, TryFromIntError> {
        narrow(number)
    }
    let (_, failed) = event(|| both(1234));
    assert_eq!(
        (failed.field("error"), failed.field("return")),
        (Some(REFUSED), None)
    );
    let (_, given) = event(|| both(123));
    assert_eq!(
        (given.field("error"), given.field("return")),
        (None, Some("123"))
    );
    assert_eq!(given.span(), Some("step"));
}
