//! The head of a response over gRPC, which tonic does not keep.

use std::{
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper_util::client::legacy::{Client as Pool, Error};
use tonic::{body::Body, metadata::MetadataMap};
use tower_service::Service;

use super::{connect::Connector, exchange::Exchange};
use glyph_core::__runtime::lock;

const DETAILS: &str = "grpc-status-details-bin";

/// The head of the response, as far as it has arrived.
#[derive(Clone, Debug, Default)]
pub(super) struct Heard(Arc<Mutex<Option<Head>>>);

#[derive(Clone, Debug)]
pub(super) struct Head {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
}

impl Heard {
    pub(super) fn head(&self) -> Option<Head> {
        lock(&self.0).clone()
    }

    fn begin(&self, response: &Response<Incoming>) {
        *lock(&self.0) = Some(Head {
            status: response.status(),
            headers: response.headers().clone(),
        });
    }
}

/// Sends one request, and keeps the head of its response.
#[derive(Clone)]
pub(super) struct Call {
    pub(super) pool: Pool<Connector, Body>,
    pub(super) heard: Heard,
    pub(super) exchange: Arc<Exchange>,
}

impl Service<Request<Body>> for Call {
    type Response = Response<HeardBody>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let sending = self.pool.request(request);
        let (heard, exchange) = (self.heard.clone(), Arc::clone(&self.exchange));
        Box::pin(async move {
            let mut response = sending.await?;
            heard.begin(&response);
            without_garbage(response.headers_mut());
            Ok(response.map(|body| HeardBody { body, exchange }))
        })
    }
}

/// The body of a response.
pub(super) struct HeardBody {
    body: Incoming,
    exchange: Arc<Exchange>,
}

impl hyper::body::Body for HeardBody {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        let mut frame = ready!(Pin::new(&mut self.body).poll_frame(context));
        if let Some(Ok(frame)) = &mut frame {
            if let Some(trailers) = frame.trailers_mut() {
                without_garbage(trailers);
            } else {
                // Only a success has a message.
                self.exchange.accept();
            }
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Removes details that are not base64: tonic panics at them.
fn without_garbage(headers: &mut HeaderMap) {
    let metadata = MetadataMap::from_headers(headers.clone());
    let all = metadata.get_all_bin(DETAILS);
    let is_readable = all.iter().all(|details| details.to_bytes().is_ok());
    if !is_readable {
        headers.remove(DETAILS);
    }
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};

    use super::{DETAILS, without_garbage};

    #[test]
    fn only_readable_details_stay() {
        for (details, stays) in [("CAg", true), ("CAgaMA==", true), ("not base64!", false)] {
            let value = HeaderValue::from_static(details);
            let mut headers = HeaderMap::new();
            headers.insert(DETAILS, value);
            without_garbage(&mut headers);
            assert_eq!(headers.contains_key(DETAILS), stays, "{details}");
        }
    }
}
