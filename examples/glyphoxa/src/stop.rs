//! The end of a process, as its tasks see it.

use tokio::sync::watch;

/// Ends when the process is asked to end, which is when the other half is dropped.
#[derive(Clone, Debug)]
pub(crate) struct Stop(watch::Receiver<()>);

impl Stop {
    /// Returns the two halves.
    pub(crate) fn pair() -> (watch::Sender<()>, Self) {
        let (sender, receiver) = watch::channel(());
        (sender, Self(receiver))
    }

    pub(crate) async fn wait(mut self) {
        while self.0.changed().await.is_ok() {}
    }
}
