//! Settings from the environment, the program and the command line, and their precedence.
#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a missing value fails the test"
)]

mod aliases;
mod arguments;
mod collectors;
mod documentation;
mod environment;
mod installed;
mod labels;
mod logging;
mod network;
mod noise;
mod precedence;
mod sampling;

use glyph_runtime::{
    config::{ConfigError, ConfigWarning, Configuration, Environment},
    trace::TraceSettings,
};

/// Returns an environment with only these variables.
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

fn traces(variables: &[(&'static str, &'static str)]) -> TraceSettings {
    read(variables).unwrap().traces.unwrap()
}

fn warnings(variables: &[(&'static str, &'static str)]) -> Vec<ConfigWarning> {
    read(variables).unwrap().warnings
}
