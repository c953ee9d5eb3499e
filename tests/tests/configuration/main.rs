//! What the environment, the program and the command line say, and which of them counts.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what is not there fails the test"
)]

mod arguments;
mod documentation;
mod environment;
mod installed;
mod precedence;

use glyph_runtime::config::{ConfigError, Configuration, Environment};

/// An environment with these variables alone.
fn environment(variables: &[(&'static str, &'static str)]) -> Environment<'static> {
    Environment::new(lookup(variables))
}

fn lookup(
    variables: &[(&'static str, &'static str)],
) -> impl Fn(&str) -> Option<String> + Send + 'static {
    let variables = variables.to_vec();
    move |name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    }
}

fn read(variables: &[(&'static str, &'static str)]) -> Result<Configuration, ConfigError> {
    environment(variables).read("shop")
}
