//! The status of a response as a label.

use http::StatusCode as HttpStatus;

use crate::Label;
use glyph_core::label::OpenValues;

/// The class of a response's status (RFC 9110, section 15).
#[derive(Label, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[label(crate = crate)]
pub enum StatusClass {
    /// 100 to 199
    #[label(name = "1xx")]
    Informational,
    /// 200 to 299
    #[label(name = "2xx")]
    Success,
    /// 300 to 399
    #[label(name = "3xx")]
    Redirection,
    /// 400 to 499
    #[label(name = "4xx")]
    ClientError,
    /// 500 and above
    #[label(name = "5xx")]
    ServerError,
    /// No response
    None,
}

impl From<Option<HttpStatus>> for StatusClass {
    fn from(status: Option<HttpStatus>) -> Self {
        match status.map(|status| status.as_u16()) {
            None => Self::None,
            Some(..=199) => Self::Informational,
            Some(200..=299) => Self::Success,
            Some(300..=399) => Self::Redirection,
            Some(400..=499) => Self::ClientError,
            Some(500..) => Self::ServerError,
        }
    }
}

/// The status of a response. A closed label: unregistered codes are `other`, and without a response
/// it is `none`.
///
/// ```
/// use glyph_runtime::{Label, http::StatusCode};
///
/// let status = |code| StatusCode::from(::http::StatusCode::from_u16(code).ok());
/// assert_eq!(status(404).as_str(), "404");
/// assert_eq!(status(799).as_str(), "other");
/// assert_eq!(StatusCode::from(None).as_str(), "none");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct StatusCode(usize);

const NONE: usize = 0;
const OTHER: usize = 1;

/// The lowest code, and the number of those that are looked up.
const LOWEST: u16 = 100;
const LOOKED_UP: usize = 412;

/// The indexes in [`CODES`] of the codes from [`LOWEST`] on.
static INDEXES: [u8; LOOKED_UP] = indexes();

#[expect(
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    reason = "evaluated by the compiler, which rejects an index out of range; there are 63 codes"
)]
const fn indexes() -> [u8; LOOKED_UP] {
    let mut indexes = [OTHER as u8; LOOKED_UP];
    let mut index = 0;
    while index < CODES.len() {
        // The two texts that are no codes are longer.
        if let [hundreds, tens, ones] = *CODES[index].as_bytes() {
            let code = (hundreds - b'0') as usize * 100 + (tens - b'0') as usize * 10;
            indexes[code + (ones - b'0') as usize - LOWEST as usize] = index as u8;
        }
        index += 1;
    }
    indexes
}

/// `none`, `other`, then the registered codes (IANA, "HTTP Status Code Registry").
const CODES: [&str; 63] = [
    "none", "other", "100", "101", "102", "103", "200", "201", "202", "203", "204", "205", "206",
    "207", "208", "226", "300", "301", "302", "303", "304", "305", "307", "308", "400", "401",
    "402", "403", "404", "405", "406", "407", "408", "409", "410", "411", "412", "413", "414",
    "415", "416", "417", "421", "422", "423", "424", "425", "426", "428", "429", "431", "451",
    "500", "501", "502", "503", "504", "505", "506", "507", "508", "510", "511",
];

impl StatusCode {
    /// Returns the label value.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        CODES.get(self.0).copied().unwrap_or("other")
    }
}

impl From<Option<HttpStatus>> for StatusCode {
    fn from(status: Option<HttpStatus>) -> Self {
        let Some(status) = status else {
            return Self(NONE);
        };
        let index = INDEXES.get(usize::from(status.as_u16().wrapping_sub(LOWEST)));
        Self(index.map_or(OTHER, |index| usize::from(*index)))
    }
}

impl Label for StatusCode {
    const VALUES: Option<&'static [&'static str]> = Some(&CODES);
    const ANY: Self = Self(OTHER);

    fn digit(&self, _: Option<(&OpenValues, usize)>) -> usize {
        self.0
    }

    fn literal(index: usize, _: &'static str) -> Self {
        Self(index)
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::{CODES, HttpStatus, StatusCode};

    #[test]
    fn each_code_has_its_own_value() {
        for code in 100..=999 {
            let status = HttpStatus::from_u16(code).ok();
            let text = code.to_string();
            let expected = CODES.iter().find(|known| **known == text);
            let value = StatusCode::from(status).as_str();
            assert_eq!(value, *expected.unwrap_or(&"other"), "{code}");
        }
    }
}
