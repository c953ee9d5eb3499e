//! Files of flows and of findings: written as they come, and flows read again.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::mem;
use std::path::{Path, PathBuf};

use glyph_runtime::{context, instrument_stage};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::flow::Flow;
use crate::telemetry::stage;

/// Entries that wait to be written, and the most that are written at once.
const BATCH: usize = 256;

/// What a plugin found in a flow.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Case {
    plugin: String,
    flow: u64,
    text: String,
}

impl Case {
    pub(crate) fn new(plugin: &str, flow: &Flow, text: String) -> Self {
        Self {
            plugin: plugin.to_owned(),
            flow: flow.id,
            text,
        }
    }
}

/// The way to the end of a file. Without a file, nothing is kept.
#[derive(Debug)]
pub(crate) struct Journal<T> {
    entries: Option<mpsc::Sender<T>>,
}

/// A function that writes entries to the end of a file.
type WriteFn<T> = fn(&[T], &Path) -> io::Result<()>;

impl<T: Send + Serialize + 'static> Journal<T> {
    /// Creates the file, and starts to write to its end. The task ends when the journal is dropped.
    fn start(file: Option<PathBuf>, write: WriteFn<T>) -> io::Result<(Self, JoinHandle<()>)> {
        let Some(file) = file else {
            return Ok((Self { entries: None }, tokio::spawn(async {})));
        };
        append::<T>(&[], &file)?;
        let (sender, entries) = mpsc::channel(BATCH);
        let task = tokio::spawn(write_all(entries, file, write));
        let entries = Some(sender);
        Ok((Self { entries }, task))
    }

    /// Adds an entry. Waits while the file is slower than the entries.
    pub(crate) async fn add(&self, entry: T) {
        if let Some(entries) = &self.entries {
            let _written_until_the_task_ends = entries.send(entry).await;
        }
    }
}

/// Writes to a file of flows.
pub(crate) fn flows(file: Option<PathBuf>) -> io::Result<(Journal<Flow>, JoinHandle<()>)> {
    Journal::start(file, write_flows)
}

/// Writes to a file of findings.
pub(crate) fn cases(file: Option<PathBuf>) -> io::Result<(Journal<Case>, JoinHandle<()>)> {
    Journal::start(file, write_cases)
}

async fn write_all<T: Send + 'static>(
    mut entries: mpsc::Receiver<T>,
    file: PathBuf,
    write: WriteFn<T>,
) {
    let mut batch = Vec::new();
    while entries.recv_many(&mut batch, BATCH).await > 0 {
        let (written, file) = (mem::take(&mut batch), file.clone());
        let writing = context::spawn_blocking(move || write(&written, &file));
        if let Err(error) = writing.await {
            tracing::error!(%error, "a batch was not written");
        }
    }
}

/// Writes flows to the end of a file, one JSON object a line.
#[instrument_stage(
    stage::rpc,
    name = "replay.write_flows",
    labels(method = "write_flows"),
    fields(flows = flows.len()),
    err = event
)]
fn write_flows(flows: &[Flow], file: &Path) -> io::Result<()> {
    append(flows, file)
}

/// Writes findings to the end of a file, one JSON object a line.
#[instrument_stage(
    stage::rpc,
    name = "replay.write_cases",
    labels(method = "write_cases"),
    fields(cases = cases.len()),
    err = event
)]
fn write_cases(cases: &[Case], file: &Path) -> io::Result<()> {
    append(cases, file)
}

fn append<T: Serialize>(entries: &[T], file: &Path) -> io::Result<()> {
    let mut options = OpenOptions::new();
    // Flows have the secrets of those who sent them.
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = BufWriter::new(options.create(true).append(true).open(file)?);
    for entry in entries {
        serde_json::to_writer(&mut file, entry)?;
        file.write_all(b"\n")?;
    }
    file.flush()
}

/// Reads flows from a file.
#[instrument_stage(
    stage::rpc,
    name = "replay.load_flows",
    labels(method = "load_flows"),
    err = event
)]
pub(crate) fn load_flows(file: &Path) -> io::Result<Vec<Flow>> {
    let lines = BufReader::new(File::open(file)?).lines();
    let flows = lines.map(|line| Ok(serde_json::from_str(&line?)?));
    flows.collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed setup fails the test")]

    use super::{append, load_flows};
    use crate::flow::{Flow, Message, text};

    #[test]
    fn flows_are_read_as_they_were_written() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("flows.jsonl");
        let all_bytes: Vec<u8> = (0..=255).collect();
        let message = Message {
            headers: vec![("x-name".to_owned(), "a \"quoted\" value".to_owned())],
            body: text(&all_bytes),
            bytes: 256,
        };
        let flows = [1, 2, 3].map(|id| Flow {
            id,
            method: "PUT".to_owned(),
            url: "http://a.example/".to_owned(),
            status: 204,
            request: message.clone(),
            response: Message::default(),
        });
        let (first, rest) = flows.split_at(1);
        append(first, &file).unwrap();
        append(rest, &file).unwrap();
        assert_eq!(load_flows(&file).unwrap(), flows);
    }
}
