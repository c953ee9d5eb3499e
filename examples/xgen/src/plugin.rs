//! The side of the plugins, each of which runs in a process of its own.

use std::io::{self, BufRead, StdinLock, StdoutLock, Write};
use std::process;
use std::thread;

use clap::ValueEnum;

use crate::fault::Fault;
use crate::flow::{Flow, is_secret};
use crate::protocol::{FromPlugin, ToPlugin};
use crate::telemetry::Variant;

/// The name of a plugin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Plugin {
    /// Looks for responses without `x-content-type-options`.
    Headers,
    /// Looks for secrets in addresses.
    Secrets,
    /// Asks whether the links of pages lead anywhere.
    Links,
}

impl Plugin {
    pub(crate) const ALL: [Self; 3] = [Self::Headers, Self::Secrets, Self::Links];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Headers => "headers",
            Self::Secrets => "secrets",
            Self::Links => "links",
        }
    }

    /// What the plugin gets to see.
    pub(crate) const fn variant(self) -> Variant {
        match self {
            Self::Secrets => Variant::Raw,
            Self::Headers | Self::Links => Variant::Sanitized,
        }
    }

    /// What the plugin may do.
    pub(crate) const fn capabilities(self) -> &'static [&'static str] {
        match self {
            Self::Links => &["http.outbound"],
            Self::Headers | Self::Secrets => &[],
        }
    }
}

/// The streams of the process.
struct Host {
    input: StdinLock<'static>,
    output: StdoutLock<'static>,
    /// The id of the next request.
    call: u64,
}

/// Inspects flows until standard input ends.
pub(crate) fn run(plugin: Plugin, fault: Option<Fault>) -> io::Result<()> {
    let mut host = Host {
        input: io::stdin().lock(),
        output: io::stdout().lock(),
        call: 0,
    };
    let name = plugin.name().to_owned();
    host.send(&FromPlugin::Hello { plugin: name })?;
    while let Some(message) = host.next()? {
        let ToPlugin::Flow { event, flow } = message else {
            return Err(io::Error::other("a response to no request"));
        };
        let error = match fault.filter(|_| Fault::hits(flow.id)) {
            Some(fault) => host.fail(fault)?,
            None => None,
        };
        host.inspect(plugin, &flow)?;
        host.send(&FromPlugin::Done { event, error })?;
    }
    Ok(())
}

impl Host {
    fn send(&mut self, message: &FromPlugin) -> io::Result<()> {
        serde_json::to_writer(&mut self.output, message)?;
        self.output.write_all(b"\n")?;
        self.output.flush()
    }

    /// Returns the next message. `None` after the last.
    fn next(&mut self) -> io::Result<Option<ToPlugin>> {
        let mut line = String::new();
        if self.input.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        Ok(Some(serde_json::from_str(&line)?))
    }

    fn inspect(&mut self, plugin: Plugin, flow: &Flow) -> io::Result<()> {
        match plugin {
            Plugin::Headers => {
                if flow.response.header("x-content-type-options").is_none() {
                    self.report("the response lets browsers guess its type")?;
                }
            }
            Plugin::Secrets => {
                if let Some(name) = query(&flow.url).find(|name| is_secret(name)) {
                    self.report(&format!("the address has a secret in `{name}`"))?;
                }
            }
            Plugin::Links => {
                let links: Vec<_> = links(&flow.response.body).collect();
                for link in links {
                    self.follow(link)?;
                }
            }
        }
        Ok(())
    }

    fn report(&mut self, text: &str) -> io::Result<()> {
        let text = text.to_owned();
        self.send(&FromPlugin::Finding { text })
    }

    /// Asks for a link, and reports one that leads nowhere.
    fn follow(&mut self, link: &str) -> io::Result<()> {
        self.call += 1;
        let (call, url) = (self.call, link.to_owned());
        self.send(&FromPlugin::Request { call, url })?;
        match self.next()? {
            Some(ToPlugin::Response {
                call: ended,
                status,
                error,
            }) if ended == call => match (status, error) {
                (Some(status), _) if status < 400 => Ok(()),
                (Some(status), _) => self.report(&format!("a link has status {status}")),
                (None, error) => {
                    let error = error.unwrap_or_default();
                    self.report(&format!("a link has no response: {error}"))
                }
            },
            _ => Err(io::Error::other("no response to the request")),
        }
    }

    /// Fails as asked. Returns the error to report.
    fn fail(&mut self, fault: Fault) -> io::Result<Option<String>> {
        match fault {
            Fault::PluginError => Ok(Some("made on purpose".to_owned())),
            Fault::PluginGarbled => {
                self.output.write_all(b"no message\n")?;
                self.output.flush()?;
                Ok(None)
            }
            Fault::PluginCrash => process::exit(101),
            Fault::PluginHang => loop {
                thread::park();
            },
            _ => Ok(None),
        }
    }
}

/// Returns the names in the query of an address.
fn query(url: &str) -> impl Iterator<Item = &str> {
    let query = url.split_once('?').map_or("", |(_, query)| query);
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, _)| name)
}

/// Returns the absolute links of a page.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let links = page.split("href=\"").skip(1);
    let links = links.filter_map(|rest| rest.split_once('"'));
    links
        .map(|(link, _)| link)
        .filter(|link| link.starts_with("http://"))
}
