//! The grammar of `#[panel(title = "..", row = "..", thresholds(yellow = 3, red = 5))]`.

use syn::{
    Attribute, Ident, LitStr, Path,
    parse::{Parse, ParseStream},
};

use crate::{
    arguments::{Arguments, assigned, listed},
    diagnostic::Errors,
    metric_catalog::{args::IdentOrStr, quantity},
};

pub(super) struct PanelArgs {
    pub(super) attribute: Path,
    pub(super) title: Option<LitStr>,
    pub(super) row: Option<LitStr>,
    pub(super) unit: Option<IdentOrStr>,
    pub(super) form: Option<IdentOrStr>,
    pub(super) by: Vec<IdentOrStr>,
    pub(super) aggregate: Option<IdentOrStr>,
    pub(super) quantiles: Vec<Ident>,
    /// The key `quantiles`.
    pub(super) quantiles_key: Option<Ident>,
    pub(super) thresholds: Vec<ThresholdArg>,
    pub(super) hidden: bool,
}

/// `yellow = 3`.
pub(super) struct ThresholdArg {
    pub(super) color: Ident,
    pub(super) from: quantity::Threshold,
}

impl Parse for ThresholdArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        Ok(Self {
            color: input.parse()?,
            from: assigned(input)?,
        })
    }
}

impl PanelArgs {
    pub(super) fn read(attribute: &Attribute, errors: &mut Errors) -> Self {
        let mut args = Self {
            attribute: attribute.path().clone(),
            title: None,
            row: None,
            unit: None,
            form: None,
            by: Vec::new(),
            aggregate: None,
            quantiles: Vec::new(),
            quantiles_key: None,
            thresholds: Vec::new(),
            hidden: false,
        };
        let keys = &[
            "title",
            "row",
            "unit",
            "form",
            "by",
            "aggregate",
            "quantiles",
            "thresholds",
            "hidden",
        ];
        Arguments::new("panel", keys).read(attribute, errors, |key, input, _| {
            match key.to_string().as_str() {
                "title" => args.title = Some(assigned(input)?),
                "row" => args.row = Some(assigned(input)?),
                "unit" => args.unit = Some(assigned(input)?),
                "form" => args.form = Some(assigned(input)?),
                "by" => args.by = listed(input)?,
                "aggregate" => args.aggregate = Some(assigned(input)?),
                "quantiles" => {
                    args.quantiles_key = Some(key.clone());
                    args.quantiles = listed(input)?;
                }
                "thresholds" => args.thresholds = listed(input)?,
                _ => args.hidden = true,
            }
            Ok(())
        });
        args
    }
}
