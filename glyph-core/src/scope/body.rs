//! What runs in a scope.

/// A function that can run in a scope. `scope(future)` is for a future or a stream.
#[doc(hidden)]
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a function without arguments",
    label = "expected a closure: `|| ..`",
    note = "write `.scope(future)` for a future or a stream"
)]
pub trait ScopeBody<R>: FnOnce() -> R {}

#[diagnostic::do_not_recommend]
impl<R, F: FnOnce() -> R> ScopeBody<R> for F {}
