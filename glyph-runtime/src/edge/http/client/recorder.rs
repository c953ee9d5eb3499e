//! What the layer tells whoever measures.

use crate::http::{CallEnd, Method};

/// What of a call may be a label.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientRequest<'a> {
    /// The method.
    pub method: Method,
    /// The host that is called, in lower case and without its port; empty where the request names none.
    pub peer: &'a str,
    /// How often the request was sent before; see [`ResendLayer`](super::ResendLayer).
    pub resend: u32,
}

/// Records calls; [`ClientMetrics`](super::ClientMetrics) does, and any catalog can with names and labels of its own.
///
/// Each call that is started is ended once, whatever happens to it, both inside of its span. A host may come from outside
/// and is an open label: state its bound.
pub trait ClientRecorder: Send + Sync + 'static {
    /// A call begins; [`ended`](Self::ended) follows.
    fn started(&self, request: &ClientRequest<'_>) {
        let _ = request;
    }

    /// A call has ended.
    fn ended(&self, request: &ClientRequest<'_>, end: &CallEnd);
}
