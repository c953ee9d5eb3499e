//! A server process.

use std::io::{self, Read};
use std::net::Ipv4Addr;
use std::thread;

use tokio::net::TcpListener;
use tokio::runtime;

use super::subscriber::Subscriber;
use super::{Tracing, router};
use crate::Result;

/// Prints the port, then serves on one thread until standard input ends.
pub(crate) fn serve(subject: &str, tracing: Tracing) -> Result<()> {
    let subscriber = Subscriber::install(subject, tracing)?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = router(subject)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        println!("{}", listener.local_addr()?.port());
        let (ended, end) = tokio::sync::oneshot::channel();
        thread::spawn(move || {
            let _end = io::stdin().read(&mut [0]);
            let _receiver_gone = ended.send(());
        });
        tokio::select! {
            served = axum::serve(listener, router) => served?,
            _ = end => {}
        }
        Ok::<_, crate::Error>(())
    })?;
    subscriber.check(None)
}
