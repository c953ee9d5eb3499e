//! The parts of a call that a thread has entered.

/// Bits of the parts, so that each step needs one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Inside(u8);

impl Inside {
    pub(super) const NOTHING: Self = Self(0);

    /// The span of the call, or the one around it.
    pub(super) const SPAN: Self = Self(1);

    pub(super) const CONTEXT: Self = Self(2);

    pub(super) const RECORD: Self = Self(4);

    /// The call ends when its record is left.
    pub(super) const ENDS: Self = Self(Self::RECORD.0 << 1);

    /// The thread knows that it is in the stage. A record shows it by itself.
    pub(super) const STAGE: Self = Self(16);

    /// Adds a part, if the thread has entered it.
    #[inline]
    pub(super) const fn with(self, part: Self, is_entered: bool) -> Self {
        if is_entered {
            Self(self.0 | part.0)
        } else {
            self
        }
    }

    #[inline]
    pub(super) const fn has(self, part: Self) -> bool {
        self.0 & part.0 != 0
    }

    /// Notes that the call ends when it is left. Without a record that changes nothing.
    #[inline]
    pub(crate) const fn ending(self) -> Self {
        Self(self.0 | (self.0 & Self::RECORD.0) << 1)
    }
}
