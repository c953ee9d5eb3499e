//! Bodies that pass through the proxy, and a copy of their first bytes.

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::Incoming;
use tokio::sync::oneshot;

/// The most bytes of a body that a flow has.
const LIMIT: usize = 64 << 10;

pub(crate) type Body = BoxBody<Bytes, hyper::Error>;

/// The first bytes of a body, and the length of the whole.
#[derive(Debug, Default)]
pub(crate) struct Copied {
    pub(crate) first: Vec<u8>,
    pub(crate) bytes: u64,
}

/// Sends what it has copied when the body is dropped, also if the body did not end.
struct Copying {
    copied: Copied,
    done: Option<oneshot::Sender<Copied>>,
}

/// Returns the body, and its copy once it is over.
pub(crate) fn tee(body: Incoming) -> (Body, oneshot::Receiver<Copied>) {
    let (done, over) = oneshot::channel();
    let mut copying = Copying {
        copied: Copied::default(),
        done: Some(done),
    };
    let body = body.inspect_frame(move |frame| {
        if let Some(data) = frame.data_ref() {
            copying.copied.add(data);
        }
    });
    (body.boxed(), over)
}

impl Copied {
    fn add(&mut self, data: &[u8]) {
        self.bytes += data.len() as u64;
        let free = LIMIT.saturating_sub(self.first.len());
        self.first.extend(data.iter().take(free));
    }
}

impl Drop for Copying {
    fn drop(&mut self) {
        if let Some(done) = self.done.take() {
            let _nobody_waits_any_more = done.send(std::mem::take(&mut self.copied));
        }
    }
}
