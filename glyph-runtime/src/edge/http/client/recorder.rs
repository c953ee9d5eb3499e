//! Receives the measurements of a client layer.

use crate::http::{CallEnd, Method};

/// The parts of a call that can be labels.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientRequest<'a> {
    /// The method.
    pub method: Method,
    /// The called host, in lower case and without its port. Empty if the request names none.
    pub peer: &'a str,
    /// The number of times that the request was sent before; see
    /// [`ResendLayer`](super::ResendLayer).
    pub resend: u32,
}

/// Receives the measurements of a client layer. [`ClientMetrics`](super::ClientMetrics) implements
/// it; a catalog of the program can, with other names and labels.
///
/// Each call that starts ends once, whatever happens to it. Both run inside of its span. A host can
/// be chosen by a client and is an open label: set its limit.
pub trait ClientRecorder: Send + Sync + 'static {
    /// A call has started. [`ended`](Self::ended) follows.
    fn started(&self, request: &ClientRequest<'_>) {
        let _ = request;
    }

    /// A call has ended.
    fn ended(&self, request: &ClientRequest<'_>, end: &CallEnd);
}
