//! glyph and its peers, interleaved in one run.
//!
//! `cargo run --release -p glyph-bench -- counters` prints the cost of one operation with each
//! crate, and glyph's share of that cost. `--json` prints the same as one array.

mod benches;
mod harness;
mod subjects;
mod workload;

use clap::{Parser, Subcommand};

use benches::{compile, counters, edges, export, faults, histograms, log, memory, render, stages};
use harness::report;
use subjects::calls::{Form, Surroundings};
use subjects::edges::Tracing;
use subjects::export::Attributes;

type Error = Box<dyn std::error::Error + Send + Sync>;
type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Parser)]
#[command(name = "glyph-bench", about)]
struct Arguments {
    #[command(subcommand)]
    bench: Bench,
    /// Print one JSON array instead of a table.
    #[arg(long, global = true)]
    json: bool,
    /// Number of rounds for the median, in place of the bench's default.
    #[arg(long, global = true, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: Option<u16>,
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
    Stages,
    /// Compile a crate of many functions with an attribute, after its dependencies.
    Compile {
        /// Number of functions in the crate.
        #[arg(long, default_value_t = 500, value_parser = clap::value_parser!(u16).range(1..))]
        functions: u16,
    },
    /// Serve requests while the collector is absent, rejects, hangs, is slow, or fails otherwise.
    Faults {
        /// Seconds that each process serves.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
        seconds: u16,
    },
    /// The child process of `faults`: serves and prints one figure.
    #[command(hide = true)]
    Serve {
        endpoint: String,
        seconds: u16,
        figure: faults::Figure,
    },
    /// Write log lines to a file, and serve requests with a log that nobody reads.
    Log {
        /// Seconds that each process serves.
        #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(1..))]
        seconds: u16,
    },
    /// The child process of `log`: serves and prints one figure.
    #[command(hide = true)]
    ServeLog { seconds: u16 },
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
    /// The child process of `export`: sends bursts of spans, and prints the cost of one.
    #[command(hide = true)]
    SendSpans {
        subject: String,
        attributes: Attributes,
        bursts: u32,
        endpoint: String,
    },
    /// The child process of `edges`: a server with one subject's layers.
    #[command(hide = true)]
    ServeEdge { subject: String, tracing: Tracing },
    /// The child process of `edges --instructions`: requests to a router with one subject's layers.
    /// Prints their number.
    #[command(hide = true)]
    RequestEdge {
        subject: String,
        tracing: Tracing,
        passes: u32,
    },
    /// The child process of `memory`: fills one subject and prints its growth.
    #[command(hide = true)]
    Grow { kind: memory::Kind, subject: String },
    /// The child process of `stages`: runs one subject and prints the cost of a call.
    #[command(hide = true)]
    Call {
        form: Form,
        surroundings: Surroundings,
        threads: usize,
        subject: String,
    },
}

fn main() -> Result<()> {
    let Arguments {
        bench,
        json,
        rounds,
    } = Arguments::parse();
    let rows = match bench {
        Bench::Counters => counters::run(rounds)?,
        Bench::Histograms => histograms::run(rounds)?,
        Bench::Render => render::run(rounds)?,
        Bench::Memory => memory::run(rounds)?,
        Bench::Stages => stages::run(rounds)?,
        Bench::Compile { functions } => compile::run(functions, rounds)?,
        Bench::Faults { seconds } => faults::run(seconds, rounds)?,
        Bench::Serve {
            endpoint,
            seconds,
            figure,
        } => {
            println!("{}", faults::serve(&endpoint, seconds, figure)?);
            return Ok(());
        }
        Bench::Log { seconds } => log::run(seconds, rounds)?,
        Bench::ServeLog { seconds } => {
            println!("{}", log::serve(seconds)?);
            return Ok(());
        }
        Bench::Edges { instructions } => edges::run(instructions, rounds)?,
        Bench::ServeEdge { subject, tracing } => {
            return subjects::edges::serve(&subject, tracing);
        }
        Bench::RequestEdge {
            subject,
            tracing,
            passes,
        } => {
            let requests = subjects::edges::request_in_process(&subject, tracing, passes)?;
            println!("{requests}");
            return Ok(());
        }
        Bench::Export { instructions } => export::run(instructions, rounds)?,
        Bench::SendSpans {
            subject,
            attributes,
            bursts,
            endpoint,
        } => {
            let cost = export::send(&subject, attributes, bursts, &endpoint)?;
            println!("{cost}");
            return Ok(());
        }
        Bench::Grow { kind, subject } => {
            println!("{}", memory::grow(kind, &subject)?);
            return Ok(());
        }
        Bench::Call {
            form,
            surroundings,
            threads,
            subject,
        } => {
            println!("{}", stages::call(form, surroundings, threads, &subject)?);
            return Ok(());
        }
    };
    if json {
        println!("{}", report::json(&rows)?);
    } else {
        print!("{}", report::tables(&rows));
    }
    Ok(())
}
