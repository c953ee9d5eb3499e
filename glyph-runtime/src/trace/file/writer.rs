//! The writer of the span file. It starts a new file when one is full.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::{self, Write},
    path::{Path, PathBuf},
};

use opentelemetry_sdk::trace::SpanData;
use serde::Serialize;
use serde_json::ser::{Formatter, Serializer};

use crate::{
    export::{Counts, Destination, DropReason, Exporting, Outcome},
    printable::{Piece, pieces, write_escape},
    private_file,
    trace::{
        FileSettings, Span, TraceError,
        export_item::{ExportItem, spans},
        records::FieldNames,
    },
};

/// Writes spans to the current file.
#[derive(Debug)]
pub(crate) struct Writer {
    settings: FileSettings,
    current: Option<Current>,
    names: FieldNames,
}

#[derive(Debug)]
struct Current {
    file: File,
    bytes: u64,
    /// Whether an error cut off the last line, so that the next one needs a newline before it.
    torn: bool,
}

impl Writer {
    /// Opens the file to append to it.
    pub(crate) fn open(settings: &FileSettings) -> Result<Self, TraceError> {
        let current = Current::open(&settings.path).map_err(|source| TraceError::File {
            path: settings.path.clone(),
            source,
        })?;
        Ok(Self {
            settings: settings.clone(),
            current: Some(current),
            names: FieldNames::default(),
        })
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        let length = line.len() as u64;
        let is_full = self.current.as_ref().is_some_and(|current| {
            current.bytes > 0 && current.bytes + length > self.settings.max_bytes
        });
        if is_full {
            self.current = None;
            self.rotate()?;
        }
        if self.current.is_none() {
            self.current = Some(Current::open(&self.settings.path)?);
        }
        let Some(current) = &mut self.current else {
            return Ok(());
        };
        let result = current.write(line);
        if result.is_err() {
            // Open it again for the next line: the file may have been moved, or its disk replaced.
            self.current = None;
        }
        result
    }

    /// Renames `x.2` to `x.3`, `x.1` to `x.2` and `x` to `x.1`. The oldest file is overwritten.
    fn rotate(&self) -> io::Result<()> {
        let path = &self.settings.path;
        for number in (1..self.settings.kept_files).rev() {
            move_if_there(&numbered(path, number), &numbered(path, number + 1))?;
        }
        if self.settings.kept_files > 0 {
            move_if_there(path, &numbered(path, 1))
        } else {
            fs::remove_file(path)
        }
    }
}

impl Current {
    fn open(path: &Path) -> io::Result<Self> {
        // Attributes can be sensitive: owner access only.
        let file = private_file::open(path, true)?;
        let bytes = file.metadata()?.len();
        Ok(Self {
            torn: bytes > 0 && !ends_in_newline(&file, bytes),
            file,
            bytes,
        })
    }

    fn write(&mut self, line: &[u8]) -> io::Result<()> {
        if self.torn {
            self.file.write_all(b"\n")?;
            self.torn = false;
            self.bytes += 1;
        }
        self.file.write_all(line)?;
        self.bytes += line.len() as u64;
        Ok(())
    }
}

impl Destination<ExportItem> for Writer {
    fn export<'d>(&'d mut self, batch: Vec<ExportItem>, counts: &'d Counts) -> Exporting<'d> {
        Box::pin(async move {
            let mut exported = 0;
            for span in &spans(batch, &mut self.names) {
                match line(span).and_then(|line| self.write(&line)) {
                    Ok(()) => exported += 1,
                    Err(error) => counts.failed(&error),
                }
                // Lets the worker check the deadline between two lines.
                tokio::task::yield_now().await;
            }
            Outcome {
                exported,
                reason: DropReason::Failed,
            }
        })
    }
}

/// JSON whose strings have no characters that control a terminal.
struct Printable;

impl Formatter for Printable {
    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        fragment: &str,
    ) -> io::Result<()> {
        pieces(fragment).try_for_each(|piece| match piece {
            Piece::Plain(text) => writer.write_all(text.as_bytes()),
            Piece::Hidden(letter) => write_escape(writer, letter),
        })
    }
}

fn line(span: &SpanData) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    Span::from(span).serialize(&mut Serializer::with_formatter(&mut line, Printable))?;
    line.push(b'\n');
    Ok(line)
}

fn numbered(path: &Path, number: u32) -> PathBuf {
    let mut name: OsString = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

fn move_if_there(from: &Path, to: &Path) -> io::Result<()> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}

fn ends_in_newline(file: &File, bytes: u64) -> bool {
    use io::{Read, Seek, SeekFrom};
    let mut file = file;
    let mut last = [0];
    let read = file
        .seek(SeekFrom::Start(bytes - 1))
        .and_then(|_| file.read_exact(&mut last));
    read.is_ok() && last == *b"\n"
}
