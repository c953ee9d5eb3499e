//! Sinks of an audit trail: fast, slow, failing and panicking.

use std::{
    collections::VecDeque,
    io::{self, ErrorKind, Write},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver, Sender},
    },
};

use glyph_runtime::log::AuditSink;

use crate::capture::Written;

/// Accepts everything at once.
pub(crate) struct Plain(pub(crate) Written);

impl Write for Plain {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AuditSink for Plain {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reports its calls, and waits for a permit to write.
pub(crate) struct Slow {
    kept: Written,
    told: Sender<&'static str>,
    leave: Receiver<()>,
}

impl Write for Slow {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let _nobody_listens = self.told.send("write");
        let _open = self.leave.recv();
        self.kept.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AuditSink for Slow {
    fn sync(&mut self) -> io::Result<()> {
        let _nobody_listens = self.told.send("sync");
        Ok(())
    }
}

/// Returns a slow sink. Dropping the last sender permits all later writes.
pub(crate) fn slow(kept: &Written) -> (Slow, Receiver<&'static str>, Sender<()>) {
    let (told, calls) = mpsc::channel();
    let (gate, leave) = mpsc::channel();
    let kept = kept.clone();
    (Slow { kept, told, leave }, calls, gate)
}

/// Fails as long as the script says.
pub(crate) struct Failing {
    kept: Written,
    script: Arc<Mutex<VecDeque<ErrorKind>>>,
    sync: Option<ErrorKind>,
    failed: Sender<()>,
}

impl Write for Failing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(kind) = self.script.lock().unwrap().pop_front() else {
            return self.kept.write(bytes);
        };
        let _nobody_listens = self.failed.send(());
        // Half of each write succeeds, as on a disk that fills up.
        if kind == ErrorKind::StorageFull && bytes.len() > 1 {
            self.script.lock().unwrap().push_front(ErrorKind::Other);
            return self.kept.write(&bytes[..bytes.len() / 2]);
        }
        Err(kind.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AuditSink for Failing {
    fn sync(&mut self) -> io::Result<()> {
        self.sync.map_or(Ok(()), |kind| Err(kind.into()))
    }
}

pub(crate) fn failing(
    kept: &Written,
    script: impl IntoIterator<Item = ErrorKind>,
    sync: Option<ErrorKind>,
) -> (Failing, Receiver<()>) {
    let (failed, failures) = mpsc::channel();
    let sink = Failing {
        kept: kept.clone(),
        script: Arc::new(Mutex::new(script.into_iter().collect())),
        sync,
        failed,
    };
    (sink, failures)
}

/// Accepts everything, and never confirms a sync to disk.
pub(crate) struct Stuck(pub(crate) Sender<()>, pub(crate) Receiver<()>);

impl Write for Stuck {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AuditSink for Stuck {
    fn sync(&mut self) -> io::Result<()> {
        let _nobody_listens = self.0.send(());
        let _open = self.1.recv();
        Ok(())
    }
}

/// Panics once.
pub(crate) struct Panicking(pub(crate) Written, pub(crate) bool);

impl Write for Panicking {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        assert!(!std::mem::take(&mut self.1), "of the sink, once");
        self.0.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl AuditSink for Panicking {
    fn sync(&mut self) -> io::Result<()> {
        Ok(())
    }
}
