//! What a thread that records does for the console: nothing. callgrind counts as many instructions with
//! it as without.

use std::{env, hint::black_box, process::Command, time::Duration};

use glyph_runtime::log::Output;
use glyph_tests::environment;
use tracing::dispatcher::with_default;

use crate::program::{Order, Shop, pay, program_with_log, subscriber};

/// The variable of a process under valgrind: `true` if it has a console.
const CONSOLE: &str = "GLYPH_TEST_CONSOLE";

/// The variable of a process under valgrind: what it records.
const RECORDS: &str = "GLYPH_TEST_RECORDS";

/// The calls that are counted.
const CALLS: u32 = 200;

/// What a thread records.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Recorded {
    /// Counters, gauges and histograms.
    Metrics,
    /// Calls of a stage, sampled, which the ring of recent traces keeps.
    Stages,
    /// Lines of the log, as JSON.
    Lines,
}

const ALL: [Recorded; 3] = [Recorded::Metrics, Recorded::Stages, Recorded::Lines];

impl Recorded {
    /// Two processes without a console differ by 0.2% in random ids and in the digits of times, which
    /// metrics do not have.
    const fn noise(self, instructions: u64) -> u64 {
        match self {
            Self::Metrics => 0,
            Self::Stages | Self::Lines => instructions / 200,
        }
    }

    fn once(self) {
        match self {
            Self::Metrics => {
                let shop = Shop::global();
                shop.orders.inc(Order { item: "bread" });
                shop.paying.inc();
                shop.payment.observe(Duration::from_millis(20));
            }
            Self::Stages => {
                let _paid = black_box(pay("bread"));
            }
            Self::Lines => tracing::info!(order = 7, "checked"),
        }
    }
}

/// The function that callgrind counts.
#[inline(never)]
fn counted_calls(recorded: Recorded) {
    for _ in 0..black_box(CALLS) {
        recorded.once();
    }
}

/// Records in a process under valgrind.
fn record(recorded: Recorded, console: bool) {
    let (telemetry, _address) = program_with_log(|program| {
        program.console(console).log(|log| {
            log.output = Output::Writer(Box::new(std::io::sink()));
            "info".clone_into(&mut log.filter);
        })
    });
    with_default(&subscriber(&telemetry), || {
        // The first calls create what the thread keeps.
        for _ in 0..CALLS {
            recorded.once();
        }
        telemetry.flush_blocking(Duration::from_secs(60)).unwrap();
        counted_calls(recorded);
    });
}

/// Returns the instructions of the calls in a process of its own.
fn instructions(recorded: Recorded, console: bool) -> u64 {
    let name = "instructions::recording_has_as_many_instructions_with_a_console";
    let mut command = Command::new("valgrind");
    environment::clean(&mut command)
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg("--toggle-collect=*::counted_calls*")
        .arg(env::current_exe().unwrap())
        .args(["--exact", name, "--include-ignored", "--test-threads=1"])
        .env(RECORDS, format!("{recorded:?}"))
        .env(CONSOLE, console.to_string());
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("valgrind: {error}"));
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text
        .lines()
        .find_map(|line| line.split_once("Collected : "));
    let (_, count) = collected.unwrap_or_else(|| panic!("{text}"));
    assert!(output.status.success(), "{text}");
    let count: u64 = count.trim().parse().unwrap();
    assert!(
        count > 10 * u64::from(CALLS),
        "the calls are not counted: {text}"
    );
    count
}

#[test]
#[ignore = "needs valgrind, which .ci/run installs"]
fn recording_has_as_many_instructions_with_a_console() {
    if let Ok(name) = env::var(RECORDS) {
        let recorded = ALL.into_iter().find(|it| format!("{it:?}") == name);
        return record(recorded.unwrap(), env::var(CONSOLE).unwrap() == "true");
    }
    for recorded in ALL {
        let [without, with] = [false, true].map(|console| instructions(recorded, console));
        println!("{recorded:?}: {without} without a console, {with} with it");
        assert!(
            with.abs_diff(without) <= recorded.noise(without),
            "{recorded:?}: {without} instructions without a console, {with} with it"
        );
    }
}
