//! Spans, and the collectors of all signals.

use std::path::PathBuf;

use super::{
    endpoint,
    environment::{Reading, Resource},
    error::ConfigError,
    setting::Setting,
    values::{self, milliseconds, some_milliseconds},
};
use crate::trace::{
    BatchLimits, Compression, FileSettings, KeepFailures, MAX_RATE, OtlpSettings, Protocol,
    Sampler, Settings, SpanLimits, TlsSettings,
};

const TRACES: &str = "TRACES";

/// Where a signal goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Exporter {
    Otlp,
    /// Nowhere but where it is kept in the process.
    None,
}

/// The settings of a batch.
pub(super) struct BatchNames {
    pub(super) delay: Setting,
    pub(super) export_timeout: Setting,
    pub(super) queue: Setting,
    pub(super) size: Setting,
}

const SPANS: BatchNames = BatchNames {
    delay: Setting::BatchDelay,
    export_timeout: Setting::BatchExportTimeout,
    queue: Setting::BatchQueue,
    size: Setting::BatchSize,
};

impl Reading<'_, '_> {
    /// The settings, and the collector as it would be if there were one.
    pub(super) fn traces(
        &mut self,
        resource: &Resource,
    ) -> Result<(Settings, OtlpSettings), ConfigError> {
        let mut settings = Settings::new(resource.service.clone());
        settings.environment.clone_from(&resource.environment);
        settings.resource.clone_from(&resource.attributes);
        let exporter = self.value(Setting::TracesExporter, |text| exporter(text, false))?;
        let (collector, given) = self.otlp(TRACES)?;
        let wanted = exporter.map_or(given, |exporter| exporter == Exporter::Otlp);
        settings.otlp = wanted.then(|| collector.clone());
        settings.sampler = self.sampler()?;
        settings.keep_failures = self.keep_failures()?;
        settings.file = self.value(Setting::TracesFile, |path| Some(FileSettings::new(path)))?;
        settings.batch = self.batch(&SPANS, BatchLimits::default())?;
        settings.limits = self.limits()?;
        Ok((settings, collector))
    }

    /// The collector of a signal, and whether it is to be sent there. It is where its exporter or its own endpoint is
    /// named: metrics are on the page and lines in the log's output already.
    #[cfg(any(feature = "otlp-grpc", feature = "otlp-http"))]
    pub(super) fn pushed(
        &mut self,
        setting: Setting,
        signal: &str,
    ) -> Result<(OtlpSettings, bool), ConfigError> {
        let page = setting == Setting::MetricsExporter;
        let named = self.value(setting, |text| exporter(text, page))?;
        let own = self.own_value(Setting::Endpoint, signal, endpoint::checked)?;
        let (collector, _) = self.otlp(signal)?;
        let wanted = named.map_or(own.is_some(), |exporter| exporter == Exporter::Otlp);
        Ok((collector, wanted))
    }

