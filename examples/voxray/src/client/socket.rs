//! A call over a WebSocket.

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use super::{Answer, Failed, Report, patiently};
use crate::audio::voice::Voice;
use crate::cli::Call;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub(super) async fn talk(call: &Call, report: &mut Report) -> Result<(), Failed> {
    let url = format!("ws://{}/ws", call.server);
    let connected = async { Ok(connect_async(&url).await?) };
    let (mut socket, _) = patiently(call, "the connection", connected).await?;
    for text in &call.say {
        let asked = ask(&mut socket, text, report);
        let answer = patiently(call, "the answer", asked).await?;
        report.heard.push(answer);
    }
    Ok(socket.close(None).await?)
}

/// Says a text, and returns the answer.
async fn ask(socket: &mut Socket, text: &str, report: &mut Report) -> Result<String, Failed> {
    let mut frames = Voice::LOUD.speak(text);
    frames.push(Voice::LOUD.over());
    for frame in frames {
        report.sent += u64::try_from(frame.len())?;
        socket.send(Message::Binary(frame)).await?;
    }
    let mut answer = Answer::new();
    while !answer.is_over {
        let message = socket.next().await.ok_or("the connection ended")?;
        if let Message::Binary(sound) = message? {
            report.received += u64::try_from(sound.len())?;
            answer.hear(&sound);
        }
    }
    Ok(answer.text)
}
