//! The commands of child processes, which print one figure for the bench that starts them.

use clap::Subcommand;

use crate::Result;
use crate::benches::{export, faults, log, memory, stages};
use crate::subjects::{
    self,
    calls::{Form, Surroundings},
    edges::Tracing,
    export::Attributes,
};

#[derive(Subcommand)]
pub(crate) enum ChildProcess {
    /// The child process of `faults`: serves and prints one figure.
    #[command(hide = true)]
    Serve {
        endpoint: String,
        seconds: u16,
        figure: faults::Figure,
    },
    /// The child process of `log`: serves and prints one figure.
    #[command(hide = true)]
    ServeLog { seconds: u16 },
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
    /// The child process of `stages --instructions`: runs passes of one subject.
    #[command(hide = true)]
    Passes {
        form: Form,
        surroundings: Surroundings,
        subject: String,
        passes: u32,
    },
    /// The child process of `stages`: runs one subject and prints the cost of a call.
    #[command(hide = true)]
    Call {
        form: Form,
        surroundings: Surroundings,
        threads: usize,
        subject: String,
    },
}

impl ChildProcess {
    pub(crate) fn run(self) -> Result<()> {
        match self {
            Self::Serve {
                endpoint,
                seconds,
                figure,
            } => {
                println!("{}", faults::serve(&endpoint, seconds, figure)?);
            }
            Self::ServeLog { seconds } => println!("{}", log::serve(seconds)?),
            Self::SendSpans {
                subject,
                attributes,
                bursts,
                endpoint,
            } => {
                println!("{}", export::send(&subject, attributes, bursts, &endpoint)?);
            }
            Self::ServeEdge { subject, tracing } => subjects::edges::serve(&subject, tracing)?,
            Self::RequestEdge {
                subject,
                tracing,
                passes,
            } => {
                println!(
                    "{}",
                    subjects::edges::request_in_process(&subject, tracing, passes)?
                );
            }
            Self::Grow { kind, subject } => println!("{}", memory::grow(kind, &subject)?),
            Self::Passes {
                form,
                surroundings,
                subject,
                passes,
            } => {
                stages::passes(form, surroundings, &subject, passes)?;
            }
            Self::Call {
                form,
                surroundings,
                threads,
                subject,
            } => {
                println!("{}", stages::call(form, surroundings, threads, &subject)?);
            }
        }
        Ok(())
    }
}
