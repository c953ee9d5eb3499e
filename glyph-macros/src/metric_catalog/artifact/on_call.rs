//! What alerts and objectives say to the people on call: texts, links, labels and times.

use syn::{LitStr, parse::ParseStream};

use super::{
    annotation::Annotation,
    labels::{self, LabelArg},
};
use crate::{
    arguments::{assigned, listed},
    diagnostic::Errors,
    label_name,
    metric_catalog::quantity::Quantity,
};

/// Annotations that have a key of their own.
const RESERVED: [(&str, &str); 4] = [
    ("summary", "summary = \"..\""),
    ("description", "description = \"..\""),
    ("runbook_url", "runbook = \"https://..\""),
    ("dashboard_url", "dashboard = \"https://..\""),
];

/// The keys that alerts and objectives share.
#[derive(Default)]
pub(super) struct OnCallArgs {
    pending: Option<Quantity>,
    keep_firing: Option<Quantity>,
    runbook: Option<LitStr>,
    dashboard: Option<LitStr>,
    annotations: Vec<LabelArg>,
    labels: Vec<LabelArg>,
}

pub(super) struct OnCall {
    /// The duration of `for`, in seconds.
    pub(super) pending: u64,
    /// The duration of `keep_firing_for`, in seconds.
    pub(super) keep_firing: u64,
    /// The annotations other than the summary and the description.
    pub(super) annotations: Vec<(String, Annotation)>,
    pub(super) labels: Vec<(String, String)>,
}

impl OnCallArgs {
    /// Reads the value of a key. Returns `false` for a key of alerts or objectives alone.
    pub(super) fn read(&mut self, key: &str, input: ParseStream<'_>) -> syn::Result<bool> {
        match key {
            "for" => self.pending = Some(assigned(input)?),
            "keep_firing_for" => self.keep_firing = Some(assigned(input)?),
            "runbook" => self.runbook = Some(assigned(input)?),
            "dashboard" => self.dashboard = Some(assigned(input)?),
            "annotations" => self.annotations = listed(input)?,
            "labels" => self.labels = listed(input)?,
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// `kept` are the target labels that rules keep.
    pub(super) fn model(self, kept: &[String], errors: &mut Errors) -> OnCall {
        let mut seconds = |time: Option<Quantity>| {
            let seconds = time.and_then(|time| errors.ok(time.seconds()));
            seconds.unwrap_or(0)
        };
        let (pending, keep_firing) = (seconds(self.pending), seconds(self.keep_firing));
        let mut annotations: Vec<(String, Annotation)> = Vec::new();
        for (name, url) in [
            ("runbook_url", self.runbook),
            ("dashboard_url", self.dashboard),
        ] {
            let url = url.and_then(|url| link(url, errors));
            annotations.extend(url.map(|url| (name.to_owned(), url)));
        }
        annotations.extend(free(self.annotations, errors));
        OnCall {
            pending,
            keep_firing,
            annotations,
            labels: labels::added(self.labels, kept, errors),
        }
    }
}

/// A link. Reports a text that no browser opens.
fn link(url: LitStr, errors: &mut Errors) -> Option<Annotation> {
    let value = url.value();
    if !(value.starts_with("https://") || value.starts_with("http://")) {
        errors.at(&url, "expected a link: `https://..`");
        return None;
    }
    Some(Annotation::read(url, errors))
}

/// The annotations of `annotations(..)`.
fn free(written: Vec<LabelArg>, errors: &mut Errors) -> Vec<(String, Annotation)> {
    let mut kept: Vec<(String, Annotation)> = Vec::new();
    for LabelArg { name, value } in written {
        let key = name.value();
        label_name::check(&key, &name, errors);
        let reserved = RESERVED.iter().find(|(reserved, _)| *reserved == key);
        if let Some((_, instead)) = reserved {
            errors.at(
                &name,
                format!("annotation `{key}` has a key: write `{instead}`"),
            );
        } else if kept.iter().any(|(kept, _)| *kept == key) {
            errors.at(&name, format!("duplicate annotation `{key}`: remove one"));
        } else {
            kept.push((key, Annotation::read(value.text(), errors)));
        }
    }
    kept
}
