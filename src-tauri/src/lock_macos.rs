//! macOS: the screen's lock, the switch to another user, and sleep, as the workspace tells them.
//!
//! <https://developer.apple.com/documentation/appkit/nsworkspace>; the name of the lock's notification is not documented, and
//! used by many.

use std::{ptr::NonNull, sync::Arc, thread};

use block2::RcBlock;
use objc2::rc::Retained;
use objc2_app_kit::{
    NSWorkspace, NSWorkspaceSessionDidResignActiveNotification, NSWorkspaceWillSleepNotification,
};
use objc2_foundation::{
    NSDistributedNotificationCenter, NSNotification, NSNotificationCenter, NSNotificationName,
    NSString,
};
use relecture_bridge::LockReason;

type Lock = Arc<dyn Fn(LockReason) + Send + Sync>;

/// Calls `lock` whenever macOS says so. To be called on the main thread, where the notifications come.
pub(crate) fn watch(lock: impl Fn(LockReason) + Send + Sync + 'static) {
    let lock: Lock = Arc::new(lock);
    let workspace = NSWorkspace::sharedWorkspace().notificationCenter();
    let everybody: Retained<NSNotificationCenter> =
        NSDistributedNotificationCenter::defaultCenter().into_super();
    let locked = NSString::from_str("com.apple.screenIsLocked");
    hear(&everybody, &locked, LockReason::System, &lock);
    #[expect(unsafe_code, reason = "constants of a library written in C")]
    // SAFETY: they are never changed.
    let (switched, sleeps) = unsafe {
        (
            NSWorkspaceSessionDidResignActiveNotification,
            NSWorkspaceWillSleepNotification,
        )
    };
    hear(&workspace, switched, LockReason::System, &lock);
    hear(&workspace, sleeps, LockReason::Sleep, &lock);
}

fn hear(center: &NSNotificationCenter, name: &NSNotificationName, reason: LockReason, lock: &Lock) {
    let lock = Arc::clone(lock);
    let block = RcBlock::new(move |_: NonNull<NSNotification>| {
        let lock = Arc::clone(&lock);
        // The window's last words come over this thread: it must not wait for them.
        let locking = thread::spawn(move || lock(reason));
        // macOS sleeps when this returns: then the keys matter more than the words of the last second.
        if reason == LockReason::Sleep && locking.join().is_err() {
            tracing::error!("the desk was not locked before sleep");
        }
    });
    #[expect(unsafe_code, reason = "the block may be called from any thread")]
    // SAFETY: what the block holds may be sent and shared; the observer lives as long as the process.
    let observer = unsafe {
        center.addObserverForName_object_queue_usingBlock(Some(name), None, None, &block)
    };
    // The center keeps it; nobody ever takes it out.
    std::mem::forget(observer);
}
