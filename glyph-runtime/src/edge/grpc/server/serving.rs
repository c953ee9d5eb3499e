//! What a call is on the server's side.

use std::{sync::Arc, time::Duration};

use ::http::{HeaderMap, request::Parts};
use opentelemetry::Context;

use super::{ServerCall, line, settings::Settings, span};
use crate::{
    clock::Moment,
    edge::{call_span::Place, request_id::HeaderId, scope},
    grpc::{
        CallEnd,
        call::{Call, Side},
        deadline,
        method::Method,
    },
    scope::ScopeLabels,
    trace::{self, propagation},
};

/// A call that is served.
#[derive(Debug)]
pub(in crate::edge::grpc) struct Serving {
    settings: Arc<Settings>,
    id: Option<HeaderId>,
}

/// Starts to serve a call.
pub(super) fn start(settings: &Arc<Settings>, parts: &mut Parts) -> Call {
    let started = Moment::now();
    let header = settings.request_id.as_ref();
    let serving = Serving {
        settings: Arc::clone(settings),
        id: HeaderId::of(&parts.headers, header),
    };
    let method = settings.methods.called(parts.uri.path());
    let place = serving.place(parts, &method);
    if let Some(id) = &serving.id {
        id.hand_on(parts, header);
    }
    let told = deadline::timeout(&parts.headers);
    let timeout = told.into_iter().chain(settings.timeout).min();
    Call::start(Side::Server(serving), method, place, started, timeout)
}

impl Serving {
    fn place(&self, parts: &mut Parts, method: &Method) -> Place {
        let settings = &self.settings;
        let remote = propagation::extract(&parts.headers);
        let mut context = Context::current();
        if settings.continues_traces {
            context = remote.within(context);
        }
        if let Some(HeaderId { id, .. }) = &self.id {
            context = context.with_value(id.clone());
        }
        let ids = settings.ids.incoming(&context, &mut parts.headers);
        if !ids.is_empty() {
            context = context.with_value(ids.clone());
        }
        let labels = scope::find(settings.scope.as_ref(), &context, parts);
        let _labels = labels.as_ref().map(ScopeLabels::enter);
        let place = Place::open(context, || span::open(parts, method));
        settings.ids.describe(&place.span, &ids);
        if let (false, Some(remote)) = (settings.continues_traces, remote.span_context()) {
            trace::link(&place.span, remote);
        }
        place
    }

    pub(in crate::edge::grpc) fn started(&self) {
        self.settings.recorder.started();
    }

    pub(in crate::edge::grpc) fn answered(
        &self,
        headers: &mut HeaderMap,
        place: &Place,
        elapsed: Duration,
    ) {
        let id = self.id.as_ref().map(|id| &id.value);
        let settings = &self.settings.response_headers;
        settings.write(headers, &place.ids, id, elapsed);
    }

    pub(in crate::edge::grpc) fn ended(&self, method: &Method, end: &CallEnd, failed: bool) {
        let call = ServerCall {
            name: method.name(),
            service: method.service(),
            method: method.method(),
        };
        self.settings.recorder.ended(&call, end);
        if self.settings.log {
            line::write(&call, end, failed);
        }
    }
}
