//! The grammar of `#[alert(Name, condition, for = 5m, severity = warning, ..)]`.

use syn::{Attribute, Ident, LitStr, Meta, Path, Token, ext::IdentExt, parse::ParseStream};

use super::{
    condition::{self, ConditionArg},
    on_call::OnCallArgs,
    selection::skipped,
};
use crate::{
    arguments::{Arguments, assigned, listed, skip_argument},
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
    /// The key `over`, and its value.
    pub(super) over: Option<(Ident, Quantity)>,
    pub(super) expression: Option<LitStr>,
    pub(super) external: Vec<LitStr>,
    /// Series for which the expression fires.
    pub(super) fires: Vec<LitStr>,
    /// Series for which the expression stays silent.
    pub(super) silent: Vec<LitStr>,
    /// The keys `external`, `fires` and `silent`, which are for an expression.
    pub(super) expression_keys: Vec<Ident>,
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
            expression_keys: Vec::new(),
        };
        let mut arguments = Arguments::new("alert", &KEYS);
        while !input.is_empty() {
            if is_late_condition(input) {
                alert.reject_late_condition(input, errors);
            } else {
                arguments.read_next(input, errors, &mut |key, input, _| {
                    alert.read_key(key, input)
                });
            }
        }
        alert.is_whole = errors.len() == before;
        Ok(alert)
    }

    /// Reads the value after `key`.
    fn read_key(&mut self, key: &Ident, input: ParseStream<'_>) -> syn::Result<()> {
        let name = key.to_string();
        if self.on_call.read(&name, input)? {
            return Ok(());
        }
        match name.as_str() {
            "severity" => self.severity = Some(assigned(input)?),
            "summary" => self.summary = Some(assigned(input)?),
            "description" => self.description = Some(assigned(input)?),
            "by" => self.by = listed(input)?,
            "aggregate" => self.aggregate = Some(assigned(input)?),
            "over" => self.over = Some((key.clone(), assigned(input)?)),
            "expr" => self.expression = Some(assigned(input)?),
            _ => {
                let series = listed(input)?;
                self.expression_keys.push(key.clone());
                match name.as_str() {
                    "external" => self.external = series,
                    "fires" => self.fires = series,
                    _ => self.silent = series,
                }
            }
        }
        Ok(())
    }

    /// Reports a condition that is not in front of the keys, and skips it.
    fn reject_late_condition(&mut self, input: ParseStream<'_>, errors: &mut Errors) {
        let message = if self.condition.is_some() {
            "duplicate condition: remove one"
        } else {
            "the condition comes after the name: move it there, `#[alert(Name, p95 > 2s, for = 5m)]`"
        };
        errors.push(input.error(message));
        self.is_invalid = true;
        skip_argument(input);
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
    let is_assigned = ahead.peek(Token![=]) && !condition::is_comparison(&ahead);
    !(is_key || is_assigned)
}

/// Whether the next argument is a condition after a key.
fn is_late_condition(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    let Ok(name) = ahead.call(Ident::parse_any) else {
        return condition::is_comparison(input);
    };
    let is_key = KEYS.contains(&name.to_string().as_str());
    let is_measure = condition::is_measure(&name) && !ahead.peek(Token![=]);
    !is_key && (is_measure || condition::is_comparison(&ahead))
}

fn condition(input: ParseStream<'_>) -> syn::Result<ConditionArg> {
    let condition = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(condition)
}
