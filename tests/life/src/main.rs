//! A program that makes every public call of glyph at one moment of its life.
//!
//! It prints a line for each call, and `wrong` in it if something else was recorded than expected.
#![expect(
    clippy::unwrap_used,
    reason = "a failed setup ends the process, which fails the test"
)]

mod calls;
mod moments;
mod telemetry;

use std::{env, panic, process, time::Instant};

use calls::{CALLS, LIMIT, held};

fn main() {
    let mut arguments = env::args().skip(1);
    let (moment, output) = (arguments.next().unwrap(), arguments.next().unwrap());
    if arguments.next().as_deref() == Some("abort") {
        // Any panic ends the process, as with `panic = "abort"`.
        panic::set_hook(Box::new(|panic| {
            eprintln!("{panic}");
            process::abort();
        }));
    }
    moments::run(&moment, &output);
}

/// Makes every call, and prints what it recorded.
fn check(moment: &str) {
    for call in CALLS {
        one(moment, call.name, call.records, call.run);
    }
}

/// Drops values that were made earlier.
fn check_drops(moment: &str, held: Vec<(&'static str, u64, Box<dyn std::any::Any>)>) {
    for (name, records, value) in held {
        one(moment, name, records, || drop(value));
    }
}

fn one(moment: &str, name: &str, records: u64, run: impl FnOnce()) {
    let (before, started) = (telemetry::recorded(), Instant::now());
    run();
    let took = started.elapsed();
    let recorded = telemetry::recorded() - before;
    if recorded != records {
        println!("{moment}: {name}: wrong, recorded {recorded} and not {records}");
    } else if took > LIMIT {
        println!("{moment}: {name}: wrong, took {took:?}");
    } else {
        println!("{moment}: {name}: ok");
    }
}
