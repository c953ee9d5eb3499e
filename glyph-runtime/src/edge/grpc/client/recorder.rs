//! What the layer tells whoever measures.

use crate::grpc::CallEnd;

/// What of a call may be a label. The first three are [`OTHER`](crate::grpc::OTHER) where the method is none.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientCall<'a> {
    /// `package.Service/Method`
    pub name: &'a str,
    /// `package.Service`
    pub service: &'a str,
    /// `Method`
    pub method: &'a str,
    /// The host that is called, in lower case and without its port; empty where nobody named one: see
    /// [`ClientLayer::peer`](super::ClientLayer::peer).
    pub peer: &'a str,
}

/// Records calls; [`ClientMetrics`](super::ClientMetrics) does, and any catalog can with names and labels of its own.
///
/// Each call that is started is ended once, whatever happens to it, both inside of its span. Whether the server has the method is known
/// at the end alone. A method and a host may come from outside and are open labels: state their bounds.
pub trait ClientRecorder: Send + Sync + 'static {
    /// A call begins; [`ended`](Self::ended) follows.
    fn started(&self) {}

    /// A call has ended.
    fn ended(&self, call: &ClientCall<'_>, end: &CallEnd);
}
