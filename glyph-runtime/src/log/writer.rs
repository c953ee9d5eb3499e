//! The thread that writes lines.

use std::{io, sync::Arc, thread};

use super::queue::Queue;

pub(super) fn start(queue: &Arc<Queue>) -> io::Result<()> {
    let queue = Arc::clone(queue);
    thread::Builder::new()
        .name("glyph-log".to_owned())
        .spawn(move || queue.run())
        .map(drop)
}
