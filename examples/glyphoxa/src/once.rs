//! Each session once, a few requests, and then the metrics and the conversations.

use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode, header};
use futures_util::future::join_all;
use glyph_runtime::config::TelemetryArgs;
use glyph_runtime::expose::Format;
use tower::ServiceExt;

use crate::conversation::{Pipeline, Place};
use crate::process::{self, Ended};
use crate::recordings::Recording;
use crate::session::{Turns, play};
use crate::settings::Settings;
use crate::stop::Stop;
use crate::{api, report, server};

/// The longest response, in bytes.
const LONGEST: usize = 4 << 20;
const SPEAK: &str = "/api/v1/npcs/guard_02/speak";

/// Plays the sessions and sends the requests.
pub(crate) async fn run(settings: &Settings, arguments: TelemetryArgs, speed: f64) -> Ended {
    let pipeline = Pipeline::start(settings).await?;
    let telemetry = process::telemetry(settings, arguments);
    let telemetry = pipeline.checked(telemetry).install()?;
    let recordings = process::record(&pipeline.providers.speech).await?;
    let place = Place::Here(pipeline);
    let (_running, stop) = Stop::pair();
    let sessions = recordings
        .iter()
        .map(|recording| play(&place, recording, speed, &stop));
    let played = join_all(sessions).await;
    let endpoints = telemetry.router().merge(api::router(place, &recordings));
    ask(server::layered(endpoints)).await?;
    let mut out = io::stdout().lock();
    write!(out, "{}", telemetry.render(Format::Text))?;
    print(&mut out, &recordings, &played)?;
    drop(out);
    // The log has what was not delivered. The work is done, so that is not an error of the program.
    let _report = telemetry.shutdown().await;
    Ok(())
}

/// Asks as a client would, and reads the responses to their ends.
async fn ask(endpoints: Router) -> Result<(), Box<dyn Error>> {
    let requests = [
        Request::get("/healthz").body(Body::empty())?,
        Request::get("/readyz").body(Body::empty())?,
        Request::post(SPEAK).body(Body::empty())?,
        Request::post(SPEAK)
            .header(header::ACCEPT, "audio/wav")
            .body(Body::empty())?,
    ];
    for request in requests {
        let path = request.uri().path().to_owned();
        let response = endpoints.clone().oneshot(request).await?;
        let status = response.status();
        to_bytes(response.into_body(), LONGEST).await?;
        if status != StatusCode::OK {
            tracing::warn!(path, status = status.as_u16(), "request failed");
        }
    }
    Ok(())
}

fn print(out: &mut impl Write, recordings: &[Arc<Recording>], played: &[Turns]) -> io::Result<()> {
    writeln!(out, "#")?;
    for (recording, turns) in recordings.iter().zip(played) {
        report::conversation(out, recording, turns)?;
    }
    let unanswered = played.iter().flatten().filter(|turn| turn.is_err()).count();
    report::table(out, u64::try_from(unanswered).unwrap_or(u64::MAX))?;
    out.flush()
}
