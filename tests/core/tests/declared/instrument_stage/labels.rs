//! Label values of a stage.

use glyph_core::{Counter, Histogram, Label, LabelSet, Status, instrument_stage, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Provider {
    Deepgram,
    #[label(name = "openai")]
    OpenAi,
}

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Stt,
    Tts,
}

#[derive(LabelSet)]
pub(crate) struct Request<'a> {
    pub(crate) provider: Provider,
    pub(crate) kind: Kind,
    #[label(max = 8)]
    pub(crate) r#type: &'a str,
    #[label(max = 8)]
    pub(crate) port: u16,
    pub(crate) cached: bool,
    pub(crate) status: Status,
}

#[metric_catalog(namespace = "given", stages = stage)]
pub(crate) struct Providers {
    /// Latency of transcription.
    #[metric(unit = seconds, buckets = [1s])]
    #[stage(stt, requests = requests, labels(
        provider: Provider, kind: Kind = Kind::Stt, r#type: &str, port: u16, cached: bool
    ))]
    pub(crate) duration: Histogram,
    /// Requests.
    pub(crate) requests: Counter<Request<'_>>,
}

struct Client {
    provider: Provider,
    model: String,
}

impl Client {
    #[instrument_stage(
        stage::stt,
        labels(provider = self.provider, r#type = &self.model, port, cached = false)
    )]
    fn transcribe(&self, port: u16) -> usize {
        self.model.len() + usize::from(port)
    }

    #[instrument_stage(
        stage::stt,
        labels(r#type = "whisper", provider = "openai", port = 443, cached = "true")
    )]
    async fn transcribe_cached(self) -> String {
        self.model
    }
}

#[tokio::test]
async fn labels_come_from_literals_expressions_or_variables() {
    let client = Client {
        provider: Provider::Deepgram,
        model: "nova".into(),
    };
    assert_eq!(client.transcribe(80), 84);
    assert_eq!(client.transcribe_cached().await, "nova");
    let request = |provider, r#type, port, cached| {
        Providers::global().requests.value(Request {
            provider,
            kind: Kind::Stt,
            r#type,
            port,
            cached,
            status: Status::Ok,
        })
    };
    assert_eq!(request(Provider::Deepgram, "nova", 80, false), 1);
    assert_eq!(request(Provider::OpenAi, "whisper", 443, true), 1);
}

macro_rules! instrumented {
    ($provider:literal, $port:expr) => {
        #[instrument_stage(
                    stage::stt,
                    labels(provider = $provider, r#type = "macro", port = $port, cached = false)
                )]
        fn from_a_macro() {}
    };
}

#[test]
fn labels_can_come_from_a_user_macro() {
    instrumented!("openai", 8080);
    from_a_macro();
    let request = Request {
        provider: Provider::OpenAi,
        kind: Kind::Stt,
        r#type: "macro",
        port: 8080,
        cached: false,
        status: Status::Ok,
    };
    assert_eq!(Providers::global().requests.value(request), 1);
}
