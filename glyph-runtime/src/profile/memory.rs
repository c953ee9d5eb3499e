//! Profiles of the memory, which jemalloc counts.

use std::{
    hint::black_box,
    io::{self, Read},
};

use jemalloc_pprof::PROF_CTL;
use mappings::MAPPINGS;
use tikv_jemalloc_ctl::thread::allocatedp;

use super::unavailable::Unavailable;

const NOT_CHOSEN: &str = "no profile of the memory: the allocator is not jemalloc; set `#[global_allocator]` to \
                          `tikv_jemallocator::Jemalloc`";

const NOT_COUNTED: &str = "no profile of the memory: jemalloc counts nothing; start the program with \
                           `_RJEM_MALLOC_CONF=prof:true,prof_accum:true`";

const NOT_ACTIVE: &str =
    "no profile of the memory: jemalloc counts nothing now; remove `prof_active:false`";

const NOT_ACCUMULATED: &str = "no profile of allocations: jemalloc counts only memory in use; start the program with \
                               `_RJEM_MALLOC_CONF=prof:true,prof_accum:true`";

/// The allocations that a profile of the memory counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Memory {
    /// The memory that is in use.
    InUse,
    /// All memory that was allocated since the start.
    Allocated,
}

impl Memory {
    /// The name of the samples, and their unit.
    const fn samples(self) -> (&'static str, &'static str) {
        match self {
            Self::InUse => ("inuse_space", "bytes"),
            Self::Allocated => ("alloc_space", "bytes"),
        }
    }
}

/// Returns why there are no profiles, if the program does not have what they need.
pub(super) fn check() -> Result<(), Unavailable> {
    if !is_chosen() {
        return Err(Unavailable::Unsupported(NOT_CHOSEN));
    }
    let control = PROF_CTL.as_ref();
    let _is_counted = control.ok_or(Unavailable::Unsupported(NOT_COUNTED))?;
    Ok(())
}

/// Returns a profile in pprof's format.
pub(super) fn profile(memory: Memory) -> Result<Vec<u8>, Unavailable> {
    let dump = dump()?;
    let dump = selected(&dump, memory);
    if dump.stacks == 0 && memory == Memory::Allocated {
        return Err(Unavailable::Unsupported(NOT_ACCUMULATED));
    }
    let parsed = pprof_util::parse_jeheap(dump.text.as_bytes(), MAPPINGS.as_deref());
    let parsed = parsed.map_err(|error| Unavailable::Failed(error.to_string()))?;
    Ok(parsed.to_pprof(memory.samples(), ("space", "bytes"), None))
}

/// Whether the program's allocator is jemalloc, which then counts an allocation of this thread.
fn is_chosen() -> bool {
    let Ok(allocated) = allocatedp::read() else {
        return false;
    };
    let before = allocated.get();
    drop(black_box(Vec::<u8>::with_capacity(black_box(4096))));
    allocated.get() != before
}

/// Returns what jemalloc has counted, in its text format.
fn dump() -> Result<String, Unavailable> {
    let control = PROF_CTL.as_ref();
    let control = control.ok_or(Unavailable::Unsupported(NOT_COUNTED))?;
    let mut control = control.try_lock().map_err(|_| Unavailable::Running)?;
    if !control.activated() {
        return Err(Unavailable::Unsupported(NOT_ACTIVE));
    }
    let dump = control.dump();
    drop(control);
    let mut file = dump.map_err(|error| Unavailable::Failed(error.to_string()))?;
    let mut text = String::new();
    let failed = |error: io::Error| Unavailable::Failed(error.to_string());
    file.read_to_string(&mut text).map_err(failed)?;
    Ok(text)
}

/// A dump of which a part is left.
struct Selected {
    text: String,
    stacks: usize,
}

/// Returns the stacks of a dump with the counts that are asked for, in place of those in use.
///
/// A stack without objects is left out: its average size would be that of nothing. The dump has one for all that
/// was freed, if all allocations are counted.
fn selected(dump: &str, memory: Memory) -> Selected {
    let mut lines = dump.lines();
    let mut text = lines.next().unwrap_or_default().to_owned() + "\n";
    let mut stacks = 0;
    let mut stack = None;
    for line in lines {
        if line.starts_with('@') {
            stack = Some(line);
        } else if let Some(counts) = line.trim_start().strip_prefix("t*:")
            && let Some(stack) = stack.take()
            && let Some((objects, bytes)) = counted(counts, memory)
        {
            stacks += 1;
            let (objects, bytes) = (objects.to_string(), bytes.to_string());
            text.extend([stack, "\n  t*: ", &objects, ": ", &bytes, " [0: 0]\n"]);
        }
    }
    Selected { text, stacks }
}

/// Returns the objects and bytes of `2: 200 [5: 500]`, where those in brackets are all that were allocated. `None` if
/// there are no objects.
fn counted(counts: &str, memory: Memory) -> Option<(u64, u64)> {
    let (in_use, allocated) = counts.split_once('[')?;
    let pair = match memory {
        Memory::InUse => in_use,
        Memory::Allocated => allocated.split_once(']')?.0,
    };
    let (objects, bytes) = pair.split_once(':')?;
    let objects = objects.trim().parse().ok().filter(|objects| *objects > 0)?;
    Some((objects, bytes.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::{Memory, selected};

    const DUMP: &str = "heap_v2/524288
  t*: 2: 200 [7: 700]
  t0: 2: 200 [7: 700]
@ 0x1 0x2
  t*: 2: 200 [5: 500]
  t0: 2: 200 [5: 500]
@ 0x3
  t*: 0: 0 [2: 200]
  t1: 0: 0 [2: 200]

MAPPED_LIBRARIES:
55d0-55d1 r-xp 00000000 08:01 42 /bin/shop
";

    #[test]
    fn stacks_in_use_are_selected() {
        let dump = selected(DUMP, Memory::InUse);
        let expected = "heap_v2/524288\n@ 0x1 0x2\n  t*: 2: 200 [0: 0]\n";
        assert_eq!((dump.text.as_str(), dump.stacks), (expected, 1));
    }

    #[test]
    fn stacks_of_all_allocations_are_selected() {
        let dump = selected(DUMP, Memory::Allocated);
        let expected =
            "heap_v2/524288\n@ 0x1 0x2\n  t*: 5: 500 [0: 0]\n@ 0x3\n  t*: 2: 200 [0: 0]\n";
        assert_eq!((dump.text.as_str(), dump.stacks), (expected, 2));
    }

    #[test]
    fn stacks_without_accumulation_are_none() {
        let dump = DUMP
            .replace("[5: 500]", "[0: 0]")
            .replace("[2: 200]", "[0: 0]");
        assert_eq!(selected(&dump, Memory::Allocated).stacks, 0);
        assert_eq!(selected("", Memory::Allocated).stacks, 0);
    }
}
