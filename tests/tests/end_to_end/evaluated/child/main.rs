//! The catalog of an example in a process that follows a script: each line of its input is a phase.

mod catalogs;
mod scripts;

use std::{
    env,
    error::Error,
    io::{self, BufRead, Write},
    num::NonZeroU32,
    sync::mpsc::{RecvTimeoutError, channel},
    thread,
    time::Duration,
};

use glyph_runtime::{Telemetry, log::Output};
use scripts::{Phase, SCRIPTS, Script};

/// The time between two steps of a phase.
const STEP: Duration = Duration::from_millis(200);

/// Divisor of windows and pending times: five minutes become ten seconds.
const SHORTEN: NonZeroU32 = match NonZeroU32::new(30) {
    Some(factor) => factor,
    None => NonZeroU32::MIN,
};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().ok_or("missing example")?;
    let script = SCRIPTS.iter().find(|script| script.name == name);
    let script = script.ok_or("unknown example")?;
    match arguments.next() {
        Some(_rules) => {
            let rules = (script.artifacts)().shortened(SHORTEN).rules()?;
            Ok(io::stdout().write_all(rules.as_bytes())?)
        }
        None => serve(script),
    }
}

fn serve(script: &Script) -> Result<(), Box<dyn Error>> {
    (script.step)(Phase::Good);
    let builder = Telemetry::builder(script.name)
        .listener(([127, 0, 0, 1], 0))
        .console(true)
        .without_process()
        .console_shortened(SHORTEN)
        .log(|log| log.output = Output::Stderr);
    let telemetry = (script.catalogs)(builder).install()?;
    let address = telemetry.local_addr().ok_or("no listener")?;
    writeln!(io::stdout(), "{address}")?;
    let (sender, phases) = channel();
    thread::spawn(move || {
        let lines = io::stdin().lock().lines().map_while(Result::ok);
        let phases = lines.map_while(|line| Phase::named(&line));
        phases.map_while(|phase| sender.send(phase).ok()).count()
    });
    // Nothing else is recorded before the script begins.
    let Ok(mut phase) = phases.recv() else {
        return Ok(());
    };
    loop {
        (script.step)(phase);
        match phases.recv_timeout(STEP) {
            Ok(next) => phase = next,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
