//! An end of a WebRTC connection, on one UDP socket.

use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use str0m::change::{SdpAnswer, SdpOffer, SdpPendingOffer};
use str0m::crypto::{CryptoProvider, dtls::DtlsCert, from_feature_flags};
use str0m::error::SdpError;
use str0m::media::{Direction, Frequency, MediaKind, MediaTime, Mid};
use str0m::net::{Protocol, Receive};
use str0m::{Candidate, Event, Input, Output, Rtc, RtcConfig, RtcError};
use thiserror::Error;
use tokio::net::UdpSocket;
use tokio::time::{Instant, sleep_until};

use super::ports::Ports;
use crate::audio::FRAME;

/// The time of a frame.
const PACE: Duration = Duration::from_millis(20);
/// The most bytes of a datagram.
const DATAGRAM: usize = 2_000;

/// Why there is no connection.
#[derive(Debug, Error)]
pub(crate) enum PeerError {
    #[error("no certificate")]
    Certificate,
    #[error("no port for media: {0}")]
    Port(#[from] io::Error),
    #[error("the description of the session is malformed: {0}")]
    Malformed(SdpError),
    #[error("the session is not possible: {0}")]
    Rejected(RtcError),
    #[error("the session has no sound")]
    Silent,
}

/// What the connections of a program share.
#[derive(Debug)]
pub(crate) struct Network {
    ports: Ports,
    crypto: Arc<CryptoProvider>,
    certificate: DtlsCert,
}

impl Network {
    /// Creates a certificate for connections at these ports.
    pub(crate) fn new(ports: Ports) -> Result<Self, PeerError> {
        let crypto = from_feature_flags();
        let certificate = crypto.dtls_provider.generate_certificate();
        Ok(Self {
            ports,
            certificate: certificate.ok_or(PeerError::Certificate)?,
            crypto: Arc::new(crypto),
        })
    }

    /// Accepts an offer. Returns the answer.
    pub(crate) async fn accept(&self, offer: &str) -> Result<(Peer, String), PeerError> {
        let offer = SdpOffer::from_sdp_string(offer).map_err(PeerError::Malformed)?;
        let mut peer = self.peer().await?;
        let answer = peer.rtc.sdp_api().accept_offer(offer);
        let answer = answer.map_err(PeerError::Rejected)?;
        Ok((peer, answer.to_sdp_string()))
    }

    /// Makes an offer.
    pub(crate) async fn offer(&self) -> Result<Offer, PeerError> {
        let mut peer = self.peer().await?;
        let mut changes = peer.rtc.sdp_api();
        let mid = changes.add_media(MediaKind::Audio, Direction::SendRecv, None, None, None);
        let (offer, pending) = changes.apply().ok_or(PeerError::Silent)?;
        peer.mid = Some(mid);
        Ok(Offer {
            text: offer.to_sdp_string(),
            pending,
            peer,
        })
    }

    async fn peer(&self) -> Result<Peer, PeerError> {
        let (socket, local) = self.ports.bind().await?;
        let now = Instant::now();
        let mut rtc = RtcConfig::new()
            .set_crypto_provider(Arc::clone(&self.crypto))
            .set_dtls_cert(self.certificate.clone())
            .clear_codecs()
            .enable_pcmu(true)
            .build(now.into_std());
        let candidate = Candidate::host(local, "udp");
        let candidate = candidate.map_err(|error| PeerError::Rejected(error.into()))?;
        rtc.add_local_candidate(candidate);
        Ok(Peer {
            rtc,
            socket,
            local,
            mid: None,
            due: now,
            happened: VecDeque::new(),
            waiting: VecDeque::new(),
            begun: now,
            next_frame: now,
            media_time: 0,
            traffic: Traffic::default(),
            is_reached: false,
            is_cut: false,
        })
    }
}

/// An offer that was not answered yet.
pub(crate) struct Offer {
    pub(crate) text: String,
    pending: SdpPendingOffer,
    peer: Peer,
}

impl Offer {
    pub(crate) fn answered(mut self, answer: &str) -> Result<Peer, PeerError> {
        let answer = SdpAnswer::from_sdp_string(answer).map_err(PeerError::Malformed)?;
        let accepted = self.peer.rtc.sdp_api().accept_answer(self.pending, answer);
        accepted.map_err(PeerError::Rejected)?;
        Ok(self.peer)
    }
}

/// The bytes of all datagrams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traffic {
    pub(crate) sent: u64,
    pub(crate) received: u64,
}

/// What happened on a connection.
#[derive(Debug)]
pub(crate) enum Happened {
    Connected,
    Sound(Bytes),
    /// The other end closed the connection, or is not reached.
    Ended,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Peer {
    rtc: Rtc,
    socket: UdpSocket,
    /// The address of the socket as peers know it.
    local: SocketAddr,
    mid: Option<Mid>,
    /// When the connection has to do something by itself.
    due: Instant,
    happened: VecDeque<Happened>,
    /// Frames to send.
    waiting: VecDeque<Bytes>,
    begun: Instant,
    next_frame: Instant,
    /// The sample after the last one that was sent.
    media_time: u64,
    traffic: Traffic,
    /// Whether datagrams reach the other end.
    is_reached: bool,
    is_cut: bool,
}

impl Peer {
    /// Loses every datagram from now on.
    pub(crate) fn cut(&mut self) {
        self.is_cut = true;
    }

