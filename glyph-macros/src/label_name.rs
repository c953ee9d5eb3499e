//! Rules for label names.

use crate::{arguments::Arguments, diagnostic::Errors, secret_name::is_secret};
use heck::ToSnakeCase;
use quote::ToTokens;
use syn::Attribute;

/// Reports a name that Prometheus or OpenTelemetry would reject or rename, at `tokens`.
pub(crate) fn check(name: &str, tokens: impl ToTokens, errors: &mut Errors) {
    if let Some(problem) = problem(name) {
        errors.at(tokens, problem);
    }
}

/// Reports the name of a secret, as [`check`] does. The values of labels are public.
pub(crate) fn check_secret(name: &str, tokens: impl ToTokens, errors: &mut Errors) {
    if is_secret(name) {
        errors.at(
            tokens,
            format!(
                "label `{name}` has the name of a secret, and label values are public: rename it, or add \
                 `#[label(not_secret)]`"
            ),
        );
    }
}

/// Reads `#[label(not_secret)]` in front of a label that is not a field.
pub(crate) fn is_not_secret(attributes: &[Attribute], errors: &mut Errors) -> bool {
    let mut is_not_secret = false;
    let mut arguments = Arguments::new("label", &["not_secret"]);
    for attribute in attributes {
        if attribute.path().is_ident("label") {
            arguments.read(attribute, errors, |_, _, _| {
                is_not_secret = true;
                Ok(())
            });
        } else {
            errors.at(attribute, "expected `#[label(not_secret)]` or no attribute");
        }
    }
    is_not_secret
}

/// Returns why Prometheus or OpenTelemetry would reject or rename this label name, and what to write
/// instead. `None` if they keep it as it is.
pub(crate) fn problem(name: &str) -> Option<String> {
    let rename = "rename the field, or write `#[label(name = \"..\")]`";
    let reason = match name {
        "le" => "it is for histogram bucket bounds",
        "quantile" => "it is for summary quantiles",
        "job" | "instance" => "a scrape sets it and would rename yours to `exported_..`",
        _ if is_number(name) => "it is a number in PromQL, and no label in `by(..)`",
        _ if name.starts_with("__") => "names that start with `__` are internal",
        _ if name.starts_with("otel_scope_") => {
            return Some(format!(
                "label `{name}` is reserved by OpenTelemetry: `otel_scope_..` is for the instrumentation scope; \
                 {rename}"
            ));
        }
        _ if is_well_formed(name) => return None,
        _ => {
            let words = name.to_snake_case();
            let such_as = if is_well_formed(&words) {
                format!(", such as `{words}`")
            } else {
                String::new()
            };
            return Some(format!(
                "`{name}` is not a label name: use ASCII letters, digits and `_`, no leading digit{such_as}; {rename}"
            ));
        }
    };
    Some(format!(
        "label `{name}` is reserved by Prometheus: {reason}; {rename}"
    ))
}

/// Whether PromQL reads a name as a number. Its letters can be of any case.
fn is_number(name: &str) -> bool {
    let mut numbers = ["inf", "nan"].iter();
    numbers.any(|number| name.eq_ignore_ascii_case(number))
}

fn is_well_formed(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && name
            .chars()
            .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::problem;

    #[test]
    fn valid_names_are_accepted() {
        for name in ["provider", "_x", "Kind2", "exported_job", "leader", "info"] {
            assert_eq!(problem(name), None);
        }
    }

    #[test]
    fn reserved_and_malformed_names_are_rejected() {
        for name in [
            "le",
            "quantile",
            "job",
            "__name__",
            "otel_scope_name",
            "inf",
            "NaN",
            "",
            "2x",
            "a-b",
            "größe",
        ] {
            assert!(problem(name).is_some(), "{name}");
        }
    }
}
