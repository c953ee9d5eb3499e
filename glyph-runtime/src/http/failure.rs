//! What an error of a service or a body says of itself.

use std::{any::Any, error::Error, io, sync::Arc};

use super::ErrorType;

/// What a user says of errors; nothing of those that are of another type.
pub(crate) type Judge = Arc<dyn Fn(&dyn Any) -> Option<ErrorType> + Send + Sync>;

/// Says of errors of the type `E` what `judge` says.
pub(crate) fn judge<E: 'static>(judge: impl Fn(&E) -> ErrorType + Send + Sync + 'static) -> Judge {
    Arc::new(move |error| error.downcast_ref().map(&judge))
}

/// Whether the error is a time-out, as far as its causes tell: one of the system's, of tokio's or of tower's.
pub(crate) fn error_type<E: 'static>(error: &E, judge: Option<&Judge>) -> ErrorType {
    let error: &dyn Any = error;
    if let Some(judged) = judge.and_then(|judge| judge(error)) {
        return judged;
    }
    let boxed = error.downcast_ref::<Box<dyn Error + Send + Sync>>();
    let timed_out = match boxed {
        Some(error) => chain_timed_out(Some(&**error)),
        None => named(error),
    };
    if timed_out {
        ErrorType::Timeout
    } else {
        ErrorType::Transport
    }
}

fn named(error: &dyn Any) -> bool {
    if let Some(error) = error.downcast_ref::<axum::Error>() {
        return chain_timed_out(Some(error));
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => chain_timed_out(Some(error)),
        None => false,
    }
}

fn chain_timed_out(mut error: Option<&(dyn Error + 'static)>) -> bool {
    while let Some(cause) = error {
        if is_timeout(cause) {
            return true;
        }
        error = cause.source();
    }
    false
}

pub(crate) fn is_timeout(error: &(dyn Error + 'static)) -> bool {
    let io = error.downcast_ref::<io::Error>().map(io::Error::kind);
    io == Some(io::ErrorKind::TimedOut)
        || error.is::<tokio::time::error::Elapsed>()
        || error.is::<tower::timeout::error::Elapsed>()
}
