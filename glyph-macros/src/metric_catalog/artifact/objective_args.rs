//! The grammar of `#[objective(latency = 500ms, target = 99%)]`,
//! `#[objective(latency = 700ms, interpolated, target = 99%)]` and
//! `#[objective(availability = 99.9%)]`.

use syn::{Attribute, Ident, Path};

use super::{burn::BurnArgs, on_call::OnCallArgs, selection::SelectionArg};
use crate::{
    arguments::{Arguments, assigned, listed},
    diagnostic::Errors,
    metric_catalog::{
        args::IdentOrStr,
        quantity::{Quantity, Threshold},
    },
};

pub(super) struct ObjectiveArgs {
    pub(super) attribute: Path,
    pub(super) latency: Option<Quantity>,
    /// The key `latency`.
    pub(super) latency_key: Option<Ident>,
    /// The key `interpolated`.
    pub(super) interpolated: Option<Ident>,
    pub(super) target: Option<Threshold>,
    /// The key `availability`, and its value.
    pub(super) availability: Option<(Ident, Threshold)>,
    pub(super) errors: Option<SelectionArg>,
    pub(super) of: Option<SelectionArg>,
    pub(super) name: Option<IdentOrStr>,
    pub(super) by: Vec<IdentOrStr>,
    pub(super) burn: BurnArgs,
    pub(super) on_call: OnCallArgs,
}

impl ObjectiveArgs {
    pub(super) fn read(attribute: &Attribute, errors: &mut Errors) -> Option<Self> {
        let mut args = Self {
            attribute: attribute.path().clone(),
            latency: None,
            latency_key: None,
            interpolated: None,
            target: None,
            availability: None,
            errors: None,
            of: None,
            name: None,
            by: Vec::new(),
            burn: BurnArgs::default(),
            on_call: OnCallArgs::default(),
        };
        let before = errors.len();
        let keys = &[
            "latency",
            "interpolated",
            "target",
            "availability",
            "errors",
            "of",
            "name",
            "by",
            "period",
            "fast",
            "slow",
            "min_requests",
            "absent",
            "for",
            "keep_firing_for",
            "runbook",
            "dashboard",
            "annotations",
            "labels",
        ];
        Arguments::new("objective", keys).read(attribute, errors, |key, input, _| {
            let name = key.to_string();
            if args.on_call.read(&name, input)? || args.burn.read(&name, input)? {
                return Ok(());
            }
            match name.as_str() {
                "latency" => {
                    args.latency = Some(assigned(input)?);
                    args.latency_key = Some(key.clone());
                }
                "interpolated" => args.interpolated = Some(key.clone()),
                "target" => args.target = Some(assigned(input)?),
                "availability" => {
                    args.availability = Some((key.clone(), assigned(input)?));
                }
                "errors" => args.errors = Some(assigned(input)?),
                "of" => args.of = Some(assigned(input)?),
                "name" => args.name = Some(assigned(input)?),
                _ => args.by = listed(input)?,
            }
            Ok(())
        });
        (errors.len() == before).then_some(args)
    }
}
