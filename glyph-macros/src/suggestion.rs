//! Suggestions for misspelled names.

/// The name in `known` that is nearest to `name`, if it is near enough.
pub(crate) fn closest<'known>(name: &str, known: &'known [impl AsRef<str>]) -> Option<&'known str> {
    let limit = (name.chars().count() / 3).max(1);
    known
        .iter()
        .map(AsRef::as_ref)
        .map(|known| (strsim::damerau_levenshtein(name, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
        .or_else(|| {
            let mut known = known.iter().map(AsRef::as_ref);
            known.find(|known| is_start(name, known))
        })
}

/// Whether `known` starts with the words of `name`, as `tenant_id` does with `tenant`.
fn is_start(name: &str, known: &str) -> bool {
    let rest = known.strip_prefix(name);
    !name.is_empty() && rest.is_some_and(|rest| rest.starts_with('_'))
}

/// "did you mean ..? " with a trailing space, or an empty string.
pub(crate) fn did_you_mean(name: &str, known: &[impl AsRef<str>]) -> String {
    closest(name, known)
        .map(|known| format!("did you mean `{known}`? "))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn near_names_are_suggested() {
        let known = ["provider_requests", "provider_errors", "active"];
        assert_eq!(
            closest("provider_request", &known),
            Some("provider_requests")
        );
        assert_eq!(closest("acitve", &known), Some("active"));
        assert_eq!(closest("tokens", &known), None);
        assert_eq!(closest("provider", &known), Some("provider_requests"));
        assert_eq!(closest("prov", &known), None);
    }
}
