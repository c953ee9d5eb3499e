//! The collector of a signal.

use std::path::PathBuf;

use super::{endpoint, values};
use crate::{
    config::{
        error::ConfigError,
        reading::Reading,
        setting::Setting,
        values::{boolean, entries, time_limit},
    },
    trace::{Compression, OtlpSettings, Protocol, ProxySettings, TlsSettings},
};

/// The destination of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::config::signals) enum Exporter {
    Otlp,
    /// The process itself: the exposition, the log's output or the ring of traces.
    None,
}

impl Exporter {
    /// Of several exporters, `otlp` counts. `prometheus` is an exporter of metrics, which the
    /// exposition has.
    pub(in crate::config::signals) fn parse(text: &str, exposition: bool) -> Option<Self> {
        let text = text.to_ascii_lowercase();
        let each = entries(&text).map(|entry| match entry {
            "otlp" => Some(Self::Otlp),
            "none" => Some(Self::None),
            "prometheus" if exposition => Some(Self::None),
            _ => None,
        });
        let each = each.collect::<Option<Vec<_>>>()?;
        Some(if each.contains(&Self::Otlp) {
            Self::Otlp
        } else {
            Self::None
        })
    }
}

impl Reading<'_, '_> {
    /// Returns the value of a signal's own variable.
    pub(in crate::config::signals) fn own_value<T>(
        &mut self,
        setting: Setting,
        signal: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        let found = setting
            .variable_pattern()
            .filter(|pattern| pattern.contains("{}"))
            .and_then(|pattern| self.set(pattern.replace("{}", &format!("_{signal}")), false));
        self.first(setting, found, parse)
    }

    /// Returns the collector of a signal, and whether an endpoint is set.
    pub(in crate::config::signals) fn collector(
        &mut self,
        signal: &str,
    ) -> Result<(OtlpSettings, bool), ConfigError> {
        let protocol = self
            .signal(Setting::Protocol, signal, protocol)?
            .unwrap_or(DEFAULT_PROTOCOL);
        let own = self.own_value(Setting::Endpoint, signal, endpoint::checked)?;
        let general = match own {
            Some(_) => None,
            None => self.value(Setting::Endpoint, endpoint::checked)?,
        };
        let given = own.is_some() || general.is_some();
        let endpoint = match (own, protocol) {
            (Some(own), Protocol::Grpc) => own,
            (Some(own), Protocol::HttpProtobuf) => endpoint::with_root_path(&own),
            (None, _) => {
                let base = general.unwrap_or_else(|| default_endpoint(protocol).to_owned());
                match protocol {
                    Protocol::Grpc => base,
                    Protocol::HttpProtobuf => {
                        endpoint::with_path(&base, &signal.to_ascii_lowercase())
                    }
                }
            }
        };
        let mut otlp = OtlpSettings::new(endpoint, protocol);
        let headers = self.signal(Setting::Headers, signal, values::headers)?;
        otlp.headers = headers.unwrap_or_default();
        if let Some(timeout) = self.signal(Setting::Timeout, signal, time_limit)? {
            otlp.timeout = timeout;
        }
        if let Some(compression) = self.signal(Setting::Compression, signal, compression)? {
            otlp.compression = compression;
        }
        let insecure = self.signal(Setting::Insecure, signal, boolean)?;
        otlp.insecure = insecure.unwrap_or(false);
        otlp.tls = self.tls(signal)?;
        if let Some(delay) = self.value(Setting::LongestRetryDelay, values::milliseconds)? {
            otlp.longest_retry_delay = delay;
        }
        otlp.proxy = self.proxies()?;
        Ok((otlp, given))
    }

    fn tls(&mut self, signal: &str) -> Result<TlsSettings, ConfigError> {
        let mut file = |setting| self.signal(setting, signal, |text| Some(PathBuf::from(text)));
        Ok(TlsSettings {
            ca_file: file(Setting::Certificate)?,
            client_key_file: file(Setting::ClientKey)?,
            client_certificate_file: file(Setting::ClientCertificate)?,
            ..TlsSettings::default()
        })
    }

    fn proxies(&mut self) -> Result<ProxySettings, ConfigError> {
        let hosts = |text: &str| Some(text.to_owned());
        let http = self.value(Setting::HttpProxy, endpoint::proxy)?;
        let https = self.value(Setting::HttpsProxy, endpoint::proxy)?;
        let all = self.value(Setting::AllProxy, endpoint::proxy)?;
        let none = self.value(Setting::NoProxy, hosts)?;
        Ok(ProxySettings {
            http,
            https,
            all,
            none,
        })
    }

    /// Returns the value of the signal's own variable, or of the general one.
    fn signal<T>(
        &mut self,
        setting: Setting,
        signal: &str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, ConfigError> {
        match self.own_value(setting, signal, &parse)? {
            Some(value) => Ok(Some(value)),
            None => self.value(setting, &parse),
        }
    }
}

/// The specification recommends `http/protobuf`; without it, the protocol that is built in.
const DEFAULT_PROTOCOL: Protocol =
    if cfg!(feature = "otlp-grpc") && cfg!(not(feature = "otlp-http")) {
        Protocol::Grpc
    } else {
        Protocol::HttpProtobuf
    };

fn default_endpoint(protocol: Protocol) -> &'static str {
    match protocol {
        Protocol::Grpc => "http://localhost:4317",
        Protocol::HttpProtobuf => "http://localhost:4318",
    }
}

fn protocol(text: &str) -> Option<Protocol> {
    Some(match text.to_ascii_lowercase().as_str() {
        "grpc" => Protocol::Grpc,
        "http/protobuf" => Protocol::HttpProtobuf,
        _ => return None,
    })
}

fn compression(text: &str) -> Option<Compression> {
    Some(match text.to_ascii_lowercase().as_str() {
        "gzip" => Compression::Gzip,
        "none" => Compression::None,
        _ => return None,
    })
}
