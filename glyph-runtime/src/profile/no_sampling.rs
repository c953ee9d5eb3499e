//! Takes the place of sampling on systems that the profiler does not support.

use super::unavailable::Unavailable;

const UNSUPPORTED: &str =
    "no CPU profile on this system: use Linux or macOS with x86_64 or aarch64";

pub(super) enum Sampling {}

pub(super) enum Report {}

impl Sampling {
    pub(super) const fn start() -> Result<Self, Unavailable> {
        Err(Unavailable::Unsupported(UNSUPPORTED))
    }

    pub(super) fn finish(self) -> Result<Report, Unavailable> {
        match self {}
    }
}

impl Report {
    pub(super) fn encoded(&self) -> Result<Vec<u8>, Unavailable> {
        match *self {}
    }

    #[cfg(feature = "console")]
    pub(super) fn stacks(&self) -> std::iter::Empty<(Vec<String>, u64)> {
        match *self {}
    }

    #[cfg(feature = "console")]
    pub(super) fn seconds(&self) -> f64 {
        match *self {}
    }

    #[cfg(feature = "console")]
    pub(super) fn frequency(&self) -> i32 {
        match *self {}
    }
}
