//! The grammar of `#[alert(Name, condition, for = 5m, severity = warning, ..)]`.

use syn::{Attribute, Ident, LitStr, Meta, Path, Token, ext::IdentExt, parse::ParseStream};

use super::{condition::ConditionArg, on_call::OnCallArgs, selection::skipped};
use crate::{
    arguments::{Arguments, assigned, listed},
    diagnostic::Errors,
    metric_catalog::{args::IdentOrStr, quantity::Quantity},
};

const KEYS: [&str; 16] = [
    "for",
    "keep_firing_for",
    "severity",
    "summary",
    "description",
    "runbook",
    "dashboard",
    "annotations",
    "by",
    "aggregate",
    "labels",
    "over",
    "expr",
    "external",
    "fires",
    "silent",
];

pub(super) struct AlertArgs {
    pub(super) attribute: Path,
    pub(super) name: IdentOrStr,
    pub(super) condition: Option<ConditionArg>,
    /// Whether the condition has an error.
    pub(super) is_invalid: bool,
    /// Whether all of it was read without errors.
    pub(super) is_whole: bool,
    pub(super) on_call: OnCallArgs,
    pub(super) severity: Option<IdentOrStr>,
    pub(super) summary: Option<LitStr>,
    pub(super) description: Option<LitStr>,
    pub(super) by: Vec<IdentOrStr>,
    pub(super) aggregate: Option<IdentOrStr>,
    pub(super) over: Option<Quantity>,
    pub(super) expression: Option<LitStr>,
    pub(super) external: Vec<LitStr>,
    /// Series for which the expression fires.
    pub(super) fires: Vec<LitStr>,
    /// Series for which the expression stays silent.
    pub(super) silent: Vec<LitStr>,
}

impl AlertArgs {
    pub(super) fn read(attribute: &Attribute, errors: &mut Errors) -> Option<Self> {
        let Meta::List(list) = &attribute.meta else {
            errors.at(
                &attribute.meta,
                "expected `#[alert(Name, p95 > 2s, for = 5m, severity = warning)]`",
            );
            return None;
        };
        let read = list
            .parse_args_with(|input: ParseStream<'_>| Self::parse(attribute.path(), input, errors));
        errors.ok(read)
    }

    fn parse(attribute: &Path, input: ParseStream<'_>, errors: &mut Errors) -> syn::Result<Self> {
        let name = name(input)?;
        let before = errors.len();
        let condition = if has_condition(input) {
            let parsed = condition(input);
            skipped(input, errors, parsed)
        } else {
            None
        };
        let mut alert = Self {
            attribute: attribute.clone(),
            name,
            condition,
            is_invalid: errors.len() > before,
            is_whole: true,
            on_call: OnCallArgs::default(),
            severity: None,
            summary: None,
            description: None,
            by: Vec::new(),
            aggregate: None,
            over: None,
            expression: None,
            external: Vec::new(),
            fires: Vec::new(),
            silent: Vec::new(),
        };
        Arguments::new("alert", &KEYS).read_rest(input, errors, |key, input, _| {
            let key = key.to_string();
            if alert.on_call.read(&key, input)? {
                return Ok(());
            }
            match key.as_str() {
                "severity" => alert.severity = Some(assigned(input)?),
                "summary" => alert.summary = Some(assigned(input)?),
                "description" => alert.description = Some(assigned(input)?),
                "by" => alert.by = listed(input)?,
                "aggregate" => alert.aggregate = Some(assigned(input)?),
                "over" => alert.over = Some(assigned(input)?),
                "expr" => alert.expression = Some(assigned(input)?),
                "external" => alert.external = listed(input)?,
                "fires" => alert.fires = listed(input)?,
                _ => alert.silent = listed(input)?,
            }
            Ok(())
        });
        alert.is_whole = errors.len() == before;
        Ok(alert)
    }
}

fn name(input: ParseStream<'_>) -> syn::Result<IdentOrStr> {
    let ahead = input.fork();
    let starts = input.peek(LitStr) || input.peek(Ident);
    let is_name = starts
        && ahead.parse::<IdentOrStr>().is_ok()
        && (ahead.is_empty() || ahead.peek(Token![,]));
    if !is_name {
        return Err(input.error("missing alert name: put it first, `#[alert(HighLatency, ..)]`"));
    }
    let name = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(name)
}

/// Whether the next token starts a condition, not a key.
fn has_condition(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.is_empty() {
        return false;
    }
    let Ok(name) = ahead.call(Ident::parse_any) else {
        return true;
    };
    let is_key = KEYS.contains(&name.to_string().as_str());
    let is_assigned = ahead.peek(Token![=]) && !ahead.peek(Token![==]);
    !(is_key || is_assigned)
}

fn condition(input: ParseStream<'_>) -> syn::Result<ConditionArg> {
    let condition = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(condition)
}
