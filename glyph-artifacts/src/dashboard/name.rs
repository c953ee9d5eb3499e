//! Names as a person writes them: `HTTP server: request duration`.

use glyph_core::catalog::{CatalogDescriptor, MetricDescriptor, PanelDescriptor};

/// Words that are not written in lowercase, as they are written.
const SPELLED: [&str; 50] = [
    "AI", "API", "AWS", "CI", "CPU", "DB", "DNS", "gRPC", "GC", "GPU", "HTML", "HTTP", "HTTPS",
    "ID", "IO", "IP", "JSON", "JVM", "JWT", "LLM", "MCP", "NPC", "NPCs", "OIDC", "OS", "OTLP",
    "PDF", "QUIC", "RAM", "RPC", "S2S", "S3", "SDK", "SLO", "SMS", "SMTP", "SQL", "SSD", "SSH",
    "SSO", "STT", "TCP", "TLS", "TTL", "TTS", "UDP", "URL", "VM", "WebRTC", "XML",
];

/// Returns a name as a phrase inside a sentence: `HTTP request duration` for
/// `http.request.duration`, `tool calls` for `tool.calls`.
pub(super) fn phrase(name: &str) -> String {
    let words = name.split(['_', '.', ' ', '-', '/']);
    let words = words.filter(|word| !word.is_empty()).map(|word| {
        let mut spelled = SPELLED.iter();
        let spelled = spelled.find(|spelled| spelled.eq_ignore_ascii_case(word));
        spelled.map_or(word, |spelled| *spelled)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// Returns a name as a title: a phrase with a capital first letter.
pub(super) fn heading(name: &str) -> String {
    capitalized(&phrase(name))
}

/// Returns a phrase with a capital first letter. A word that is spelled otherwise, such as `gRPC`,
/// keeps its letters.
pub(super) fn capitalized(phrase: &str) -> String {
    let first = phrase.split(' ').next().unwrap_or_default();
    if SPELLED.contains(&first) {
        return phrase.to_owned();
    }
    let mut letters = phrase.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// The name of a catalog on the dashboard of another one.
#[derive(Clone, Debug, Default)]
pub(super) struct CatalogName(Option<String>);

impl CatalogName {
    /// Returns the name of a catalog: its namespace without that of the dashboard. The catalogs
    /// of the dashboard's namespace have no name.
    pub(super) fn new(catalog: &CatalogDescriptor, dashboard: &str) -> Self {
        let namespace = catalog.namespace;
        let separators = ['_', '.'];
        let inner = namespace
            .strip_prefix(dashboard)
            .filter(|rest| rest.is_empty() || rest.starts_with(separators));
        let own = inner.unwrap_or(namespace).trim_matches(separators);
        Self(Some(heading(own)).filter(|name| !name.is_empty()))
    }

    /// Returns a title in the catalog: `HTTP server: request duration`.
    pub(super) fn title(&self, phrase: &str) -> String {
        match &self.0 {
            Some(name) => format!("{name}: {phrase}"),
            None => capitalized(phrase),
        }
    }

    /// Returns the name; `None` for a catalog of the dashboard's namespace.
    pub(super) fn as_str(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

/// Returns the phrase of a metric: its name without the namespace.
pub(super) fn metric_phrase(catalog: &CatalogDescriptor, metric: &MetricDescriptor) -> String {
    let name = metric.otel_name;
    let own = name
        .strip_prefix(catalog.namespace)
        .map_or(name, |own| own.trim_start_matches(['.', '_']));
    phrase(own)
}

/// Returns the title of a metric's panel: the declared one, or its phrase in the catalog.
pub(super) fn panel_title(
    name: &CatalogName,
    catalog: &CatalogDescriptor,
    metric: &MetricDescriptor,
    settings: &PanelDescriptor,
) -> String {
    let title = settings.title.map(str::to_owned);
    title.unwrap_or_else(|| name.title(&metric_phrase(catalog, metric)))
}

/// Returns a title without what it says of quantiles: `LLM latency` for `LLM latency (p50 / p95)`, and
/// `Latency per service` for `Latency P50/P95 per service`.
pub(super) fn without_quantiles(title: &str) -> String {
    let words = without_parentheses(title).split(' ');
    let words = words.filter(|word| !word.split('/').all(is_quantile));
    let shorter = words.collect::<Vec<_>>().join(" ");
    if shorter.is_empty() {
        title.to_owned()
    } else {
        shorter
    }
}

/// Whether a word is a quantile: `p50`, `P99`.
fn is_quantile(word: &str) -> bool {
    let digits = word.strip_prefix(['p', 'P']);
    digits.is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit()))
}

fn without_parentheses(title: &str) -> &str {
    let shorter = title
        .strip_suffix(')')
        .and_then(|title| title.rsplit_once('('))
        .map(|(before, _)| before.trim_end());
    shorter
        .filter(|shorter| !shorter.is_empty())
        .unwrap_or(title)
}
