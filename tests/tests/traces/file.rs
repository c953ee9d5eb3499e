//! Span files, with one span a line.

use std::{fs, path::Path};

use glyph_runtime::trace::{DropReason, FileSettings, Pipeline, Span, SpanStatus, TraceSettings};
use opentelemetry::{
    KeyValue,
    trace::{Span as _, Status, Tracer, TracerProvider},
};

use crate::{LONG, names, spans};

fn to_file(path: &Path, change: impl FnOnce(&mut FileSettings)) -> TraceSettings {
    let mut settings = TraceSettings::new("shop");
    let mut file = FileSettings::new(path);
    change(&mut file);
    settings.file = Some(file);
    settings
}

fn read(path: &Path) -> Vec<Span> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn each_file_line_is_one_span_as_in_the_ring() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let pipeline = Pipeline::start(&to_file(&path, |_| {})).unwrap();
    let tracer = pipeline.provider().tracer("test");
    tracer.in_span("root", |_| {
        let mut step = tracer.start("a \"step\"\n");
        step.set_attribute(KeyValue::new("text", "line\u{2028}\u{1b}[31m\0"));
        step.set_attribute(KeyValue::new("number", f64::NAN));
        step.add_event("went", vec![KeyValue::new("far", true)]);
        step.set_status(Status::error("no"));
    });
    pipeline.shutdown(LONG).unwrap();
    let lines = read(&path);
    assert_eq!(names(&lines), ["a \"step\"\n", "root"]);
    assert_eq!(
        lines[0].status,
        SpanStatus::Error {
            description: "no".to_owned()
        }
    );
    let mut by_start = lines.clone();
    by_start.sort_by_key(|span| span.start);
    assert_eq!(by_start, pipeline.recent()[0].spans);
    assert_eq!(pipeline.snapshot().exporter("file").unwrap().exported, 2);
}

#[test]
fn file_is_appended_after_a_torn_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    fs::write(&path, "{\"trace_id\":\"cut").unwrap();
    let pipeline = Pipeline::start(&to_file(&path, |_| {})).unwrap();
    spans(&pipeline, 1);
    pipeline.shutdown(LONG).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let lines: Vec<_> = text.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(serde_json::from_str::<Span>(lines[1]).is_ok());
}

#[test]
fn rotation_keeps_the_set_number_of_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let settings = to_file(&path, |file| {
        file.max_bytes = 1000;
        file.kept_files = 2;
    });
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 40);
    pipeline.shutdown(LONG).unwrap();
    let mut found: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    found.sort();
    assert_eq!(found, ["traces.jsonl", "traces.jsonl.1", "traces.jsonl.2"]);
    let files = found.iter().map(|name| folder.path().join(name));
    let kept: Vec<_> = files
        .inspect(|file| assert!(fs::metadata(file).unwrap().len() <= 1000))
        .flat_map(|file| read(&file))
        .collect();
    assert!((3..40).contains(&kept.len()));
    let latest = kept.iter().map(|span| span.start).max();
    assert_eq!(read(&path).iter().map(|span| span.start).max(), latest);
    assert_eq!(pipeline.snapshot().exporter("file").unwrap().exported, 40);
}

#[test]
fn span_larger_than_a_file_has_its_own_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("traces.jsonl");
    let settings = to_file(&path, |file| file.max_bytes = 10);
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 2);
    pipeline.shutdown(LONG).unwrap();
    assert_eq!(read(&path).len(), 1);
    assert_eq!(read(&folder.path().join("traces.jsonl.1")).len(), 1);
}

#[test]
fn unopenable_path_is_an_error_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("missing/traces.jsonl");
    let error = Pipeline::start(&to_file(&path, |_| {}))
        .unwrap_err()
        .to_string();
    assert!(error.contains("missing/traces.jsonl"), "{error}");
}

#[cfg(unix)]
#[test]
fn file_is_private_and_not_a_link_or_a_pipe() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let folder = tempfile::tempdir().unwrap();
    let (path, link) = (
        folder.path().join("traces.jsonl"),
        folder.path().join("link"),
    );
    fs::write(&path, "").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    symlink(&path, &link).unwrap();
    let pipe = folder.path().join("pipe");
    let mode = rustix::fs::Mode::RUSR | rustix::fs::Mode::WUSR;
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, mode).unwrap();
    for (rejected, reason) in [
        (&*link, "it is a symbolic link"),
        (&*pipe, "it is not a regular file"),
        (folder.path(), "it is a directory"),
    ] {
        let error = Pipeline::start(&to_file(rejected, |_| {})).unwrap_err();
        assert!(error.to_string().contains(reason), "{error}");
    }
    let pipeline = Pipeline::start(&to_file(&path, |_| {})).unwrap();
    spans(&pipeline, 1);
    pipeline.shutdown(LONG).unwrap();
    let mode = fs::metadata(&path).unwrap().permissions().mode();
    assert_eq!((mode & 0o777, read(&path).len()), (0o600, 1));
}

#[cfg(target_os = "linux")]
#[test]
fn full_disk_loses_counted_spans() {
    let pipeline = Pipeline::start(&to_file(Path::new("/dev/full"), |_| {})).unwrap();
    spans(&pipeline, 3);
    let lost = pipeline.shutdown(LONG).unwrap_err();
    assert_eq!(lost.parts[0].count, 3);
    let snapshot = pipeline.snapshot();
    let counts = snapshot.exporter("file").unwrap();
    assert_eq!(
        (
            counts.exported,
            counts.dropped_for(DropReason::Failed),
            counts.failures
        ),
        (0, 3, 3)
    );
}

#[test]
fn removed_folder_loses_spans_until_it_returns() {
    let folder = tempfile::tempdir().unwrap();
    let inner = folder.path().join("inner");
    fs::create_dir(&inner).unwrap();
    let path = inner.join("traces.jsonl");
    let settings = to_file(&path, |file| file.max_bytes = 10);
    let pipeline = Pipeline::start(&settings).unwrap();
    spans(&pipeline, 1);
    pipeline.flush(LONG).unwrap();
    fs::remove_dir_all(&inner).unwrap();
    spans(&pipeline, 1);
    pipeline.flush(LONG).unwrap_err();
    fs::create_dir(&inner).unwrap();
    spans(&pipeline, 1);
    pipeline.shutdown(LONG).unwrap();
    assert_eq!(read(&path).len(), 1);
    let snapshot = pipeline.snapshot();
    let counts = snapshot.exporter("file").unwrap();
    assert_eq!(
        (counts.exported, counts.dropped_for(DropReason::Failed)),
        (2, 1)
    );
}
