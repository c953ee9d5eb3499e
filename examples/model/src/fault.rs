//! Faults that a client or the command line asks for.

use std::str::FromStr;

/// The header of a request that names a [`Fault`].
pub const FAULT_HEADER: &str = "x-model-fault";

/// A way in which requests fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The response is 429 with `Retry-After`.
    Busy,
    /// The response is 500.
    Failing,
    /// The connection ends after two tokens.
    Cut,
    /// The response comes late.
    Slow,
    /// The response is 503 the first time that an `X-Request-ID` is seen.
    Flaky,
}

/// A name that is not one of a [`Fault`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown fault: use one of 429, 500, cut, slow and flaky")]
pub struct UnknownFault;

impl Fault {
    /// Returns the name, as the header and the command line have it.
    ///
    /// ```
    /// use glyph_example_model::Fault;
    ///
    /// assert_eq!("cut".parse(), Ok(Fault::Cut));
    /// assert_eq!(Fault::Busy.name(), "429");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Busy => "429",
            Self::Failing => "500",
            Self::Cut => "cut",
            Self::Slow => "slow",
            Self::Flaky => "flaky",
        }
    }
}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(name: &str) -> Result<Self, UnknownFault> {
        let mut all = [
            Self::Busy,
            Self::Failing,
            Self::Cut,
            Self::Slow,
            Self::Flaky,
        ]
        .into_iter();
        all.find(|fault| fault.name() == name).ok_or(UnknownFault)
    }
}