    /// The collector of a signal, and whether an endpoint is given.
    fn otlp(&mut self, signal: &str) -> Result<(OtlpSettings, bool), ConfigError> {
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
            (Some(own), Protocol::HttpProtobuf) => endpoint::as_it_stands(&own),
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
        if let Some(timeout) = self.signal(Setting::Timeout, signal, some_milliseconds)? {
            otlp.timeout = timeout;
        }
        if let Some(compression) = self.signal(Setting::Compression, signal, compression)? {
            otlp.compression = compression;
        }
        let insecure = self.signal(Setting::Insecure, signal, values::boolean)?;
        otlp.insecure = insecure.unwrap_or(false);
        otlp.tls = self.tls(signal)?;
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

    /// The signal's own value, or the general one.
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

    fn sampler(&mut self) -> Result<Sampler, ConfigError> {
        let argument = self.value(Setting::SamplerArgument, values::ratio)?;
        let ratio = Sampler::TraceIdRatio(argument.unwrap_or(1.0));
        let named = self.value(Setting::Sampler, |name| {
            let (root, parent_based) = match name.strip_prefix("parentbased_") {
                Some(root) => (root, true),
                None => (name, false),
            };
            let root = match root {
                "always_on" => Sampler::AlwaysOn,
                "always_off" => Sampler::AlwaysOff,
                "traceidratio" => ratio.clone(),
                _ => return None,
            };
            Some(if parent_based {
                Sampler::parent_based(root)
            } else {
                root
            })
        })?;
        if let Some(rate) = self.value(Setting::RateLimit, rate)? {
            return Ok(Sampler::parent_based(Sampler::RateLimited(rate)));
        }
        if let Some(sampler) = named {
            return Ok(sampler);
        }
        let ratio = self.value(Setting::SampleRatio, values::ratio)?;
        Ok(Sampler::parent_based(
            ratio.map_or(Sampler::AlwaysOn, Sampler::TraceIdRatio),
        ))
    }

    /// An error keeps a trace as well as its duration does.
    fn keep_failures(&mut self) -> Result<Option<KeepFailures>, ConfigError> {
        let errors = self.value(Setting::KeepFailures, values::boolean)?;
        let slower_than = self.value(Setting::KeepSlowerThan, some_milliseconds)?;
        let kept = errors == Some(true) || slower_than.is_some();
        Ok(kept.then_some(KeepFailures { slower_than }))
    }

    pub(super) fn batch(
        &mut self,
        names: &BatchNames,
        mut batch: BatchLimits,
    ) -> Result<BatchLimits, ConfigError> {
        if let Some(delay) = self.value(names.delay, milliseconds)? {
            batch.delay = delay;
        }
        if let Some(limit) = self.value(names.export_timeout, some_milliseconds)? {
            batch.export_timeout = limit;
        }
        if let Some(queue) = self.value(names.queue, positive)? {
            batch.queue = queue;
        }
        if let Some(size) = self.value(names.size, positive)? {
            batch.batch = size;
        }
        batch.batch = batch.batch.min(batch.queue);
        Ok(batch)
    }

    fn limits(&mut self) -> Result<SpanLimits, ConfigError> {
        let mut limits = SpanLimits::default();
        let length = |text: &str| text.parse::<u32>().ok().map(|length| length as usize);
        let general = self.value(Setting::AttributeValueLength, length)?;
        let own = self.value(Setting::SpanAttributeValueLength, length)?;
        limits.attribute_value_length = own.or(general);
        let attributes = self.value(Setting::AttributeCount, count)?;
        for (setting, limit, general) in [
            (
                Setting::SpanAttributeCount,
                &mut limits.attributes,
                attributes,
            ),
            (Setting::SpanEventCount, &mut limits.events, None),
            (Setting::SpanLinkCount, &mut limits.links, None),
            (
                Setting::EventAttributeCount,
                &mut limits.attributes_per_event,
                attributes,
            ),
            (
                Setting::LinkAttributeCount,
                &mut limits.attributes_per_link,
                attributes,
            ),
        ] {
            if let Some(count) = self.value(setting, count)?.or(general) {
                *limit = count;
            }
        }
        Ok(limits)
    }
}

/// That of the features that are there (the specification would like `http/protobuf`).
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

/// Of several the collector counts. The `page` is an exporter of metrics.
fn exporter(text: &str, page: bool) -> Option<Exporter> {
    let each = values::words(text).map(|word| match word {
        "otlp" => Some(Exporter::Otlp),
        "none" => Some(Exporter::None),
        "prometheus" if page => Some(Exporter::None),
        _ => None,
    });
    let each = each.collect::<Option<Vec<_>>>()?;
    Some(if each.contains(&Exporter::Otlp) {
        Exporter::Otlp
    } else {
        Exporter::None
    })
}

fn protocol(text: &str) -> Option<Protocol> {
    Some(match text {
        "grpc" => Protocol::Grpc,
        "http/protobuf" => Protocol::HttpProtobuf,
        _ => return None,
    })
}

fn compression(text: &str) -> Option<Compression> {
    Some(match text {
        "gzip" => Compression::Gzip,
        "none" => Compression::None,
        _ => return None,
    })
}

fn rate(text: &str) -> Option<u32> {
    let rate = text.parse().ok()?;
    (1..=MAX_RATE).contains(&rate).then_some(rate)
}

fn positive(text: &str) -> Option<usize> {
    let number: u32 = text.parse().ok()?;
    (number > 0).then_some(number as usize)
}

fn count(text: &str) -> Option<u32> {
    text.parse().ok()
}
