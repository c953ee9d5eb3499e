//! The form of each key: what to write in place of a value that does not parse.

use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use quote::quote;
use syn::{Ident, LitStr, Token, parse::ParseStream};

use super::skip_argument;

/// The form of each key of each attribute. A key that takes no value has its name alone.
const FORMS: &[(&str, &[&str])] = &[
    (
        "label",
        &[
            "name = \"provider\"",
            "rename_all = \"kebab-case\"",
            "outcome = timeout",
            "skip(Display)",
            "max = 64",
            "never",
            "serde",
            "not_secret",
            "crate = path",
        ],
    ),
    (
        "outcome",
        &[
            "ok",
            "error",
            "timeout",
            "cancelled",
            "from",
            "crate = path",
        ],
    ),
    (
        "metric_catalog",
        &[
            "namespace = \"shop\"",
            "stages = stage",
            "max_series = 10000",
            "forbid_labels(user_id)",
            "target_labels(region)",
            "rule_interval = 30s",
            "scope(tenant_id: max 1000)",
            "crate = path",
        ],
    ),
    ("scope", &["idle = 30m", "max_scopes = 10000"]),
    (
        "metric",
        &[
            "name = \"requests\"",
            "label = \"provider\"",
            "unit = seconds",
            "buckets = [10ms, 100ms, 1s]",
            "sparse",
            "aggregate = max",
            "liveness",
            "starts",
        ],
    ),
    (
        "stage",
        &[
            "requests = counter",
            "errors = counter",
            "in_flight = gauge",
            "retries = counter",
            "fallbacks = counter",
            "first_item = histogram",
            "between_items = histogram",
            "items = counter",
            "cancelled = error",
            "labels(provider: Provider)",
            "end_labels(cached: bool = false)",
        ],
    ),
    (
        "alert",
        &[
            "for = 5m",
            "keep_firing_for = 10m",
            "severity = warning",
            "summary = \"requests are slow\"",
            "description = \"requests are slow\"",
            "runbook = \"https://example.com/runbook\"",
            "dashboard = \"https://example.com/dashboard\"",
            "annotations(impact = \"orders wait\")",
            "by(provider)",
            "aggregate = max",
            "labels(team = \"shop\")",
            "over = 10m",
            "expr = \"up == 0\"",
            "external(\"up\")",
            "fires(\"up 0\")",
            "silent(\"up 1\")",
        ],
    ),
    (
        "objective",
        &[
            "latency = 500ms",
            "interpolated",
            "target = 99%",
            "availability = 99.9%",
            "errors = errors",
            "of = self{label = value}",
            "name = Name",
            "by(provider)",
            "period = 28d",
            "fast(5m/1h > 14.4)",
            "slow(2h/1d > 3)",
            "min_requests = 100",
            "absent = 10m",
            "for = 5m",
            "keep_firing_for = 10m",
            "runbook = \"https://example.com/runbook\"",
            "dashboard = \"https://example.com/dashboard\"",
            "annotations(impact = \"orders wait\")",
            "labels(team = \"shop\")",
        ],
    ),
    (
        "panel",
        &[
            "title = \"Requests\"",
            "row = \"Traffic\"",
            "unit = seconds",
            "form = stat",
            "by(provider)",
            "aggregate = max",
            "quantiles(p50, p95)",
            "thresholds(yellow = 3, red = 5)",
            "hidden",
        ],
    ),
    (
        "instrument_stage",
        &[
            "labels(provider = \"deepgram\")",
            "fields(session = %session)",
            "outcome = |result| ..",
            "none = error",
            "stream",
            "name = \"ask\"",
            "target = \"voice\"",
            "kind = client",
            "level = debug",
            "parent = span",
            "links = spans",
            "skip_span",
            "err = event` or `err = event(debug, level = warn)",
            "ret = event` or `ret = event(display, level = debug)",
            "crate = path",
        ],
    ),
    (
        "instrument_stages",
        &["labels(provider = self.provider)", "crate = path"],
    ),
];

/// The form of `key` in `attribute`.
pub(crate) fn of(attribute: &str, key: &Ident) -> Option<&'static str> {
    let key = key.to_string();
    let (_, forms) = FORMS.iter().find(|(of, _)| *of == attribute)?;
    let mut forms = forms.iter();
    let is_key = |form: &&&str| form.split([' ', '(']).next() == Some(&key);
    forms.find(is_key).copied()
}

