//! The state of a running call, and its end.

use std::{mem, sync::Arc, time::Duration};

use bytes::Buf;
use http::response;
use http_body::{Frame, SizeHint};

use super::{
    Client, Protocol, Server,
    call_span::{CallSpan, CurrentSpan},
    protocol::{End, Role, Termination},
    request_body::RequestState,
};
use glyph_core::__runtime::Moment;
use glyph_core::scope::ScopeLabels;

/// The side of a call that is measured, with its settings.
#[derive(Debug)]
pub(super) enum Side<P: Protocol> {
    Server(Server<P>),
    Client(Client<P>),
}

/// A call that has started. It ends once: with the first end that is reported, or when it is
/// dropped.
#[derive(Debug)]
pub struct Call<P: Protocol> {
    span: CallSpan,
    progress: Progress<P>,
}

/// How far a call has come.
#[derive(Debug)]
struct Progress<P: Protocol> {
    side: Side<P>,
    started: Moment,
    protocol: P,
    /// The body of the request, if a server received one.
    request: Option<Arc<RequestState>>,
    ended: bool,
}

/// A call whose span is entered.
#[derive(Debug)]
pub(super) struct CurrentCall<'call, P: Protocol> {
    span: CurrentSpan<'call>,
    progress: &'call mut Progress<P>,
}

impl<P: Protocol> Call<P> {
    /// A call that started at `started`. [`begin`](Self::begin) follows.
    ///
    /// It is boxed: layers move it with the future and the body of a response.
    pub(super) fn new(side: Side<P>, protocol: P, span: CallSpan, started: Moment) -> Box<Self> {
        Box::new(Self {
            span,
            progress: Progress {
                side,
                started,
                protocol,
                request: None,
                ended: false,
            },
        })
    }

    /// Reports the start to the recorder and runs `work`, both inside of the span.
    pub(super) fn begin<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let Progress { side, protocol, .. } = &self.progress;
        self.span.enter_first(|span| {
            protocol.describe_start(side.settings(), span);
            side.started(protocol);
            work()
        })
    }

    /// The protocol's state of the call.
    pub(super) const fn protocol(&mut self) -> &mut P {
        &mut self.progress.protocol
    }

    /// The scope labels of the call.
    pub(super) fn labels(&self) -> Option<Arc<ScopeLabels>> {
        self.span.labels.clone()
    }

    /// Runs `work` inside of the call's span, context and scope labels.
    pub(super) fn in_scope<T>(&mut self, work: impl FnOnce(CurrentCall<'_, P>) -> T) -> T {
        let Self { span, progress } = self;
        span.in_scope(|span| work(CurrentCall { span, progress }))
    }

    /// Returns the state of the request's body.
    pub(super) fn request(&mut self) -> Arc<RequestState> {
        Arc::clone(self.progress.request.get_or_insert_default())
    }

    /// The head of the response has arrived. A server adds headers to it.
    pub(super) fn head(&mut self, head: &mut response::Parts, length: &SizeHint) {
        let Self { span, progress } = self;
        progress.protocol.head(head, length);
        if progress.side.role() == Role::Client && span.span.is_there() {
            let protocol = &progress.protocol;
            span.span.with(|span| protocol.describe_head(head, span));
        }
        // The body may be read after all that is around the call is over.
        span.span.outlive_without_context();
        if let Side::Server(server) = &progress.side {
            server.write_headers(&mut head.headers, &span.ids, progress.elapsed());
        }
    }

    /// Whether the response ends with its head.
    pub(super) fn ends_with_head(&self) -> bool {
        self.progress.protocol.ends_with_head()
    }

    /// Whether the response is complete, so that dropping its body cancels nothing.
    pub(super) fn is_complete(&self) -> bool {
        self.progress.protocol.is_complete()
    }

    /// The side of the call that is measured.
    pub(super) const fn role(&self) -> Role {
        self.progress.side.role()
    }

    /// Whether the call has ended.
    pub(super) const fn is_over(&self) -> bool {
        self.progress.ended
    }

    /// Ends the call, if it has not ended.
    pub(super) fn end(&mut self, termination: Termination<P::Failure>) {
        if !self.is_over() {
            self.in_scope(|mut entered| entered.end(termination));
        }
    }
}

impl<P: Protocol> Drop for Call<P> {
    fn drop(&mut self) {
        self.end(Termination::Dropped);
    }
}

impl<P: Protocol> CurrentCall<'_, P> {
    /// A frame of the response's body has arrived. Returns whether it is the last one.
    pub(super) fn frame<D: Buf>(&mut self, frame: &Frame<D>) -> bool {
        self.progress.protocol.frame(frame)
    }

    /// Ends the call with an error of the service or of a body.
    pub(super) fn fail<E: 'static>(&mut self, error: &E) {
        let failure = self.progress.side.failure(error);
        self.end(Termination::Failed(failure));
    }

    /// Ends the call, if it has not ended.
    pub(super) fn end(&mut self, termination: Termination<P::Failure>) {
        let Self { span, progress } = self;
        if mem::replace(&mut progress.ended, true) {
            return;
        }
        let end = progress.end(termination);
        let Progress { side, protocol, .. } = &mut **progress;
        let role = end.role;
        let ended = protocol.end(end, *span);
        match side {
            Side::Server(server) => server.ended(protocol, &ended),
            Side::Client(client) => client.ended(protocol, &ended),
        }
        if span.open.is_read_after_end() {
            protocol.describe(role, &ended, span.open);
        }
    }
}

impl<P: Protocol> Progress<P> {
    fn end(&self, termination: Termination<P::Failure>) -> End<P::Failure> {
        let request = self.request.as_deref();
        let termination = match termination {
            Termination::Panicked => termination,
            _ if request.is_some_and(RequestState::is_broken) => Termination::Left,
            _ => termination,
        };
        End {
            role: self.side.role(),
            termination,
            duration: self.elapsed(),
            received: request.map(RequestState::received),
        }
    }

    fn elapsed(&self) -> Duration {
        Duration::from_nanos(Moment::now().nanoseconds_since(self.started))
    }
}

impl<P: Protocol> Side<P> {
    const fn role(&self) -> Role {
        match self {
            Self::Server(_) => Role::Server,
            Self::Client(_) => Role::Client,
        }
    }

    fn started(&self, protocol: &P) {
        match self {
            Self::Server(server) => server.started(protocol),
            Self::Client(client) => client.started(protocol),
        }
    }

    fn failure<E: 'static>(&self, error: &E) -> P::Failure {
        P::failure(self.settings(), self.role(), error)
    }

    fn settings(&self) -> &P::Settings {
        match self {
            Self::Server(server) => server.protocol_settings(),
            Self::Client(client) => client.protocol_settings(),
        }
    }
}
