//! A service that drains, flushes and logs when a signal arrives.

use std::{error::Error, io::Write, net::Ipv4Addr, time::Duration};

use glyph_runtime::{Telemetry, log::Output, trace::FileSettings};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(path), Some(drain)) = (arguments.next(), arguments.next()) else {
        return Err("give a file for spans, and milliseconds to drain".into());
    };
    let drain = Duration::from_millis(drain.parse()?);
    // Neither timers nor sockets: the wait for a signal needs nothing from the runtime.
    let runtime = tokio::runtime::Builder::new_current_thread().build()?;
    runtime.block_on(serve(path, drain))
}

async fn serve(path: String, drain: Duration) -> Result<(), Box<dyn Error>> {
    let telemetry = Telemetry::builder("signalled")
        .listener((Ipv4Addr::LOCALHOST, 0))
        .log(|log| log.output = Output::Stderr)
        .traces(|traces| traces.file = Some(FileSettings::new(path)))
        .install()?;
    tracing::info_span!("work").in_scope(|| tracing::info!("worked"));
    let address = telemetry.local_addr().ok_or("no listener")?;
    writeln!(std::io::stdout(), "{address}")?;
    telemetry.until_signal(drain).await?;
    telemetry.shutdown().await.into_result()?;
    Ok(())
}
