//! Ids that calls propagate in addition to the request id.

use ::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::{Context, KeyValue, trace::SpanRef};

use crate::{
    context::Baggage,
    edge::request_id::single,
    log::{CarriedIdError, CarriedIds},
};

/// The names of the ids that a layer propagates.
#[derive(Clone, Debug, Default)]
pub(super) struct IdNames(Vec<(&'static str, HeaderName)>);

impl IdNames {
    pub(super) fn try_new(
        names: impl IntoIterator<Item = &'static str>,
    ) -> Result<Self, CarriedIdError> {
        let checked = |name| {
            CarriedIds::check_name(name)?;
            let header = HeaderName::from_bytes(name.as_bytes());
            Ok((name, header.map_err(|_| CarriedIdError::Name)?))
        };
        names
            .into_iter()
            .map(checked)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Returns the ids of a call that was received: the program's, or else those of the metadata,
    /// or else those of the baggage. The metadata gets them, in place of what the client sent.
    pub(super) fn incoming(&self, context: &Context, headers: &mut HeaderMap) -> CarriedIds {
        let ids = self.known(context, |name| single(headers, name)?.to_str().ok());
        for (name, header) in &self.0 {
            replace(headers, header, ids.value(name));
        }
        ids
    }

    /// Returns the ids that a call propagates, and puts them into its metadata.
    pub(super) fn outgoing(&self, context: &Context, headers: &mut HeaderMap) -> CarriedIds {
        let ids = self.known(context, |_| None);
        for (name, header) in &self.0 {
            if let Some(value) = ids.value(name) {
                replace(headers, header, Some(value));
            }
        }
        ids
    }

    fn known<'h>(
        &self,
        context: &Context,
        sent: impl Fn(&HeaderName) -> Option<&'h str>,
    ) -> CarriedIds {
        let mut ids = CarriedIds::of(context).unwrap_or_default();
        if self.0.is_empty() {
            return ids;
        }
        let baggage = Baggage::of(context);
        for (name, header) in &self.0 {
            let valid = |value: &&str| CarriedIds::is_value(value);
            let value = sent(header).filter(valid).or_else(|| baggage.value(name));
            if ids.value(name).is_none()
                && let Some(value) = value
                && let Ok(more) = ids.clone().try_with(name, value)
            {
                ids = more;
            }
        }
        ids
    }

    /// Sets the ids as attributes of a span.
    pub(super) fn describe(&self, span: &SpanRef<'_>, ids: &CarriedIds) {
        for (name, _) in &self.0 {
            if let Some(value) = ids.value(name) {
                span.set_attribute(KeyValue::new(*name, value.to_owned()));
            }
        }
    }
}

fn replace(headers: &mut HeaderMap, name: &HeaderName, value: Option<&str>) {
    match value.map(HeaderValue::from_str) {
        Some(Ok(value)) => {
            headers.insert(name, value);
        }
        _ => {
            headers.remove(name);
        }
    }
}
