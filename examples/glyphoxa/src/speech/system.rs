//! espeak-ng and pocketsphinx, programs of the system.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::{env, fs, io};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use super::SpeechError;
use crate::audio::{SAMPLE_RATE, synth::Voice, wav};

const ESPEAK: &str = "espeak-ng";
/// The program of pocketsphinx 5, and the one of versions before.
const SPHINX: &str = "pocketsphinx";
const OLD_SPHINX: &str = "pocketsphinx_continuous";

/// Words a minute of a voice with a slowness of 1.
const PACE: f64 = 140.0;

/// Samples of quiet around an utterance: 0.4 s.
const QUIET: usize = SAMPLE_RATE as usize * 2 / 5;

/// The programs, by their paths.
#[derive(Clone, Debug)]
pub(crate) struct System {
    espeak: PathBuf,
    sphinx: PathBuf,
    /// Whether the recognizer is of a version before 5.
    is_old: bool,
}

impl System {
    /// Returns the programs if they work: a recognizer without its model fails.
    pub(super) async fn tried() -> Result<Self, SpeechError> {
        let system = Self::find().ok_or(SpeechError::NotInstalled)?;
        let audio = system.speak("Yes.", Voice::PLAYER).await?;
        let _any_words = system.recognize(&audio).await?;
        Ok(system)
    }

    /// Returns the programs if both are on the PATH.
    fn find() -> Option<Self> {
        let (sphinx, is_old) = match on_path(SPHINX) {
            Some(path) => (path, false),
            None => (on_path(OLD_SPHINX)?, true),
        };
        Some(Self {
            espeak: on_path(ESPEAK)?,
            sphinx,
            is_old,
        })
    }

    pub(super) async fn speak(&self, text: &str, voice: Voice) -> Result<Vec<i16>, SpeechError> {
        let failed = |source| SpeechError::Program {
            program: ESPEAK,
            source,
        };
        let folder = TempDir::with_prefix("glyphoxa-").map_err(failed)?;
        let file = folder.path().join("speech.wav");
        let mut command = Command::new(&self.espeak);
        command
            .args([
                "-v",
                "en-us",
                "-s",
                &format!("{:.0}", PACE / voice.slowness),
            ])
            .args(["-p", &voice.pitch.to_string(), "--stdin", "-w"])
            .arg(&file);
        // A text on the command line could be taken for an option.
        output(ESPEAK, command, text.as_bytes()).await?;
        let file = fs::read(&file).map_err(failed)?;
        let (samples, rate) = wav::decode_at_any_rate(&file)?;
        Ok(resampled(&samples, rate))
    }

    pub(super) async fn recognize(&self, audio: &[i16]) -> Result<Option<String>, SpeechError> {
        let failed = |source| SpeechError::Program {
            program: SPHINX,
            source,
        };
        let folder = TempDir::with_prefix("glyphoxa-").map_err(failed)?;
        let file = folder.path().join("speech.wav");
        // It learns the room from the quiet before the first word.
        let quiet = [0; QUIET];
        let audio = [&quiet, audio, &quiet].concat();
        fs::write(&file, wav::encode(&audio)?).map_err(failed)?;
        let mut command = Command::new(&self.sphinx);
        if self.is_old {
            command.args(["-logfn", "/dev/null", "-infile"]).arg(&file);
        } else {
            command.arg("single").arg(&file);
        }
        let text = output(SPHINX, command, &[]).await?;
        let text = if self.is_old { text } else { words(&text) };
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        Ok((!text.is_empty()).then_some(text))
    }
}

/// Returns the words of the JSON that version 5 prints.
fn words(output: &str) -> String {
    let document: Value = serde_json::from_str(output).unwrap_or_default();
    let text = document.get("t").and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH")?;
    let mut files = env::split_paths(&path).map(|folder| folder.join(program));
    files.find(|file| Path::is_file(file))
}

/// Runs a program with this input, and returns its output. A dropped call ends the program.
async fn output(
    program: &'static str,
    mut command: Command,
    input: &[u8],
) -> Result<String, SpeechError> {
    let run = async {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // A program that fails may not read it: its status says so.
            let _read_by_the_program = stdin.write_all(input).await;
        }
        child.wait_with_output().await
    };
    let failed = |source: io::Error| SpeechError::Program { program, source };
    let ended = run.await.map_err(failed)?;
    if !ended.status.success() {
        let reason = String::from_utf8_lossy(&ended.stderr);
        let reason = reason.lines().last().unwrap_or_default().to_owned();
        return Err(SpeechError::Failed { program, reason });
    }
    Ok(String::from_utf8_lossy(&ended.stdout).into_owned())
}

/// Returns the samples at the rate of the pipeline, each on the line between two.
fn resampled(samples: &[i16], rate: u32) -> Vec<i16> {
    let mut resampled = Vec::new();
    let (rate, own) = (u64::from(rate), u64::from(SAMPLE_RATE));
    for number in 0_u64.. {
        let position = number * rate;
        let (index, rest) = (usize::try_from(position / own), position % own);
        let Some([before, after]) = index.ok().and_then(|index| samples.get(index..index + 2))
        else {
            break;
        };
        let (before, after) = (i64::from(*before), i64::from(*after));
        let part = i64::try_from(rest).unwrap_or_default() * (after - before);
        let sample = before + part / i64::from(SAMPLE_RATE);
        resampled.push(i16::try_from(sample).unwrap_or_default());
    }
    resampled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_moved_to_the_rate_of_the_pipeline() {
        assert_eq!(resampled(&[0, 10, 20, 30], 2 * SAMPLE_RATE), [0, 20]);
        assert_eq!(resampled(&[0, 10, 20], SAMPLE_RATE / 2), [0, 5, 10, 15]);
        assert!(resampled(&[], SAMPLE_RATE).is_empty());
    }

    #[test]
    fn words_of_version_5_are_read() {
        assert_eq!(
            words(r#"{"b":0.0,"t":"open the door","w":[]}"#),
            "open the door"
        );
        assert_eq!(words("no JSON"), "");
    }
}
