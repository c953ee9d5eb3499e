//! What a misspelt word was probably meant to be.

/// The word of `known` nearest to `word`, if one is near enough to have been meant.
pub(crate) fn closest<'known>(word: &str, known: &'known [impl AsRef<str>]) -> Option<&'known str> {
    let limit = (word.chars().count() / 3).max(1);
    known
        .iter()
        .map(AsRef::as_ref)
        .map(|known| (strsim::damerau_levenshtein(word, known), known))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, known)| known)
        .or_else(|| {
            let mut known = known.iter().map(AsRef::as_ref);
            known.find(|known| is_start(word, known))
        })
}

/// Whether a name goes on behind the word: `tenant`, `tenant_id`.
fn is_start(word: &str, name: &str) -> bool {
    let rest = name.strip_prefix(word);
    !word.is_empty() && rest.is_some_and(|rest| rest.starts_with('_'))
}

/// "did you mean ..? " with a space behind it, or nothing.
pub(crate) fn did_you_mean(word: &str, known: &[impl AsRef<str>]) -> String {
    closest(word, known)
        .map(|known| format!("did you mean `{known}`? "))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
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
