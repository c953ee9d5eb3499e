//! Names of secrets: the default list, and the words of a name.
//!
//! glyph-macros and glyph-core have the same file, because a crate of procedural macros exports
//! nothing else. A test of the workspace compares the two.

/// Names of secrets, as lower-case letters and digits. `apikey` is also `api_key` and `apiKey`.
pub const SECRET_NAMES: [&str; 14] = [
    "accesskey",
    "apikey",
    "authorization",
    "bearer",
    "cookie",
    "credential",
    "credentials",
    "jwt",
    "passphrase",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "token",
];

/// Names of secrets only at the end of a name. In front of another word they describe something
/// else, as in `token_count`, and in the plural they are counts, as in `prompt_tokens`.
const ONLY_LAST: [&str; 4] = ["cookie", "credential", "credentials", "token"];

/// Words before those names that make them a unit, as in `time_to_first_token`.
const UNITS: [&str; 4] = ["first", "inter", "max", "next"];

/// Returns whether a name has the words of a secret.
#[must_use]
pub fn is_secret(name: &str) -> bool {
    let name = name.as_bytes();
    let starts = (0..name.len()).filter(|at| is_word_start(name, *at));
    let mut found = starts.flat_map(|at| SECRET_NAMES.map(|listed| (at, listed)));
    found.any(|(at, listed)| has_words_at(name, at, listed.as_bytes()))
}

/// Returns whether a word starts here, in any of `snake_case`, `camelCase`, `kebab-case`,
/// `UPPER_CASE` and `dotted.names`.
#[must_use]
pub fn is_word_start(name: &[u8], at: usize) -> bool {
    let Some(first) = name.get(at).filter(|byte| !is_separator(**byte)) else {
        return false;
    };
    let Some(before) = at.checked_sub(1).and_then(|before| name.get(before)) else {
        return true;
    };
    let is_camel = first.is_ascii_uppercase()
        && (!before.is_ascii_uppercase() || name.get(at + 1).is_some_and(u8::is_ascii_lowercase));
    let follows_number = before.is_ascii_digit() && !first.is_ascii_digit();
    is_separator(*before) || is_camel || follows_number
}

/// Returns whether the words from here on are those of `listed`, which is lower-case letters and
/// digits. A plural and a number at the end are the same word.
#[must_use]
pub fn has_words_at(name: &[u8], start: usize, listed: &[u8]) -> bool {
    let Some(end) = end_of(name, start, listed) else {
        return false;
    };
    if ONLY_LAST.iter().any(|last| last.as_bytes() == listed) {
        return is_last(name, end) && !is_unit(name, start);
    }
    let is_plural = name
        .get(end)
        .is_some_and(|byte| byte.eq_ignore_ascii_case(&b's'));
    is_word_end(name, end) || (is_plural && is_word_end(name, end + 1))
}

/// Returns the end of the letters of `listed`, whatever separates them in the name.
fn end_of(name: &[u8], start: usize, listed: &[u8]) -> Option<usize> {
    let mut at = start;
    for letter in listed {
        while name.get(at).is_some_and(|byte| is_separator(*byte)) {
            at += 1;
        }
        if !name.get(at)?.eq_ignore_ascii_case(letter) {
            return None;
        }
        at += 1;
    }
    Some(at)
}

fn is_word_end(name: &[u8], at: usize) -> bool {
    let ends = |byte: &u8| is_separator(*byte) || byte.is_ascii_digit();
    name.get(at).is_none_or(ends) || is_word_start(name, at)
}

fn is_last(name: &[u8], end: usize) -> bool {
    let rest = name.get(end..).unwrap_or_default();
    rest.iter()
        .all(|byte| is_separator(*byte) || byte.is_ascii_digit())
}

/// Returns whether the word before makes this one a unit.
fn is_unit(name: &[u8], start: usize) -> bool {
    let before = name.get(..start).unwrap_or_default();
    let length = before.iter().rposition(|byte| !is_separator(*byte));
    let before = before
        .get(..length.map_or(0, |last| last + 1))
        .unwrap_or_default();
    let word = (0..before.len()).rfind(|at| is_word_start(before, *at));
    let word = before.get(word.unwrap_or_default()..).unwrap_or_default();
    UNITS
        .iter()
        .any(|unit| word.eq_ignore_ascii_case(unit.as_bytes()))
}

/// Returns whether a byte separates words. Those of letters beyond ASCII do not.
#[must_use]
pub fn is_separator(byte: u8) -> bool {
    byte.is_ascii() && !byte.is_ascii_alphanumeric()
}

#[cfg(test)]
mod tests {
    use super::is_secret;

    #[test]
    fn words_of_secrets_are_found_in_every_case() {
        for name in [
            "password",
            "user_password",
            "db_password",
            "userPassword",
            "UserPassword",
            "passwords",
            "PASSWORDS",
            "DB_PASSWORD",
            "password2",
            "password_hash",
            "smtp.password.value",
            "aws_secret_access_key",
            "aws_access_key_id",
            "client-secret",
            "secrets",
            "github_token",
            "githubToken",
            "GitHubToken",
            "GITHUB_TOKEN",
            "token",
            "token2",
            "token_1",
            "x-auth-token",
            "oauth2token",
            "access_token",
            "http.request.header.authorization",
            "Proxy-Authorization",
            "set-cookie",
            "http.response.header.Set-Cookie",
            "bearer",
            "bearer_value",
            "jwt",
            "jwts",
            "JWTs",
            "userJWT",
            "apikey",
            "api_key",
            "apiKey",
            "APIKey",
            "APIKeys",
            "X-API-KEY",
            "private_key_pem",
            "credential",
            "aws_credential",
            "credentials",
            "awsCredentials",
            "r#token",
        ] {
            assert!(is_secret(name), "{name}");
        }
    }

    #[test]
    fn other_names_are_not_secrets() {
        for name in [
            "",
            "_",
            "provider",
            "token_count",
            "tokens",
            "prompt_tokens",
            "completionTokens",
            "time_to_first_token",
            "timeToFirstToken",
            "inter_token_latency",
            "inter_token",
            "next_token",
            "nextToken",
            "max_token",
            "tokenizer",
            "token_type",
            "cookies",
            "cookie_consent",
            "credential_type",
            "secretary",
            "keyboard",
            "key",
            "monkey",
            "compass",
            "authorized",
            "author",
            "größe",
        ] {
            assert!(!is_secret(name), "{name}");
        }
    }
}
