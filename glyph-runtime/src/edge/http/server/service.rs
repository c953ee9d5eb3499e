//! The service.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{serving, settings::Settings};
use crate::http::{RequestBody, ResponseBody, ResponseFuture};

/// A service whose requests are measured; see [`ServerLayer`](super::ServerLayer).
#[derive(Clone, Debug)]
pub struct ServerService<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> ServerService<S> {
    pub(super) const fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }
}

impl<S, B, C> Service<Request<B>> for ServerService<S>
where
    S: Service<Request<RequestBody<B>>, Response = Response<C>, Error: 'static>,
    B: Body,
    C: Body,
{
    type Response = Response<ResponseBody<C>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        let excluded = self.settings.excluded.contains(parts.uri.path());
        let mut call = (!excluded).then(|| serving::start(&self.settings, &mut parts));
        let body = RequestBody::new(body, call.as_mut());
        let request = Request::from_parts(parts, body);
        ResponseFuture::start(call, || self.inner.call(request))
    }
}
