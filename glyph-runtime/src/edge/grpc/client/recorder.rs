//! Receives the measurements of a client layer.

use crate::grpc::CallEnd;

/// The parts of a call that can be labels. The first three are [`OTHER`](crate::grpc::OTHER) if the
/// method does not exist.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ClientCall<'a> {
    /// `package.Service/Method`
    pub name: &'a str,
    /// `package.Service`
    pub service: &'a str,
    /// `Method`
    pub method: &'a str,
    /// The called host, in lower case and without its port. Empty if neither the request nor
    /// [`ClientLayer::peer`](super::ClientLayer::peer) names one.
    pub peer: &'a str,
}

/// Receives the measurements of a client layer. [`ClientMetrics`](super::ClientMetrics) implements
/// it; a catalog of the program can, with other names and labels.
///
/// Each call that starts ends once, whatever happens to it. Both run inside of its span. Only the
/// end knows whether the server has the method. A method and a host can be chosen by a client and
/// are open labels: set their limits.
pub trait ClientRecorder: Send + Sync + 'static {
    /// A call has started. [`ended`](Self::ended) follows.
    fn started(&self) {}

    /// A call has ended.
    fn ended(&self, call: &ClientCall<'_>, end: &CallEnd);
}
