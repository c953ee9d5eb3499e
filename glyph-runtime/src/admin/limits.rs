//! The limits of the listener.

use std::time::Duration;

/// The limit of bytes in the head of a request, and in the part of a response that is not sent yet.
pub(super) const BUFFER: usize = 16 * 1024;

/// The limit of bytes in the body of a request.
pub(super) const BODY: usize = 4 * 1024;

/// The time in which the head of a request has to arrive, and then its body.
pub(super) const ARRIVAL: Duration = Duration::from_secs(10);

/// The sizes of the operating system's buffers of a connection. They bound the memory that clients
/// that read nothing, or send more than they should, can hold.
pub(super) const SEND_BUFFER: usize = 32 * 1024;
pub(super) const RECEIVE_BUFFER: usize = 32 * 1024;

/// The most and the fewest connections, whatever the process may have open.
const MOST_CONNECTIONS: usize = 2048;
const FEWEST_CONNECTIONS: usize = 32;

/// The part of the process's descriptors that connections may take, and the part up to the number
/// of connections that many clients at a time need.
const SHARE: usize = 4;
const SHARE_OF_FEW: usize = 2;
const NEEDED: usize = 128;

/// The limits for clients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// The limit of concurrent connections. A further one cuts the one that has waited longest for
    /// a request.
    pub(super) connections: usize,
    /// The timeout for the head of a request, also of the next request on the same connection.
    pub(super) head: Duration,
    /// The timeout for a client to read some of a response.
    pub(super) write: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: connections(descriptors()),
            head: ARRIVAL,
            write: Duration::from_secs(30),
        }
    }
}

/// Returns the limit of connections in a process that may have `descriptors` open.
fn connections(descriptors: Option<u64>) -> usize {
    let descriptors = descriptors.and_then(|most| usize::try_from(most).ok());
    let share = |most: usize| (most / SHARE).max(NEEDED.min(most / SHARE_OF_FEW));
    let share = descriptors.map_or(MOST_CONNECTIONS, share);
    share.clamp(FEWEST_CONNECTIONS, MOST_CONNECTIONS)
}

/// Returns how many descriptors the process may have open. `None` without a limit.
#[cfg(unix)]
fn descriptors() -> Option<u64> {
    rustix::process::getrlimit(rustix::process::Resource::Nofile).current
}

#[cfg(not(unix))]
fn descriptors() -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::connections;

    #[test]
    fn connections_take_a_part_of_the_descriptors() {
        assert_eq!(connections(Some(0)), 32);
        assert_eq!(connections(Some(128)), 64);
        assert_eq!(connections(Some(256)), 128);
        assert_eq!(connections(Some(512)), 128);
        assert_eq!(connections(Some(1024)), 256);
        assert_eq!(connections(Some(8192)), 2048);
        assert_eq!(connections(Some(u64::MAX)), 2048);
        assert_eq!(connections(None), 2048);
    }
}
