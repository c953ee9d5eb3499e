//! What a label may be called.

use crate::diagnostic::Errors;
use quote::ToTokens;

/// Reports a name that Prometheus or OpenTelemetry would reject or rename, at `tokens`.
pub(crate) fn check(name: &str, tokens: impl ToTokens, errors: &mut Errors) {
    if let Some(problem) = problem(name) {
        errors.at(tokens, problem);
    }
}

fn problem(name: &str) -> Option<String> {
    let rename = "rename the field, or write `#[label(name = \"..\")]`";
    let reason = match name {
        "le" => "it holds the bounds of histogram buckets",
        "quantile" => "it holds the quantiles of summaries",
        "job" | "instance" => "a scrape sets it, and would rename this one to `exported_..`",
        _ if name.starts_with("__") => "names that start with `__` are its own",
        _ if name.starts_with("otel_scope_") => {
            return Some(format!(
                "label `{name}` is reserved: OpenTelemetry names the instrumentation scope by `otel_scope_..`; {rename}"
            ));
        }
        _ if is_well_formed(name) => return None,
        _ => {
            return Some(format!(
                "label `{name}` is no label name: a letter or `_`, then letters, digits and `_`, all ASCII; {rename}"
            ));
        }
    };
    Some(format!(
        "label `{name}` is reserved by Prometheus: {reason}; {rename}"
    ))
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
    fn names_that_prometheus_takes_pass() {
        for name in ["provider", "_x", "Kind2", "exported_job", "leader"] {
            assert_eq!(problem(name), None);
        }
    }

    #[test]
    fn names_that_it_would_reject_or_rename_do_not() {
        for name in [
            "le",
            "quantile",
            "job",
            "__name__",
            "otel_scope_name",
            "",
            "2x",
            "a-b",
            "größe",
        ] {
            assert!(problem(name).is_some(), "{name}");
        }
    }
}
