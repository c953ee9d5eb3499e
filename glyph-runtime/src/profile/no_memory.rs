//! Stands for profiles of the memory where no allocator counts.

use super::unavailable::Unavailable;

const UNSUPPORTED: &str = if cfg!(feature = "profile-jemalloc") {
    "no profile of the memory on this system: use Linux"
} else {
    "no profile of the memory: enable the feature `profile-jemalloc` of `glyph-runtime`, and choose jemalloc as the \
     allocator"
};

#[derive(Clone, Copy, Debug)]
pub(super) enum Memory {
    InUse,
    Allocated,
}

/// Returns why there are no profiles.
pub(super) const fn check() -> Result<(), Unavailable> {
    Err(Unavailable::Unsupported(UNSUPPORTED))
}

pub(super) const fn profile(_memory: Memory) -> Result<Vec<u8>, Unavailable> {
    Err(Unavailable::Unsupported(UNSUPPORTED))
}
