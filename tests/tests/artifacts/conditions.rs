//! One alert for every form of condition.

use glyph_runtime::{Counter, Gauge, Histogram, Label, LabelSet, Status, metric_catalog};

#[derive(Label, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Llm,
    Stt,
    Tts,
}

#[derive(LabelSet)]
pub(crate) struct Call {
    pub(crate) kind: Kind,
    pub(crate) status: Status,
}

#[derive(LabelSet)]
pub(crate) struct OfKind {
    pub(crate) kind: Kind,
}

const SIZES: [f64; 3] = [1024.0, 65_536.0, 1_048_576.0];

#[metric_catalog(namespace = "conditions", max_series = 10_000)]
pub(crate) struct Conditions {
    /// Latency.
    #[metric(unit = seconds)]
    #[alert(MedianLow, p50{kind = stt | tts} < 50ms, by(kind))]
    #[alert(TailHigh, p999(2m) >= 2.5s)]
    #[alert(Observed, rate > 10/s, by(kind))]
    #[objective(latency = 1s, target = 90%, by(kind))]
    #[objective(latency = 1s, target = 95%, of = self{kind = stt | tts}, name = SpeechLatency)]
    #[objective(availability = 99%, errors = calls{status = error}, name = LatencyErrors)]
    pub(crate) latency: Histogram<OfKind>,

    /// Sizes of answers.
    #[metric(unit = bytes, buckets = SIZES)]
    #[alert(LargeAnswers, p90 > 64KiB, over = 15m)]
    pub(crate) answers: Histogram,

    /// Calls.
    #[alert(Errors, rate{status = error} > 6/m, over = 1m, for = 30s)]
    #[alert(FewCalls, rate <= 0.1/s, by(kind))]
    #[alert(AnyError, increase(15m){status = error} > 0, severity = page)]
    #[alert(NotSpeech, share(kind != llm) < 50%)]
    #[alert(ErrorsPerSuccess, ratio(self{status = error} / self{status = ok}) > 25%, by(kind))]
    #[alert(CallsPerAnswer, ratio(self{kind = llm} / answers) > 3)]
    #[alert("No calls at all", absent, summary = "Nobody calls")]
    #[alert(NoSpeech, absent(10m){kind = stt}, for = 5m, summary = "No {kind}")]
    #[alert(
        FailingByHand,
        expr = "sum by (kind) (rate(conditions_calls_total{status=\"error\"}[5m])) > 1 and on() up == 1",
        for = 3m,
        fires(
            "conditions_calls_total{kind=\"llm\", status=\"error\"} 0+120",
            "up 1"
        ),
        silent(
            "conditions_calls_total{kind=\"llm\", status=\"error\"} 0+120",
            "up 0"
        )
    )]
    #[alert(
        Load,
        expr = "node_load1 > 4 or conditions_depth > 3",
        external("node_.*"),
        fires("node_load1 2x3 5x10"),
        silent("node_load1 4", "conditions_depth{kind=\"stt\"} 3")
    )]
    #[alert(ErrorShareByHand, expr = "sum by (kind) (rate(conditions_calls_total{status=\"error\"}[5m])) / sum by (kind) (rate(conditions_calls_total[5m])) > 0.05", for = 5m)]
    #[alert(
        PerAnswerByHand,
        expr = "sum(increase(conditions_calls_total{kind=\"llm\"}[10m])) / (sum(increase(conditions_answers_bytes_count[10m]))) >= 3"
    )]
    #[alert(
        TailByHand,
        expr = "histogram_quantile(0.9, sum by (le, kind) (rate(conditions_latency_seconds_bucket[2m]))) > 1"
    )]
    #[alert(BusyByHand, expr = "5 < avg(avg_over_time(conditions_depth{kind=\"tts\"}[10m]))", for = 1m)]
    #[alert(NoneByHand, expr = "absent_over_time(conditions_depth{kind=\"tts\"}[10m])", summary = "no {kind}", for = 2m)]
    #[alert(IdleByHand, expr = "sum(rate(conditions_calls_total[5m])) <= 0.1")]
    #[objective(availability = 99.5%)]
    #[objective(availability = 99%, of = self{kind != llm}, name = SpeechCalls)]
    pub(crate) calls: Counter<Call>,

    /// Depth of the queue.
    #[alert(QueueGone, != 3, for = 1m, description = "{kind} is not three")]
    #[alert(QueueDeep, value{kind = tts} >= 100, by(kind))]
    #[alert(QueueNegative, < -2)]
    pub(crate) depth: Gauge<OfKind>,
}
