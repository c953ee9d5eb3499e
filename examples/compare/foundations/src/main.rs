//! The service of the comparison, written with foundations.

#[path = "../../experiment.rs"]
mod experiment;
mod service;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    experiment::run()
}
