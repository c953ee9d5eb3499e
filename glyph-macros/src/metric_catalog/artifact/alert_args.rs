//! The grammar of `#[alert(Name, condition, for = 5m, severity = warning, ..)]`.

use syn::{
    Attribute, Ident, LitStr, Meta, Path, Token,
    ext::IdentExt,
    parse::{Parse, ParseStream},
};

use super::{condition::ConditionArg, selection::skipped};
use crate::{
    arguments::{Arguments, assigned, listed},
    diagnostic::Errors,
    metric_catalog::{args::Word, quantity::Quantity},
};

const KEYS: [&str; 11] = [
    "for",
    "severity",
    "summary",
    "description",
    "by",
    "labels",
    "over",
    "expr",
    "external",
    "fires",
    "silent",
];

pub(super) struct AlertArgs {
    pub(super) attribute: Path,
    pub(super) name: Word,
    pub(super) condition: Option<ConditionArg>,
    /// Whether the condition was there, but is wrong.
    pub(super) is_broken: bool,
    pub(super) pending: Option<Quantity>,
    pub(super) severity: Option<Word>,
    pub(super) summary: Option<LitStr>,
    pub(super) description: Option<LitStr>,
    pub(super) by: Vec<Word>,
    pub(super) labels: Vec<LabelArg>,
    pub(super) over: Option<Quantity>,
    pub(super) expression: Option<LitStr>,
    pub(super) external: Vec<LitStr>,
    /// Series under which an expression gives something.
    pub(super) fires: Vec<LitStr>,
    /// Series under which it gives nothing.
    pub(super) silent: Vec<LitStr>,
}

/// `team = "voice"`.
pub(super) struct LabelArg {
    pub(super) name: Word,
    pub(super) value: Word,
}

impl Parse for LabelArg {
    fn parse(input: ParseStream<'_>) -> syn::Result<Self> {
        let name = input.parse()?;
        Ok(Self {
            name,
            value: assigned(input)?,
        })
    }
}

impl AlertArgs {
    pub(super) fn read(attribute: &Attribute, errors: &mut Errors) -> Option<Self> {
        let Meta::List(list) = &attribute.meta else {
            errors.at(
                &attribute.meta,
                "an alert is written `#[alert(Name, p95 > 2s, for = 5m, severity = warning)]`",
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
            is_broken: errors.len() > before,
            pending: None,
            severity: None,
            summary: None,
            description: None,
            by: Vec::new(),
            labels: Vec::new(),
            over: None,
            expression: None,
            external: Vec::new(),
            fires: Vec::new(),
            silent: Vec::new(),
        };
        Arguments::new("alert", &KEYS).read_rest(input, errors, |key, input, _| {
            match key.to_string().as_str() {
                "for" => alert.pending = Some(assigned(input)?),
                "severity" => alert.severity = Some(assigned(input)?),
                "summary" => alert.summary = Some(assigned(input)?),
                "description" => alert.description = Some(assigned(input)?),
                "by" => alert.by = listed(input)?,
                "labels" => alert.labels = listed(input)?,
                "over" => alert.over = Some(assigned(input)?),
                "expr" => alert.expression = Some(assigned(input)?),
                "external" => alert.external = listed(input)?,
                "fires" => alert.fires = listed(input)?,
                _ => alert.silent = listed(input)?,
            }
            Ok(())
        });
        Ok(alert)
    }
}

fn name(input: ParseStream<'_>) -> syn::Result<Word> {
    let ahead = input.fork();
    let is_word = input.peek(LitStr) || input.peek(Ident);
    let is_name =
        is_word && ahead.parse::<Word>().is_ok() && (ahead.is_empty() || ahead.peek(Token![,]));
    if !is_name {
        return Err(input.error("an alert's name comes first: `#[alert(HighLatency, ..)]`"));
    }
    let name = input.parse()?;
    if !input.is_empty() {
        input.parse::<Token![,]>()?;
    }
    Ok(name)
}

/// Whether something other than a key follows.
fn has_condition(input: ParseStream<'_>) -> bool {
    let ahead = input.fork();
    if ahead.is_empty() {
        return false;
    }
    let Ok(word) = ahead.call(Ident::parse_any) else {
        return true;
    };
    let is_key = KEYS.contains(&word.to_string().as_str());
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
