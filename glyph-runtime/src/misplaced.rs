//! Names that readers expect and that glyph has under another path: a call does not compile, and the error
//! names the path.

use crate::{Telemetry, TelemetryBuilder};

/// No type implements it.
#[diagnostic::on_unimplemented(
    message = "`Telemetry` has no function `new`",
    label = "write `Telemetry::builder`",
    note = "`Telemetry::builder(\"service\")` returns a builder, and its `install()` the telemetry"
)]
#[doc(hidden)]
pub trait New {
    #[doc(hidden)]
    fn new_builder() -> TelemetryBuilder;
}

impl Telemetry {
    #[doc(hidden)]
    #[expect(clippy::new_ret_no_self, reason = "calls of a builder follow")]
    pub fn new<S>(service: S) -> TelemetryBuilder
    where
        // `for<'never>` delays the check of the requirement to the calls.
        for<'never> Self: New,
    {
        drop(service);
        Self::new_builder()
    }
}

/// No type implements it.
#[cfg(feature = "trace")]
#[diagnostic::on_unimplemented(
    message = "glyph has no `spawn` at its root",
    label = "write `glyph_runtime::context::spawn`",
    note = "`context::spawn` starts a task in the current context; `tokio::spawn` starts one without it"
)]
#[doc(hidden)]
pub trait SpawnAtRoot {
    #[doc(hidden)]
    fn spawned<T>() -> tokio::task::JoinHandle<T>;
}

#[cfg(feature = "trace")]
#[doc(hidden)]
pub fn spawn<F: Future>(future: F) -> tokio::task::JoinHandle<F::Output>
where
    for<'never> (): SpawnAtRoot,
{
    drop(future);
    <()>::spawned()
}
