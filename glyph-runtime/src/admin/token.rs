//! The token of requests that change the program.

use axum::http::{HeaderMap, header::AUTHORIZATION};

use crate::redaction::Secret;

/// The fewest characters of a token.
const SHORTEST: usize = 16;

/// The token of requests that change the program.
#[derive(Clone, Debug)]
pub(crate) struct Token(Secret<String>);

/// The token is too easy to guess, or cannot be in a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "invalid admin token: set GLYPH_ADMIN_TOKEN or `.admin_token(..)` to at least 16 visible ASCII characters"
)]
pub(crate) struct TokenError;

impl Token {
    pub(crate) fn try_new(token: Secret<String>) -> Result<Self, TokenError> {
        let text = token.expose();
        if text.len() < SHORTEST || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(TokenError);
        }
        Ok(Self(token))
    }

    /// Whether the request has the token (RFC 6750, section 2.1).
    pub(super) fn admits(&self, headers: &HeaderMap) -> bool {
        let mut all = headers.get_all(AUTHORIZATION).iter();
        let (Some(only), None) = (all.next(), all.next()) else {
            return false;
        };
        let sent = only.as_bytes().split_at_checked("Bearer ".len());
        sent.is_some_and(|(scheme, sent)| {
            scheme.eq_ignore_ascii_case(b"Bearer ") && self.equals(sent.trim_ascii())
        })
    }

    /// Compares all bytes, so that the time does not tell how many of them are right.
    pub(super) fn equals(&self, sent: &[u8]) -> bool {
        let token = self.0.expose().as_bytes();
        let pairs = token.iter().zip(sent);
        let difference = pairs.fold(0, |difference, (own, sent)| difference | (own ^ sent));
        std::hint::black_box(difference) == 0 && token.len() == sent.len()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a failed setup fails the test")]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header::AUTHORIZATION};

    use super::Token;
    use crate::redaction::Secret;

    fn token(text: &str) -> Option<Token> {
        Token::try_new(Secret::new(text.to_owned())).ok()
    }

    #[test]
    fn token_is_long_and_visible() {
        for invalid in ["", "short", "0123456789 abcdef", "0123456789abcdeü"] {
            assert!(token(invalid).is_none(), "{invalid}");
        }
        let valid = token("0123456789abcdef").unwrap();
        assert!(!format!("{valid:?}").contains("0123"));
    }

    #[test]
    fn only_the_token_is_admitted() {
        let valid = token("0123456789abcdef").unwrap();
        let admits = |sent: &[&'static str]| {
            let headers = sent
                .iter()
                .map(|sent| (AUTHORIZATION, HeaderValue::from_static(sent)));
            valid.admits(&headers.collect::<HeaderMap>())
        };
        assert!(admits(&["Bearer 0123456789abcdef"]));
        assert!(admits(&["bearer  0123456789abcdef"]));
        for sent in [
            "",
            "Bearer ",
            "0123456789abcdef",
            "Basic 0123456789abcdef",
            "Bearer 0123456789abcde",
            "Bearer 0123456789abcdef0",
            "Bearer 0123456789abcdeF",
        ] {
            assert!(!admits(&[sent]), "{sent}");
        }
        assert!(!admits(&["Bearer 0123456789abcdef"; 2]), "two headers");
        assert!(!admits(&[]));
    }
}
