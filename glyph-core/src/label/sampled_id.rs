//! Ids as labels: a short hash of a sample of them.

use std::fmt;

use super::{Label, OpenValues};
use crate::hex::Hex;

/// The value of ids that are not in the sample.
const SAMPLED_OUT: &str = "sampled_out";

const DIGITS: usize = 8;

/// A short hash of an id, such as a session's, or `sampled_out`: for ids that are too many to be
/// labels.
///
/// The id alone decides whether it is in the sample, so that all threads, processes and versions
/// agree. An id that is in the sample at one share is in it at every greater share.
///
/// The hash `h` is FNV-1a of 64 bits over the id's bytes, finished as `MurmurHash3` finishes its 64
/// bits (`h ^= h >> 33; h *= 0xff51afd7ed558ccd; h ^= h >> 33; h *= 0xc4ceb9fe1a85ec53; h ^= h >>
/// 33`). The text is the lower half of it, 8 hexadecimal digits in lower case. An id is in the
/// sample if the upper half, divided by 2^32, is below the share. This is the same in all versions.
/// It does not hide the id: the hash can be computed from it.
///
/// It is an open label: its label set has a limit of values.
///
/// ```
/// # use glyph_core as glyph_runtime;
/// use glyph_runtime::{Counter, LabelSet, label::SampledId, metric_catalog};
///
/// #[derive(LabelSet)]
/// pub struct Connection {
///     #[label(max = 200)]
///     pub session_id: SampledId,
/// }
///
/// #[metric_catalog(namespace = "doc_sampled")]
/// pub struct Metrics {
///     /// Peer connections.
///     pub connections: Counter<Connection>,
/// }
///
/// # fn main() {
/// let session_id = SampledId::sampled("b1946ac92492d234", 0.1);
/// Metrics::global().connections.inc(Connection { session_id });
///
/// assert_eq!(SampledId::new("session-42").as_str(), "2145251e");
/// assert_eq!(SampledId::sampled("session-42", 0.0).as_str(), "sampled_out");
/// # }
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SampledId(Option<Hex<DIGITS>>);

impl SampledId {
    /// The value of ids that are not in the sample.
    pub const OUT: Self = Self(None);

    /// Returns the hash of an id.
    #[must_use]
    pub fn new(id: &str) -> Self {
        Self(Some(digits(hash(id.as_bytes()))))
    }

    /// Returns the hash of an id, if it is in the sample. `share` is from 0 (none) to 1 (all).
    /// Values outside are clamped, and NaN is 0.
    #[must_use]
    pub fn sampled(id: &str, share: f64) -> Self {
        let hash = hash(id.as_bytes());
        if is_in(hash, share) {
            Self(Some(digits(hash)))
        } else {
            Self::OUT
        }
    }

    /// [`sampled`](Self::sampled) for one id in `n`, or for none if `n` is zero.
    #[must_use]
    pub fn one_in(id: &str, n: u32) -> Self {
        let share = if n == 0 { 0.0 } else { 1.0 / f64::from(n) };
        Self::sampled(id, share)
    }

    /// Returns 8 hexadecimal digits, or `sampled_out`.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_ref().map_or(SAMPLED_OUT, Hex::as_str)
    }

    /// Whether the id is in the sample.
    #[must_use]
    pub const fn is_sampled(&self) -> bool {
        self.0.is_some()
    }
}

/// FNV-1a of 64 bits and the finalizer of `MurmurHash3`, which spreads its bits.
fn hash(bytes: &[u8]) -> u64 {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0100_0000_01b3;
    let fnv = bytes.iter().fold(OFFSET, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(PRIME)
    });
    let mixed = (fnv ^ (fnv >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    let mixed = (mixed ^ (mixed >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

fn is_in(hash: u64, share: f64) -> bool {
    let upper = u32::try_from(hash >> 32).unwrap_or(u32::MAX);
    f64::from(upper) < share * 4_294_967_296.0
}

/// Returns the lower half.
fn digits(hash: u64) -> Hex<DIGITS> {
    Hex::new(hash.into())
}

impl AsRef<str> for SampledId {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for SampledId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.as_str())
    }
}

impl fmt::Debug for SampledId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SampledId({self})")
    }
}

impl Label for SampledId {
    const VALUES: Option<&'static [&'static str]> = None;
    const ANY: Self = Self::OUT;

    fn digit(&self, open: Option<(&OpenValues, usize)>) -> usize {
        self.as_str().digit(open)
    }

    fn literal(_: usize, text: &'static str) -> Self {
        Self::new(text)
    }

    fn with_text<R>(&self, read: impl FnOnce(&str) -> R) -> R {
        read(self.as_str())
    }
}
