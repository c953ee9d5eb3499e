//! The sockets of peers.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::ops::RangeInclusive;

use tokio::net::UdpSocket;

/// Where peers send sound.
#[derive(Clone, Debug)]
pub(crate) struct Ports {
    /// The address that peers are given.
    pub(crate) announced: IpAddr,
    /// The address that sockets are bound to. In a container it is another one.
    pub(crate) bound: IpAddr,
    /// Default: any free port.
    pub(crate) range: Option<RangeInclusive<u16>>,
}

impl Ports {
    /// Any free port of an address of this machine.
    pub(crate) fn of(address: IpAddr) -> Self {
        Self {
            announced: address,
            bound: address,
            range: None,
        }
    }

    /// Binds a free port. Returns the socket, and its address as peers know it.
    pub(crate) async fn bind(&self) -> io::Result<(UdpSocket, SocketAddr)> {
        let socket = self.free().await?;
        let address = SocketAddr::new(self.announced, socket.local_addr()?.port());
        Ok((socket, address))
    }

    async fn free(&self) -> io::Result<UdpSocket> {
        let ports = self.range.clone().unwrap_or(0..=0);
        let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
        for port in ports {
            match UdpSocket::bind((self.bound, port)).await {
                Ok(socket) => return Ok(socket),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Reads a range such as `8100-8119`.
pub(crate) fn range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let ends = text.split_once('-');
    let ends = ends.and_then(|(first, last)| Some((first.parse().ok()?, last.parse().ok()?)));
    match ends {
        Some((first, last)) if 0 < first && first <= last => Ok(first..=last),
        _ => Err("expected two ports, as in 8100-8119".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn range_has_two_ports_in_order() {
        assert_eq!(range("8100-8119"), Ok(8100..=8119));
        for wrong in ["8100", "8119-8100", "0-9", "a-b", "1-99999"] {
            assert!(range(wrong).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn socket_has_the_next_free_port_and_the_announced_address() {
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        let (_taken, address) = Ports::of(local).bind().await.unwrap();
        let first = address.port();
        let announced = "192.0.2.7".parse().unwrap();
        let mut ports = Ports {
            announced,
            bound: local,
            range: Some(first..=first.saturating_add(20)),
        };
        let (_socket, address) = ports.bind().await.unwrap();
        assert_eq!(address.ip(), announced);
        assert!(address.port() > first, "{address}");
        ports.range = Some(first..=first);
        let error = ports.bind().await.unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
