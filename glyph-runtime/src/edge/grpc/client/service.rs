//! The service.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use ::http::{Request, Response};
use http_body::Body;
use tower_service::Service;

use super::{calling, layer::Settings};
use crate::grpc::{ResponseBody, ResponseFuture, body::Unwinding};

/// A client whose calls are measured; see [`ClientLayer`](super::ClientLayer).
#[derive(Clone, Debug)]
pub struct ClientService<S> {
    inner: S,
    settings: Arc<Settings>,
}

impl<S> ClientService<S> {
    pub(super) const fn new(inner: S, settings: Arc<Settings>) -> Self {
        Self { inner, settings }
    }
}

impl<S, B, C> Service<Request<B>> for ClientService<S>
where
    S: Service<Request<B>, Response = Response<C>, Error: 'static>,
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
        let mut call = Some(calling::start(&self.settings, &mut parts));
        let unwinding = Unwinding(&mut call);
        let request = Request::from_parts(parts, body);
        let inner = unwinding.in_scope(|| self.inner.call(request));
        unwinding.did_not_happen();
        ResponseFuture::new(inner, call)
    }
}
