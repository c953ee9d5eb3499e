//! Causes of the errors that services and bodies return.

use std::{any::Any, error::Error, io, iter};

/// An error as a trait object.
pub(super) type DynError = dyn Error + 'static;

/// Returns an error and its causes, from the outside in.
///
/// The chain begins at `error` if that is boxed, or of a type that is listed here. Without
/// specialization a type that is not `Error` by its bounds cannot be asked for its causes.
pub(super) fn causes(error: &dyn Any) -> impl Iterator<Item = &DynError> {
    let first = match error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        Some(error) => Some::<&DynError>(&**error),
        None => KNOWN.iter().find_map(|known| known(error)),
    };
    iter::successors(first, |&cause| cause.source())
}

type Known = fn(&dyn Any) -> Option<&DynError>;

/// The types of errors that services and bodies return.
const KNOWN: &[Known] = &[
    downcast::<axum::Error>,
    downcast::<hyper::Error>,
    downcast::<h2::Error>,
    downcast::<io::Error>,
    #[cfg(feature = "grpc")]
    downcast::<tonic::Status>,
    #[cfg(feature = "grpc")]
    downcast::<tonic::transport::Error>,
];

fn downcast<E: Error + 'static>(error: &dyn Any) -> Option<&DynError> {
    error.downcast_ref::<E>().map(|error| error as &DynError)
}

/// Whether the error is a timeout of the operating system, of tokio or of tower.
pub(super) fn is_timeout(error: &DynError) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    io == Some(io::ErrorKind::TimedOut)
        || error.is::<tokio::time::error::Elapsed>()
        || error.is::<tower::timeout::error::Elapsed>()
}

/// Whether the error, from the body of a request, means that the client went away.
pub(super) fn is_disconnect(error: &dyn Any) -> bool {
    let mut in_transport = false;
    causes(error).any(|cause| {
        if let Some(error) = cause.downcast_ref::<hyper::Error>() {
            in_transport = true;
            return error.is_incomplete_message() || error.is_canceled() || error.is_closed();
        }
        if let Some(error) = cause.downcast_ref::<h2::Error>() {
            return error.is_io()
                || (error.is_remote() && (error.is_reset() || error.is_go_away()));
        }
        let kind = cause.downcast_ref::<io::Error>().map(io::Error::kind);
        kind.is_some_and(|kind| is_lost(kind, in_transport))
    })
}

/// Whether the connection was lost. A body that ends too early is the connection's end only if the
/// transport reports it, and not a decoder.
const fn is_lost(kind: io::ErrorKind, in_transport: bool) -> bool {
    use io::ErrorKind::{
        BrokenPipe, ConnectionAborted, ConnectionReset, NotConnected, UnexpectedEof,
    };
    match kind {
        BrokenPipe | ConnectionAborted | ConnectionReset | NotConnected => true,
        UnexpectedEof => in_transport,
        _ => false,
    }
}
