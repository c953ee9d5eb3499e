//! The id of an instance of a service, which tells replicas apart.

use std::{process, sync::OnceLock};

use uuid::Builder;

use crate::random;

/// The attribute (OpenTelemetry semantic conventions, "Service").
pub(crate) const INSTANCE: &str = "service.instance.id";

/// A random id, a UUID of version 4 (RFC 9562, section 5.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RandomInstance {
    bits: u128,
    process: u32,
}

impl RandomInstance {
    pub(crate) fn new() -> Self {
        Self {
            bits: random::bits(),
            process: process::id(),
        }
    }

    /// Returns the id of resources that have no other. It is the same for all of the process.
    pub(crate) fn of_process() -> Self {
        static OF_PROCESS: OnceLock<RandomInstance> = OnceLock::new();
        *OF_PROCESS.get_or_init(Self::new)
    }

    /// Returns the id in this process. Each process that was forked has a different one.
    pub(crate) fn text(self) -> String {
        // An odd factor spreads the difference of two process ids over all bits.
        let forks = u128::from(process::id() ^ self.process);
        let bits = self.bits ^ forks.wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        let id = Builder::from_random_bytes(bits.to_be_bytes()).into_uuid();
        id.hyphenated().to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::RandomInstance;

    #[test]
    fn id_of_another_process_differs() {
        let here = RandomInstance::new();
        let parent = RandomInstance {
            process: here.process ^ 1,
            ..here
        };
        assert_eq!(here.text(), here.text());
        assert_ne!(here.text(), parent.text());
        assert_ne!(here.text(), RandomInstance::new().text());
        assert_eq!(
            here.text().as_bytes().get(14),
            Some(&b'4'),
            "{}",
            here.text()
        );
    }
}
