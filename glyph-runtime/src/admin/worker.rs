//! Bodies that are rendered on a thread of their own.

use std::{
    io, mem,
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    thread,
    time::{Duration, Instant},
};

use axum::{BoxError, Error, body::Body, response::Response};
use bytes::Bytes;
use glyph_core::__runtime::lock;
use http_body::Frame;
use http_body_util::BodyExt;
use tokio::{runtime::Handle, task::JoinHandle};

use super::slots::{Slot, Slots};
use crate::thread::OwnThread;

/// The longest rest of the worker after a piece, while scrapes wait.
const LONGEST_REST: Duration = Duration::from_millis(20);

const TOO_SLOW: &str = "the client reads too slowly, and other scrapes wait";

/// The thread that renders and compresses expositions. The first call for it starts it.
#[derive(Clone, Debug, Default)]
pub(super) struct Worker(Arc<Mutex<Option<OwnThread>>>);

impl Worker {
    /// Returns the runtime of the thread.
    pub(super) fn runtime(&self) -> io::Result<Handle> {
        let mut thread = lock(&self.0);
        let thread = match &mut *thread {
            Some(thread) => thread,
            None => thread.insert(OwnThread::start("glyph-scrape")?),
        };
        Ok(thread.runtime().clone())
    }
}

/// Renders the body on the runtime, a piece at a time and only when it is read, which never
/// happens for HEAD.
pub(super) fn rendered_by(
    worker: Worker,
    runtime: Handle,
    slot: Slot,
    response: Response,
) -> Response {
    response.map(|body| {
        Body::new(Rendered {
            step: Step::Ready(body),
            runtime,
            _worker: worker,
            slot,
        })
    })
}

/// A body of which the worker renders the next piece when it is asked for.
struct Rendered {
    step: Step,
    runtime: Handle,
    /// The thread lives as long as a body, even if the router is gone.
    _worker: Worker,
    slot: Slot,
}

enum Step {
    Ready(Body),
    Rendering(JoinHandle<Piece>),
    Ended,
}

/// The rest of the body and its next frame. `None` at the end.
type Piece = Result<Option<(Body, Frame<Bytes>)>, Error>;

async fn render(mut body: Body, slots: Arc<Slots>) -> Piece {
    let begun = Instant::now();
    let frame = body.frame().await;
    if slots.are_awaited() {
        // Blocks the thread, which is the worker's own: many slow clients take half of a processor.
        thread::sleep(begun.elapsed().min(LONGEST_REST));
    }
    match frame {
        Some(frame) => Ok(Some((body, frame?))),
        None => Ok(None),
    }
}

impl http_body::Body for Rendered {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            match mem::replace(&mut self.step, Step::Ended) {
                Step::Ready(body) if self.slot.asked() => {
                    let rendering = render(body, self.slot.slots());
                    self.step = Step::Rendering(self.runtime.spawn(rendering));
                }
                // An exposition that is cut short must not look complete.
                Step::Ready(_) => return Poll::Ready(Some(Err(TOO_SLOW.into()))),
                Step::Rendering(mut piece) => match Pin::new(&mut piece).poll(context) {
                    Poll::Pending => {
                        self.step = Step::Rendering(piece);
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok(Ok(Some((body, frame))))) => {
                        self.step = Step::Ready(body);
                        self.slot.handed();
                        return Poll::Ready(Some(Ok(frame)));
                    }
                    Poll::Ready(Ok(Ok(None))) => return Poll::Ready(None),
                    Poll::Ready(Ok(Err(error))) => return Poll::Ready(Some(Err(error.into()))),
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                },
                Step::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl Drop for Rendered {
    /// The worker drops the rest. There can be much of it, and probes must not wait for that.
    fn drop(&mut self) {
        if let Step::Ready(body) = mem::replace(&mut self.step, Step::Ended) {
            self.runtime.spawn(async move { drop(body) });
        }
    }
}