    pub(crate) fn traffic(&self) -> Traffic {
        self.traffic
    }

    /// Whether datagrams reach the other end, also before the connection is secured.
    pub(crate) fn is_reached(&self) -> bool {
        self.is_reached
    }

    /// Sends a frame as soon as its time has come.
    pub(crate) fn say(&mut self, frame: Bytes) {
        self.waiting.push_back(frame);
    }

    /// Waits for the next event. It can be dropped and called again.
    pub(crate) async fn next(&mut self) -> Result<Happened, RtcError> {
        loop {
            self.drain().await?;
            if let Some(happened) = self.happened.pop_front() {
                return Ok(happened);
            }
            if !self.rtc.is_alive() {
                return Ok(Happened::Ended);
            }
            let has_frame = self.rtc.is_connected() && !self.waiting.is_empty();
            let due = if has_frame {
                self.due.min(self.next_frame)
            } else {
                self.due
            };
            let mut datagram = [0; DATAGRAM];
            tokio::select! {
                received = self.socket.recv_from(&mut datagram) => {
                    // An error is that of a datagram before.
                    if let Ok((length, source)) = received {
                        self.receive(datagram.get(..length).unwrap_or_default(), source)?;
                    }
                }
                () = sleep_until(due) => self.act(has_frame)?,
            }
        }
    }

    /// Says goodbye.
    pub(crate) async fn close(&mut self) -> Result<(), RtcError> {
        self.rtc.close()?;
        self.drain().await
    }

    fn receive(&mut self, datagram: &[u8], source: SocketAddr) -> Result<(), RtcError> {
        if self.is_cut {
            return Ok(());
        }
        self.traffic.received += bytes(datagram);
        let Ok(contents) = datagram.try_into() else {
            return Ok(());
        };
        let received = Receive {
            proto: Protocol::Udp,
            source,
            destination: self.local,
            contents,
        };
        let now = Instant::now().into_std();
        self.rtc.handle_input(Input::Receive(now, received))
    }

    /// Does what has to be done at this time.
    fn act(&mut self, has_frame: bool) -> Result<(), RtcError> {
        let now = Instant::now();
        if has_frame && now >= self.next_frame {
            return self.send_frame(now);
        }
        self.rtc.handle_input(Input::Timeout(now.into_std()))
    }

    fn send_frame(&mut self, now: Instant) -> Result<(), RtcError> {
        let (Some(frame), Some(mid)) = (self.waiting.pop_front(), self.mid) else {
            return Ok(());
        };
        self.next_frame = (self.next_frame + PACE).max(now);
        // The clock of the media also runs while nothing is said.
        let elapsed = (now - self.begun).as_millis().saturating_mul(8);
        let elapsed = u64::try_from(elapsed).unwrap_or(u64::MAX);
        let frame_length = u64::try_from(FRAME).unwrap_or(u64::MAX);
        let is_behind = elapsed > self.media_time.saturating_add(8 * frame_length);
        let time = if is_behind { elapsed } else { self.media_time };
        self.media_time = time.saturating_add(bytes(&frame));
        let Some(writer) = self.rtc.writer(mid) else {
            return Ok(());
        };
        let Some(format) = writer
            .payload_params()
            .next()
            .map(str0m::format::PayloadParams::pt)
        else {
            return Ok(());
        };
        let time = MediaTime::new(time, Frequency::EIGHT_KHZ);
        writer.write(format, now.into_std(), time, frame.to_vec())
    }

    /// Sends what is to be sent, until the connection waits.
    async fn drain(&mut self) -> Result<(), RtcError> {
        loop {
            match self.rtc.poll_output()? {
                Output::Timeout(due) => {
                    self.due = due.into();
                    return Ok(());
                }
                Output::Transmit(datagram) if !self.is_cut => {
                    // A datagram that is not sent is lost, as on the way.
                    let to = datagram.destination;
                    if let Ok(sent) = self.socket.send_to(&datagram.contents, to).await {
                        self.traffic.sent += u64::try_from(sent).unwrap_or(u64::MAX);
                    }
                }
                Output::Transmit(_) => {}
                Output::Event(event) => self.note(event),
            }
        }
    }

    fn note(&mut self, event: Event) {
        match event {
            Event::IceConnectionStateChange(state) if state.is_disconnected() => {
                self.happened.push_back(Happened::Ended);
            }
            Event::IceConnectionStateChange(state) => {
                self.is_reached |= state.is_connected();
            }
            Event::Connected => self.happened.push_back(Happened::Connected),
            Event::MediaAdded(added) => self.mid = Some(added.mid),
            Event::MediaData(data) => {
                let sound = Bytes::copy_from_slice(&data.data);
                self.happened.push_back(Happened::Sound(sound));
            }
            Event::Closed => self.happened.push_back(Happened::Ended),
            _ => {}
        }
    }
}

fn bytes(of: &[u8]) -> u64 {
    u64::try_from(of.len()).unwrap_or(u64::MAX)
}
