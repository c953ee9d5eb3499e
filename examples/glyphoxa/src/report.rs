//! The report of a session, as comments after the metrics.

use std::io::{self, Write};

use glyph_runtime::{Histogram, Status};

use crate::audio::seconds;
use crate::conversation::{Answer, TurnError};
use crate::recordings::Recording;
use crate::stages::tools::{DICE_ROLL, LOOKUP_SPELL};
use crate::telemetry::{Kind, Provider, ProviderError, ToolCall, VoiceMetrics};

/// One row of the table.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    stage: &'static str,
    latency: Latency,
    errors: u64,
}

/// Number of calls of a stage and their quantiles in seconds.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Latency {
    calls: u64,
    p50: Option<f64>,
    p95: Option<f64>,
}

/// Writes the conversation of a session.
pub(crate) fn conversation(
    out: &mut impl Write,
    recording: &Recording,
    turns: &[Result<Answer, TurnError>],
) -> io::Result<()> {
    let npc = recording.npc.id;
    writeln!(out, "# {}", recording.session)?;
    for turn in turns {
        match turn {
            Ok(Answer {
                speaker,
                words,
                reply,
                audio,
            }) => {
                writeln!(out, "#   {speaker:>12}: {words}")?;
                writeln!(
                    out,
                    "#   {npc:>12}: {reply} [{:.1} s of audio]",
                    seconds(audio)
                )?;
            }
            Err(error) => writeln!(out, "#   {npc:>12}: (no answer: {error})")?,
        }
    }
    writeln!(out, "#")
}

/// Writes the table of stages from the metrics. `unanswered` is the number of failed turns.
pub(crate) fn table(out: &mut impl Write, unanswered: u64) -> io::Result<()> {
    render(out, &rows(VoiceMetrics::global(), unanswered))
}

fn rows(metrics: &VoiceMetrics, unanswered: u64) -> [Row; 5] {
    let provider_errors = |kind| {
        Provider::ALL
            .map(|provider| {
                metrics
                    .provider_errors
                    .value(ProviderError { provider, kind })
            })
            .iter()
            .sum()
    };
    let tool_errors = [DICE_ROLL, LOOKUP_SPELL]
        .map(|tool| {
            metrics.tool_calls.value(ToolCall {
                tool,
                status: Status::Error,
            })
        })
        .iter()
        .sum();
    let row = |stage, histogram, errors| Row {
        stage,
        latency: latency(histogram),
        errors,
    };
    [
        row("stt", &metrics.stt_duration, provider_errors(Kind::Stt)),
        row("llm", &metrics.llm_duration, provider_errors(Kind::Llm)),
        row("tool", &metrics.tool_execution_duration, tool_errors),
        row("tts", &metrics.tts_duration, provider_errors(Kind::Tts)),
        row("s2s", &metrics.s2s_duration, unanswered),
    ]
}

fn latency(histogram: &Histogram) -> Latency {
    let snapshot = histogram.snapshot();
    Latency {
        calls: snapshot.count(),
        p50: snapshot.quantile(0.5),
        p95: snapshot.quantile(0.95),
    }
}

fn render(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    writeln!(
        out,
        "# {:<6} {:>6} {:>7} {:>10} {:>10}",
        "stage", "calls", "errors", "p50", "p95"
    )?;
    for Row {
        stage,
        latency,
        errors,
    } in rows
    {
        let Latency { calls, p50, p95 } = *latency;
        let (p50, p95) = (millis(p50), millis(p95));
        writeln!(
            out,
            "# {stage:<6} {calls:>6} {errors:>7} {p50:>10} {p95:>10}"
        )?;
    }
    Ok(())
}

fn millis(seconds: Option<f64>) -> String {
    seconds.map_or_else(
        || "-".to_owned(),
        |seconds| format!("{:.1} ms", seconds * 1000.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recordings;
    use crate::speech::Speech;

    #[test]
    fn table_columns_are_aligned() {
        let row = |stage, calls, errors, p50, p95| Row {
            stage,
            latency: Latency { calls, p50, p95 },
            errors,
        };
        let rows = [
            row("stt", 10, 1, Some(0.0312), Some(0.0449)),
            row("tool", 0, 0, None, None),
        ];
        let mut out = Vec::new();
        assert!(render(&mut out, &rows).is_ok());
        let expected = "\
# stage   calls  errors        p50        p95
# stt        10       1    31.2 ms    44.9 ms
# tool        0       0          -          -
";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }

    #[tokio::test]
    async fn conversation_includes_unanswered_utterances() {
        let recordings = recordings::record(&Speech::Embedded).await;
        let recordings = recordings.unwrap_or_default();
        let gate = recordings.iter().find(|it| it.session == "gate");
        let answer = Answer {
            speaker: "tobin".to_owned(),
            words: "Open!".to_owned(),
            reply: "Halt!".to_owned(),
            audio: vec![0; 8_000],
        };
        let turns = vec![Ok(answer), Err(TurnError::NoAnswer)];
        let mut out = Vec::new();
        assert!(gate.is_some_and(|gate| conversation(&mut out, gate, &turns).is_ok()));
        let expected = "\
# gate
#          tobin: Open!
#       guard_02: Halt! [0.5 s of audio]
#       guard_02: (no answer: language model: still calling tools after 3)
#
";
        assert_eq!(String::from_utf8_lossy(&out), expected);
    }
}
