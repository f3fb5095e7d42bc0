//! What stays in memory after it was given back, and what leaves it.

use std::alloc::{GlobalAlloc, Layout, System};

/// The system's allocator, which wipes what is given back: texts of a case and keys pass through many hands (serialisation,
/// TLS, the message bus), and none of them wipes its copies.
pub struct WipingAllocator;

#[expect(unsafe_code, reason = "an allocator is unsafe by nature")]
// SAFETY: every call is handed to the system's allocator as it came; memory is written to only while it is still owned.
// `realloc` is the trait's own: a new block, a copy, and the old one wiped by `dealloc`.
unsafe impl GlobalAlloc for WipingAllocator {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the caller's, and has this many bytes, until the next line.
        unsafe { block.write_bytes(0, layout.size()) };
        // Without somebody who might look, the compiler may leave the writing out.
        let block = std::hint::black_box(block);
        // SAFETY: the caller's promises are the system allocator's.
        unsafe { System.dealloc(block, layout) }
    }
}

/// No core dump, and no other program of the same user reads this memory. Libraries written in C wipe what they give back, too.
#[cfg(target_os = "linux")]
pub(crate) fn shut() {
    use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
    let none = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    // Neither fails for a process about itself; if one did, working on would still be right.
    let _ = setrlimit(Resource::Core, none);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
    fill_on_free();
}

/// glibc fills what is given back (mallopt(3), `M_PERTURB`), small blocks in a thread's own cache excepted.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[expect(unsafe_code, reason = "there is no safe mallopt")]
fn fill_on_free() {
    // SAFETY: called from the first lines of `main`, before any thread exists.
    unsafe { libc::mallopt(libc::M_PERTURB, 0x5a) };
}

#[cfg(all(target_os = "linux", not(target_env = "gnu")))]
fn fill_on_free() {}

/// Nothing is known to do beforehand on this system.
#[cfg(not(target_os = "linux"))]
pub(crate) fn shut() {}
