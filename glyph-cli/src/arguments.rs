//! The arguments of the command.

use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use glyph_runtime::console::client::{Client, ClientError};

/// Asks the console of a running program.
#[derive(Debug, Parser)]
#[command(name = "glyph", version)]
pub(crate) struct Arguments {
    /// The listener of the program
    #[arg(
        long,
        env = "GLYPH_CONSOLE_URL",
        default_value = "http://127.0.0.1:9464",
        global = true
    )]
    url: String,
    /// The admin token of the program. Other users see arguments: prefer the variable
    #[arg(long, env = "GLYPH_ADMIN_TOKEN", hide_env_values = true, global = true)]
    token: Option<String>,
    /// Print JSON, as the API returns it
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What is asked for.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// List recent traces
    Traces(Traces),
    /// Show the spans and the log lines of one trace
    Trace(Trace),
    /// Print recent log lines
    Logs(Logs),
    /// List the stages over the last five minutes
    Stages,
    /// List the alerts and objectives
    Alerts(Alerts),
}

#[derive(Args, Debug)]
pub(crate) struct Traces {
    /// Only traces that have failed
    #[arg(long)]
    pub(crate) failed: bool,
    /// Only traces that started within this time, such as 5m
    #[arg(long, value_parser = duration)]
    pub(crate) last: Option<Duration>,
    /// Only traces with a span of this name
    #[arg(long)]
    pub(crate) stage: Option<String>,
    /// Only traces that took at least this time, such as 100ms
    #[arg(long, value_parser = duration)]
    pub(crate) min: Option<Duration>,
    /// The most traces
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=500))]
    pub(crate) limit: u16,
}

#[derive(Args, Debug)]
pub(crate) struct Trace {
    /// The trace id, 32 hexadecimal digits
    pub(crate) id: String,
}

#[derive(Args, Debug)]
pub(crate) struct Logs {
    /// The least severe level
    #[arg(long)]
    pub(crate) level: Option<Level>,
    /// A part of the message, the target or a field, in any case
    #[arg(long)]
    pub(crate) text: Option<String>,
    /// Only lines of this trace
    #[arg(long)]
    pub(crate) trace: Option<String>,
    /// The most lines
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) limit: u16,
    /// Print further lines as they are written
    #[arg(long, short)]
    pub(crate) follow: bool,
}

/// A level of log lines.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Level {
    Error,
    Warn,
    Info,
    Debug,
    Trace,
}

#[derive(Args, Debug)]
pub(crate) struct Alerts {
    /// Only alerts that are pending or firing
    #[arg(long)]
    pub(crate) active: bool,
}

impl Level {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warn => "warn",
            Self::Info => "info",
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

impl Arguments {
    /// Returns a client for the program.
    pub(crate) fn client(&self) -> Result<Client, ClientError> {
        let client = Client::new(self.url.as_str())?;
        Ok(match &self.token {
            Some(token) => client.token(token.as_str()),
            None => client,
        })
    }
}

/// Parses a time: an integer with `ms`, `s`, `m`, `h` or `d`.
fn duration(text: &str) -> Result<Duration, String> {
    let error = || "use an integer with a unit, such as 100ms, 30s, 5m, 2h or 1d".to_owned();
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    let (number, unit) = text.split_at(end.ok_or_else(error)?);
    let number: u64 = number.parse().map_err(|_| error())?;
    let milliseconds = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return Err(error()),
    };
    let all = number.checked_mul(milliseconds).ok_or_else(error)?;
    Ok(Duration::from_millis(all))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::CommandFactory;

    use super::{Arguments, duration};

    #[test]
    fn arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn times_have_a_unit() {
        assert_eq!(duration("5m"), Ok(Duration::from_secs(300)));
        assert_eq!(duration("100ms"), Ok(Duration::from_millis(100)));
        for invalid in [
            "",
            "5",
            "m",
            "-5m",
            "5 m",
            "1.5s",
            "5y",
            "99999999999999999999s",
            "18446744073709551615d",
        ] {
            assert!(duration(invalid).is_err(), "{invalid}");
        }
    }
}
