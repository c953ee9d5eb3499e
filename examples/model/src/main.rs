//! The model server as a program: `model --listen 127.0.0.1:8090`.

use std::{
    error::Error,
    io::{self, Write},
    net::SocketAddr,
    time::Duration,
};

use clap::Parser;
use glyph_example_model::{Fault, Model};
use tokio::net::TcpListener;

/// A rule-based model server with the usual streaming chat interface.
#[derive(Debug, Parser)]
#[command(name = "model", version)]
struct Cli {
    /// Address to serve on; port 0 picks a free port.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,

    /// Milliseconds between two tokens.
    #[arg(long, value_name = "MS", default_value = "20")]
    pace: u64,

    /// Make each request fail: 429, 500, cut, slow or flaky. A request chooses its own by
    /// `X-Model-Fault`.
    #[arg(long, value_name = "NAME")]
    fault: Option<Fault>,

    /// Milliseconds by which a slow response is late.
    #[arg(long, value_name = "MS", default_value = "10000")]
    wait: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let cli = Cli::parse();
    let model = Model::new()
        .pace(Duration::from_millis(cli.pace))
        .wait(Duration::from_millis(cli.wait))
        .fault(cli.fault);
    let listener = TcpListener::bind(cli.listen).await?;
    let address = listener.local_addr()?;
    writeln!(io::stdout(), "listening on http://{address}")?;
    Ok(model.serve(listener).await?)
}
