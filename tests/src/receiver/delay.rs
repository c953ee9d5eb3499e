//! Delays that a collector asks for.

use std::time::{Duration, SystemTime};

use prost::encoding::encode_varint;
use tonic::metadata::{Binary, MetadataValue};

const RETRY_INFO: &str = "type.googleapis.com/google.rpc.RetryInfo";

/// A delay in `Retry-After`, or in the `RetryInfo` of gRPC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Delay {
    /// A number of seconds.
    Seconds(u32),
    /// A date that is so many seconds away. In gRPC, the seconds.
    Date(u32),
    /// A date in the past. In gRPC, a negative delay.
    Past,
    /// More seconds than any type has. In gRPC, the greatest number.
    Huge,
    /// Neither a number nor a date. In gRPC, details that cannot be decoded.
    Garbage,
    /// One and a half seconds, which `Retry-After` cannot have.
    Fraction,
}

impl Delay {
    /// Every form, with a delay of `seconds` where the form has one.
    #[must_use]
    pub fn all(seconds: u32) -> [Self; 7] {
        [
            Self::Seconds(0),
            Self::Seconds(seconds),
            Self::Date(seconds),
            Self::Past,
            Self::Huge,
            Self::Garbage,
            Self::Fraction,
        ]
    }

    pub(super) fn retry_after(self) -> String {
        match self {
            Self::Seconds(seconds) => seconds.to_string(),
            Self::Date(seconds) => {
                let away = Duration::from_secs(seconds.into());
                httpdate::fmt_http_date(SystemTime::now() + away)
            }
            Self::Past => "Fri, 01 Jan 2016 00:00:00 GMT".to_owned(),
            Self::Huge => "9".repeat(30),
            Self::Garbage => "soon".to_owned(),
            Self::Fraction => "1.5".to_owned(),
        }
    }

    /// Returns the header `grpc-status-details-bin` of a status with this code.
    pub(super) fn details(self, code: u8) -> String {
        let (seconds, nanos) = match self {
            Self::Seconds(seconds) | Self::Date(seconds) => (u64::from(seconds), 0),
            Self::Past => ((-5_i64).cast_unsigned(), 0),
            Self::Huge => (i64::MAX.cast_unsigned(), 0),
            Self::Fraction => (1, 500_000_000),
            Self::Garbage => return "not base64!".to_owned(),
        };
        let delay = [number(1, seconds), number(2, nanos)].concat();
        let retry_info = bytes(1, &delay);
        let any = [bytes(1, RETRY_INFO.as_bytes()), bytes(2, &retry_info)].concat();
        let status = [number(1, code.into()), bytes(3, &any)].concat();
        let header = MetadataValue::<Binary>::from_bytes(&status);
        String::from_utf8_lossy(header.as_encoded_bytes()).into_owned()
    }
}

/// Returns a field of a message that is a number.
fn number(field: u64, value: u64) -> Vec<u8> {
    let mut encoded = Vec::new();
    encode_varint(field << 3, &mut encoded);
    encode_varint(value, &mut encoded);
    encoded
}

/// Returns a field of a message that is a string or a message.
fn bytes(field: u64, value: &[u8]) -> Vec<u8> {
    let mut encoded = Vec::new();
    encode_varint(field << 3 | 2, &mut encoded);
    encode_varint(value.len() as u64, &mut encoded);
    encoded.extend(value);
    encoded
}

#[cfg(test)]
mod tests {
    use super::Delay;

    #[test]
    fn details_are_those_of_the_specification() {
        let expected = "CAgaMAoodHlwZS5nb29nbGVhcGlzLmNvbS9nb29nbGUucnBjLlJldHJ5SW5mbxIECgIIAQ";
        // A field of zero may be left out, and is not here.
        let one = Delay::Seconds(1).details(8);
        assert_eq!(one.get(..4), expected.get(..4));
        assert!(one.len() >= expected.len());
    }
}
