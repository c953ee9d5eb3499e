//! Ids that go from call to call.

use ::http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::Context;
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

use crate::{
    log::{self, CarriedIdError, CarriedIds},
    scope::Baggage,
};

/// The names of those ids.
#[derive(Clone, Debug, Default)]
pub(super) struct IdNames(Vec<(&'static str, HeaderName)>);

impl IdNames {
    pub(super) fn try_new(
        names: impl IntoIterator<Item = &'static str>,
    ) -> Result<Self, CarriedIdError> {
        let checked = |name| {
            log::check_name(name)?;
            let header = HeaderName::from_bytes(name.as_bytes());
            Ok((name, header.map_err(|_| CarriedIdError::Name)?))
        };
        names
            .into_iter()
            .map(checked)
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Those of a call that came: the program's own before what the metadata says, and that before baggage. The service below
    /// finds under their names what they are, whatever the client sent.
    pub(super) fn incoming(&self, context: &Context, headers: &mut HeaderMap) -> CarriedIds {
        let ids = self.known(context, |name| single(headers, name));
        for (name, header) in &self.0 {
            replace(headers, header, ids.value(name));
        }
        ids
    }

    /// Those that a call takes along, put into its metadata.
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
        told: impl Fn(&HeaderName) -> Option<&'h str>,
    ) -> CarriedIds {
        let mut ids = CarriedIds::of(context).unwrap_or_default();
        if self.0.is_empty() {
            return ids;
        }
        let baggage = Baggage::of(context);
        for (name, header) in &self.0 {
            let sane = |value: &&str| log::is_value(value);
            let value = told(header).filter(sane).or_else(|| baggage.value(name));
            if ids.value(name).is_none()
                && let Some(value) = value
                && let Ok(more) = ids.clone().try_with(name, value)
            {
                ids = more;
            }
        }
        ids
    }

    /// Puts those of them that there are onto a span.
    pub(super) fn describe(&self, span: &Span, ids: &CarriedIds) {
        for (name, _) in &self.0 {
            if let Some(value) = ids.value(name) {
                span.set_attribute(*name, value.to_owned());
            }
        }
    }
}

/// The only header of this name.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        return None;
    };
    value.to_str().ok()
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