/// Whether syn made this error of a token that does not fit. It names no key.
pub(crate) fn is_plain(error: &syn::Error) -> bool {
    const STARTS: [&str; 15] = [
        "expected `",
        "expected string literal",
        "expected integer literal",
        "expected literal",
        "expected identifier",
        "expected ident",
        "expected parentheses",
        "expected square brackets",
        "expected curly braces",
        "expected an expression",
        "expected expression",
        "expected one of",
        "expected a number",
        "unexpected end of input",
        "unexpected token",
    ];
    let message = error.to_string();
    let is_own = message.contains(": ") || message.contains("` or `") || message.contains(" = ");
    STARTS.iter().any(|start| message.starts_with(start)) && !is_own
}

/// What to write in place of the value at `input`, which is after `key`.
pub(crate) fn instead(key: &Ident, form: &str, input: ParseStream<'_>) -> String {
    match written(form, input) {
        Some(value) => format!("expected `{key} = {value}`"),
        None => format!("expected `{form}`"),
    }
}

/// What follows the key, with the value at `input`, if its quotes are too many, or if the tokens around it are
/// those of another form: `key: value` or `key(value)` for `key = value`, `key = (..)` or `key[..]` for `key(..)`.
pub(crate) fn meant(form: &str, input: ParseStream<'_>) -> Option<TokenStream> {
    let value = written(form, input).filter(|value| !value.starts_with('"'));
    match value {
        Some(value) => format!("= {value}").parse().ok(),
        None => reshaped(form, argument(input)),
    }
}

fn reshaped(form: &str, written: TokenStream) -> Option<TokenStream> {
    let mut rest = written.into_iter();
    let first = rest.next()?;
    let second = rest.next();
    if is_assigned(form) {
        return match (first, second) {
            (TokenTree::Punct(colon), Some(value)) if colon.as_char() == ':' => {
                let value: TokenStream = [value].into_iter().chain(rest).collect();
                Some(quote!(= #value))
            }
            (TokenTree::Group(value), None) => {
                let value = value.stream();
                Some(quote!(= #value))
            }
            _ => None,
        };
    }
    match (first, second) {
        (TokenTree::Punct(equals), Some(TokenTree::Group(list))) if equals.as_char() == '=' => {
            Some(parenthesized(&list))
        }
        (TokenTree::Group(list), None) => Some(parenthesized(&list)),
        _ => None,
    }
}

fn parenthesized(list: &Group) -> TokenStream {
    let mut parentheses = Group::new(Delimiter::Parenthesis, list.stream());
    parentheses.set_span(list.span());
    TokenTree::from(parentheses).into()
}

/// Whether `form` is `key = value`.
fn is_assigned(form: &str) -> bool {
    let start = form.split('(').next();
    start.is_some_and(|start| start.contains(" = "))
}

/// The value with quotes if it lacks them, and without if it has too many.
fn written(form: &str, input: ParseStream<'_>) -> Option<String> {
    let (value, text) = value(input);
    let takes_text = form.contains("= \"");
    match text {
        _ if !is_assigned(form) => None,
        Some(text) if !takes_text && is_short(&text) => Some(text),
        None if takes_text && !value.is_empty() => Some(format!("\"{value}\"")),
        _ => None,
    }
}

/// The tokens after `=` and up to the next comma, and their text if they are a string.
fn value(input: ParseStream<'_>) -> (String, Option<String>) {
    let ahead = input.fork();
    let _: syn::Result<Token![=]> = ahead.parse();
    let text: Option<LitStr> = ahead.fork().parse().ok();
    let value = argument(&ahead).to_string().replace([' ', '"'], "");
    (value, text.map(|text| text.value()))
}

/// The tokens up to the next comma. `input` stays where it is.
fn argument(input: ParseStream<'_>) -> TokenStream {
    let ahead = input.fork();
    let mut tokens = TokenStream::new();
    while !ahead.is_empty() && !ahead.peek(Token![,]) {
        match ahead.parse::<TokenTree>() {
            Ok(token) => tokens.extend([token]),
            Err(_) => skip_argument(&ahead),
        }
    }
    tokens
}

/// Whether a text can be written without quotes.
fn is_short(text: &str) -> bool {
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "_.%".contains(letter);
    !text.is_empty() && text.chars().all(is_plain)
}
