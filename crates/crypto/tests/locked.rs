//! Keys stand on pages that are never swapped out. Alone in its process: it counts the pages of all of it.

#![cfg(target_os = "linux")]
#![expect(clippy::expect_used, reason = "helpers of tests fail as tests do")]

use relecture_crypto::{Key, derive_key, keys_are_locked};

/// KiB that are locked, as the kernel counts them (`proc_pid_status(5)`).
fn locked() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("readable");
    let line = status.lines().find(|line| line.starts_with("VmLck:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.expect("a count").parse().expect("a number")
}

#[test]
fn a_key_is_locked_in_memory_as_long_as_somebody_holds_it() {
    let before = locked();
    let key = Key::make();
    let one = locked() - before;
    assert!(one > 0);
    let derived = derive_key(&[&key], "a test");
    assert_eq!(locked() - before, 2 * one);
    let (clone, other) = (key.clone(), derived.clone());
    assert_eq!(locked() - before, 2 * one, "a clone is no copy");
    drop((key, derived));
    assert_eq!(locked() - before, 2 * one, "somebody still holds them");
    assert_ne!(clone, other);
    drop((clone, other));
    assert_eq!(locked(), before);
    assert!(keys_are_locked());
}
