//! The service.

use std::{
    sync::Arc,
    task::{Context, Poll},
};

use ::http::{Request, Response};
use http_body::Body;
use tonic::server::NamedService;
use tower_service::Service;

use super::{serving, settings::Settings};
use crate::grpc::{ResponseBody, ResponseFuture, body::Unwinding};

/// A service whose calls are measured; see [`ServerLayer`](super::ServerLayer).
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

impl<S: NamedService> NamedService for ServerService<S> {
    const NAME: &'static str = S::NAME;
}

impl<S, B, C> Service<Request<B>> for ServerService<S>
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
        let excluded = self.settings.excludes(parts.uri.path());
        let mut call = (!excluded).then(|| serving::start(&self.settings, &mut parts));
        let unwinding = Unwinding(&mut call);
        let request = Request::from_parts(parts, body);
        let inner = unwinding.in_scope(|| self.inner.call(request));
        unwinding.did_not_happen();
        ResponseFuture::new(inner, call)
    }
}
