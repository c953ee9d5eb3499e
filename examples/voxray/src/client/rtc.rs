//! A call over WebRTC.

use axum::http::{Request, StatusCode, header};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

use super::{Answer, Failed, Report, patiently};
use crate::audio::voice::{SILENCE, Voice};
use crate::cli::Call;
use crate::transport::peer::{Happened, Network, Peer};
use crate::transport::ports::Ports;

/// Frames of silence after an utterance, so that the recognizer has all of it.
const QUIET: usize = 5;

pub(super) async fn talk(call: &Call, report: &mut Report) -> Result<(), Failed> {
    let network = Network::new(Ports::of(call.server.ip()))?;
    let (mut peer, session) = Box::pin(connect(call, &network, "/offer")).await?;
    for (turn, text) in call.say.iter().enumerate() {
        if call.reconnect && turn > 0 {
            // The old connection is lost without a word.
            add(report, &peer);
            peer = Box::pin(connect(call, &network, &session)).await?.0;
            report.reconnections += 1;
        }
        let asked = patiently(call, "the answer", ask(&mut peer, text)).await;
        match asked {
            Ok(answer) => report.heard.push(answer),
            Err(error) => {
                add(report, &peer);
                return Err(error);
            }
        }
    }
    peer.close().await?;
    add(report, &peer);
    Ok(())
}

fn add(report: &mut Report, peer: &Peer) {
    report.sent += peer.traffic().sent;
    report.received += peer.traffic().received;
}

/// Offers a session at a path. Returns the path for the next offer of the session.
async fn connect(call: &Call, network: &Network, path: &str) -> Result<(Peer, String), Failed> {
    let offer = network.offer().await?;
    let request = Request::post(format!("http://{}{path}", call.server))
        .header(header::CONTENT_TYPE, "application/sdp")
        .body(Full::new(Bytes::from(offer.text.clone())))?;
    let client = Client::builder(TokioExecutor::new()).build_http();
    let answered = async {
        let response = client.request(request).await?;
        let (head, body) = response.into_parts();
        let answer = body.collect().await?.to_bytes();
        Ok((head, String::from_utf8(answer.to_vec())?))
    };
    let (head, answer) = patiently(call, "the answer to the offer", answered).await?;
    if head.status != StatusCode::CREATED {
        return Err(format!("the server responded with {}", head.status).into());
    }
    let session = head.headers.get(header::LOCATION);
    let session = session.ok_or("the session has no location")?.to_str()?;
    let mut peer = offer.answered(&answer)?;
    patiently(call, "the connection", connected(&mut peer)).await?;
    Ok((peer, session.to_owned()))
}

async fn connected(peer: &mut Peer) -> Result<(), Failed> {
    loop {
        match peer.next().await? {
            Happened::Connected => return Ok(()),
            Happened::Ended => return Err("the connection ended".into()),
            Happened::Sound(_) => {}
        }
    }
}

/// Says a text, and returns the answer.
async fn ask(peer: &mut Peer, text: &str) -> Result<String, Failed> {
    for frame in Voice::LOUD.speak(text) {
        peer.say(frame);
    }
    peer.say(Voice::LOUD.over());
    for _ in 0..QUIET {
        peer.say(SILENCE);
    }
    let mut answer = Answer::new();
    while !answer.is_over {
        match peer.next().await? {
            Happened::Sound(sound) => answer.hear(&sound),
            Happened::Ended => return Err("the connection ended".into()),
            Happened::Connected => {}
        }
    }
    Ok(answer.text)
}
