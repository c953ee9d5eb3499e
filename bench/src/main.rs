//! glyph and its peers, interleaved in one run.
//!
//! `cargo run --release -p glyph-bench -- counters` prints the cost of one operation with each
//! crate, and glyph's share of that cost. `--json` prints the same as one array.

mod benches;
mod child_process;
mod harness;
mod subjects;
mod workload;

use clap::{Parser, Subcommand};

use benches::{
    check, compile, counters, edges, export, faults, histograms, log, memory, render,
    stage_instructions, stages,
};
use child_process::ChildProcess;
use harness::report::{self, Row};

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(name = "glyph-bench", about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// Print one JSON array instead of a table.
    #[arg(long, global = true)]
    json: bool,
    /// Number of rounds for the median, in place of the bench's default.
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
}

#[derive(Subcommand)]
enum Command {
    #[command(flatten)]
    Bench(Bench),
    #[command(flatten)]
    ChildProcess(ChildProcess),
}

#[derive(Subcommand)]
enum Bench {
    /// Increment a counter of two closed labels, 18 series.
    Counters,
    /// Record into a histogram of ten buckets and two closed labels, 18 series.
    Histograms,
    /// Render the page of 20,000 histogram series.
    Render,
    /// Measure resident bytes per series, and growth without scrapes.
    Memory,
    /// Call a function under an attribute, with and without spans.
    Stages {
        /// Count instructions with valgrind in place of time.
        #[arg(long)]
        instructions: bool,
    },
    /// Compile a crate of many functions with an attribute, after its dependencies.
    Compile {
        /// Number of functions in the crate.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..))]
        functions: u16,
    },
    /// Check crates of many functions, metrics, stages and label values, after their dependencies.
    Check {
        /// A revision of glyph's repository to compare with.
        #[arg(long)]
        before: Option<String>,
    },
    /// Serve requests while the collector is absent, rejects, hangs, is slow, or fails otherwise.
    Faults {
        /// Seconds that each process serves.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
        seconds: u16,
    },
    /// Write log lines to a file, and serve requests with a log that nobody reads.
    Log {
        /// Seconds that each process serves.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
        seconds: u16,
    },
    /// Serve HTTP requests with each crate's layers.
    Edges {
        /// Count instructions with valgrind in place of processor time.
        #[arg(long)]
        instructions: bool,
    },
    /// Record sampled spans and send them to a collector over OTLP.
    Export {
        /// Count instructions with valgrind in place of processor time.
        #[arg(long)]
        instructions: bool,
    },
}

impl Bench {
    fn run(self, rounds: Option<u16>) -> Result<Vec<Row>> {
        match self {
            Self::Counters => counters::run(rounds),
            Self::Histograms => histograms::run(rounds),
            Self::Render => render::run(rounds),
            Self::Memory => memory::run(rounds),
            Self::Stages { instructions: true } => stage_instructions::run(rounds),
            Self::Stages {
                instructions: false,
            } => stages::run(rounds),
            Self::Compile { functions } => compile::run(functions, rounds),
            Self::Check { before } => check::run(before.as_deref(), rounds),
            Self::Faults { seconds } => faults::run(seconds, rounds),
            Self::Log { seconds } => log::run(seconds, rounds),
            Self::Edges { instructions } => edges::run(instructions, rounds),
            Self::Export { instructions } => export::run(instructions, rounds),
        }
    }
}

fn main() -> Result<()> {
    let Arguments {
        command,
        json,
        rounds,
    } = Arguments::parse();
    let rows = match command {
        Command::Bench(bench) => bench.run(rounds)?,
        Command::ChildProcess(child) => return child.run(),
    };
    if json {
        println!("{}", report::json(&rows)?);
    } else {
        print!("{}", report::tables(&rows));
    }
    Ok(())
}
