//! The interface between layers and protocols.

use std::{collections::HashSet, fmt, time::Duration};

use bytes::Buf;
use glyph_core::__runtime::OpenSpan;
use http::{request, response};
use http_body::{Frame, SizeHint};
use opentelemetry::Context;

use super::{ResponseHeaders, call_span::CurrentSpan};
use crate::trace;

/// A protocol whose calls can be measured, and its state of one running call.
///
/// HTTP and gRPC implement it. [`Call`](super::call::Call) reports to it what happens to the call,
/// in this order: the head of the response, its frames, the end.
pub trait Protocol: fmt::Debug + Sized + 'static {
    /// The settings of a layer that servers and clients of this protocol have.
    type Settings: Clone + fmt::Debug + Default;
    /// A call that a server received.
    type Incoming: Direction<Protocol = Self>;
    /// A call that a client makes.
    type Outgoing: Direction<Protocol = Self>;
    /// The meaning of an error that a service or a body returned.
    type Failure: Copy;
    /// The end of a call, as recorders receive it.
    type CallEnd;

    /// Returns the headers that responses of a server get by default.
    fn response_headers() -> ResponseHeaders;

    /// Returns the meaning of an error that the service or the body returned.
    fn failure<E: 'static>(settings: &Self::Settings, role: Role, error: &E) -> Self::Failure;

    /// Whether a server layer ignores requests to `path`.
    fn excludes(excluded: &HashSet<String>, path: &str) -> bool;

    /// Adds attributes to the span of a call that starts, in addition to its fields.
    fn describe_start(&self, settings: &Self::Settings, span: CurrentSpan<'_>) {
        let _ = (settings, span);
    }

    /// The caller polls for the response.
    fn polled(&mut self) {}

    /// Whether a response is complete if the caller has its head and reads none of its body.
    const HEAD_SUFFICES: bool;

    /// The head of the response has arrived, with the length of its body as far as it is known.
    fn head(&mut self, head: &response::Parts, length: &SizeHint);

    /// Records on the span of a client what the head of the response shows.
    fn describe_head(&self, head: &response::Parts, span: &OpenSpan);

    /// Whether the response ends with its head.
    fn ends_with_head(&self) -> bool;

    /// A frame of the response's body has arrived. Returns whether it is the last one.
    fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> bool;

    /// Whether the response is complete, so that dropping its body cancels nothing.
    fn is_complete(&self) -> bool;

    /// The call has ended. Runs inside of the span.
    fn end(&mut self, end: End<Self::Failure>, span: CurrentSpan<'_>) -> Ended<Self::CallEnd>;

    /// Records the end on the span.
    fn describe(&self, role: Role, ended: &Ended<Self::CallEnd>, span: &OpenSpan);
}

/// The calls of a protocol in one direction: what a server receives, or what a client sends.
pub trait Direction: fmt::Debug + Sized {
    /// The protocol.
    type Protocol: Protocol;
    /// The settings of a layer that only this direction of this protocol has.
    type Settings: Clone + fmt::Debug;

    /// Reads a request, and adds to its headers what the protocol propagates.
    ///
    /// The span is opened in the context that this returns.
    fn start(
        settings: &SettingsOf<Self>,
        context: Context,
        request: &mut request::Parts,
    ) -> (Self, Self::Protocol, Context);

    /// Opens the span of a call.
    fn open_span(
        &self,
        settings: &SettingsOf<Self>,
        call: &Self::Protocol,
        request: &request::Parts,
    ) -> OpenSpan;

    /// Reports the start of a call to the recorder.
    fn started(&self, settings: &SettingsOf<Self>, call: &Self::Protocol);

    /// Reports the end of a call to the recorder. With `log`, which only servers can have, writes a
    /// log line as well.
    fn ended(
        &self,
        settings: &SettingsOf<Self>,
        call: &Self::Protocol,
        ended: &Ended<<Self::Protocol as Protocol>::CallEnd>,
        log: bool,
    );
}

/// The settings of a layer that depend on its protocol.
#[derive(Clone, Debug)]
pub struct LayerSettings<P, D> {
    /// The settings of both servers and clients.
    pub(super) protocol: P,
    /// The settings of one direction.
    pub(super) direction: D,
}

/// The settings of a layer for one direction of a protocol.
pub(super) type SettingsOf<D> =
    LayerSettings<<<D as Direction>::Protocol as Protocol>::Settings, <D as Direction>::Settings>;

impl<P: Default, D> LayerSettings<P, D> {
    pub(super) fn new(direction: D) -> Self {
        // A layer continues traces, so that what runs inside it can have exemplars.
        trace::connect();
        Self {
            protocol: P::default(),
            direction,
        }
    }
}

/// The side of a call that is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The call was received.
    Server,
    /// The call was sent.
    Client,
}

/// The event that ended a call.
#[derive(Clone, Copy, Debug)]
pub(super) enum Termination<F> {
    /// The response ended.
    Completed,
    /// The service or the body returned an error.
    Failed(F),
    /// The future or the body was dropped.
    Dropped,
    /// The client left before its request was whole. The service may have responded to that.
    Left,
    /// The service or the body panicked.
    Panicked,
}

/// The end of a call.
#[derive(Clone, Copy, Debug)]
pub struct End<F> {
    pub(super) role: Role,
    pub(super) termination: Termination<F>,
    pub(super) duration: Duration,
    /// The bytes of the request's body that a server read, if the request has a body.
    pub(super) received: Option<u64>,
}

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
pub struct Ended<E> {
    pub(super) end: E,
    /// Whether the status of the span is an error.
    pub(super) failed: bool,
}

/// Returns a duration in milliseconds, from whole nanoseconds: `1.005`, not `1.0049999999999999`.
#[expect(
    clippy::cast_precision_loss,
    reason = "exact for the first hundred days of a call, and rounded after them"
)]
pub(super) fn milliseconds(duration: Duration) -> f64 {
    duration.as_nanos() as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::milliseconds;

    #[test]
    fn milliseconds_have_no_more_digits_than_the_clock() {
        for nanoseconds in 0..20_000 {
            let shown = milliseconds(Duration::from_nanos(nanoseconds)).to_string();
            let decimals = shown.split_once('.').map_or("", |(_, decimals)| decimals);
            assert!(decimals.len() <= 6, "{nanoseconds} ns are {shown} ms");
        }
        assert_eq!(
            milliseconds(Duration::from_micros(1005)).to_string(),
            "1.005"
        );
    }
}
