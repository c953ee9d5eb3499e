//! Requests to a router in this process, without a connection.

use std::hint::black_box;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, header};
use tokio::runtime;
use tower::ServiceExt;

use super::subscriber::Subscriber;
use super::{PATH, Tracing, router};
use crate::Result;

/// The function with the requests that are counted, as callgrind names it.
pub(crate) const LOOP: &str = "*counted_requests*";

/// The requests between two flushes: fewer than the queues of spans and lines hold.
const PASS: u32 = 256;
/// The passes before those that are counted. Memory is taken in them, and callsites registered.
const WARM_UP: u32 = 4;

/// Sends so many passes of requests to the router of a subject, and checks what became of them.
/// Returns the number of counted requests.
pub(crate) fn request_in_process(subject: &str, tracing: Tracing, passes: u32) -> Result<u32> {
    let subscriber = Subscriber::install(subject, tracing)?;
    let runtime = runtime::Builder::new_current_thread()
        .enable_time()
        .build()?;
    // axum-prometheus spawns a task.
    let router = runtime.block_on(async { router(subject) })?;
    for _ in 0..WARM_UP {
        runtime.block_on(requests(&router))?;
        subscriber.flush()?;
    }
    for _ in 0..passes {
        counted_requests(&runtime, &router)?;
        subscriber.flush()?;
    }
    subscriber.check(Some((WARM_UP + passes) * PASS))?;
    Ok(passes * PASS)
}

/// Callgrind counts what runs in here.
#[inline(never)]
fn counted_requests(runtime: &runtime::Runtime, router: &Router) -> Result<()> {
    runtime.block_on(requests(router))
}

async fn requests(router: &Router) -> Result<()> {
    for _ in 0..PASS {
        let request = Request::get(PATH)
            .header(header::HOST, "localhost:8080")
            .header(header::USER_AGENT, "wrk/4.2.0")
            .header(header::ACCEPT, "*/*")
            .body(Body::empty())?;
        let response = router.clone().oneshot(request).await?;
        let body = to_bytes(response.into_body(), usize::MAX).await?;
        if *black_box(body) != *b"hello" {
            return Err("another body".into());
        }
    }
    Ok(())
}
