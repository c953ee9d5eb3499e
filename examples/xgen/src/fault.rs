//! Failures that are made on purpose.

use clap::ValueEnum;

/// A failure. Each hits every fourth flow, unless it says otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Fault {
    /// The embedded origin responds with status 500.
    OriginError,
    /// The embedded origin accepts no connection; hits all requests.
    OriginDown,
    /// The embedded origin responds after the proxy's time limit.
    OriginSlow,
    /// The embedded origin responds to requests of plugins after more than five seconds.
    LinkSlow,
    /// Pages of the embedded origin link to a host that plugins may not ask; hits all links.
    HostRefused,
    /// The netgate sends one request in 300 ms; hits all requests of plugins after the first.
    RateLimit,
    /// The netgate sends one request in 300 ms to each host; hits all requests of plugins after the first.
    HostRateLimit,
    /// The plugin `headers` reports that it failed.
    PluginError,
    /// The plugin `headers` writes a line that is not a message.
    PluginGarbled,
    /// The plugin `headers` ends.
    PluginCrash,
    /// The plugin `headers` does not respond.
    PluginHang,
}

impl Fault {
    /// Whether the fault hits a flow, or the page with this number.
    pub(crate) const fn hits(number: u64) -> bool {
        number.is_multiple_of(4)
    }

    /// The name on the command line.
    pub(crate) fn name(self) -> String {
        let value = self.to_possible_value();
        value.map_or_else(String::new, |value| value.get_name().to_owned())
    }
}
