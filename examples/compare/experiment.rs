//! The calls that the comparison makes. Each service includes this file, so that all get the same calls.

use std::error::Error;
use std::{env, future, io};

use crate::service;

/// Makes the calls that the arguments name, and prints the service's `/metrics`.
pub(crate) fn run() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let experiment = arguments.next().unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let telemetry = service::install()?;
        match experiment.as_str() {
            "calls" => call_each_function().await,
            "price" => price_each(arguments),
            _ => return Err("expected `calls`, or `price` and products".into()),
        }
        service::write_metrics(&telemetry, io::stdout())
    })
}

async fn call_each_function() {
    for cents in [service::price("tea"), 0] {
        match service::charge(cents).await {
            Ok(receipt) => eprintln!("charged, receipt {receipt}"),
            Err(error) => eprintln!("not charged: {error}"),
        }
    }
    // The delivery is polled once, does not end, and is dropped.
    tokio::select! {
        biased;
        () = service::deliver() => {}
        () = future::ready(()) => {}
    }
}

fn price_each(products: impl Iterator<Item = String>) {
    for product in products {
        service::price(&product);
    }
}
