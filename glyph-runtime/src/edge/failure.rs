//! Causes of the errors that services and bodies return.

use std::{any::Any, error::Error, io, iter};

/// An error as a trait object.
pub(super) type DynError = dyn Error + 'static;

/// Returns what `find` returns for the first error in the chain of causes that it knows.
///
/// The chain begins at `error` if that is boxed, or of a type that `known` knows. Without
/// specialization a type that is not `Error` by its bounds cannot be asked for its causes.
pub(super) fn find_cause<T>(
    error: &dyn Any,
    known: fn(&dyn Any) -> Option<&DynError>,
    find: impl Fn(&DynError) -> Option<T>,
) -> Option<T> {
    let first = match error.downcast_ref::<Box<dyn Error + Send + Sync>>() {
        Some(error) => Some::<&DynError>(&**error),
        None => known(error),
    };
    iter::successors(first, |&cause| cause.source()).find_map(find)
}

/// Returns the error if it is an `E`.
pub(super) fn downcast<E: Error + 'static>(error: &dyn Any) -> Option<&DynError> {
    error.downcast_ref::<E>().map(|error| error as &DynError)
}

/// Whether the error is a timeout of the operating system, of tokio or of tower.
pub(super) fn is_timeout(error: &DynError) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    io == Some(io::ErrorKind::TimedOut)
        || error.is::<tokio::time::error::Elapsed>()
        || error.is::<tower::timeout::error::Elapsed>()
}
