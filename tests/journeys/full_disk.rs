//! No space left on the disk of this PC. Linux only: elsewhere a small disk cannot be made without an installation.

use std::{path::Path, process::Command};

use relecture_bridge::{FailureCode, ReceptionState};
use tempfile::TempDir;

use crate::support::{House, draft, letter};

/// Set in the process that runs in the mount namespace of its own.
const INSIDE: &str = "RELECTURE_TEST_OWN_MOUNTS";
const NAME: &str = "full_disk::a_full_disk_is_told_and_costs_nothing_that_was_kept";

/// Issue 2, R46, R48: a disk that fills while a case comes is told; the draft written before stays; once there is space the case
/// comes whole and writing goes on.
///
/// A real full disk, not a pretended one: the test starts itself again in a mount namespace of its own (with a user namespace
/// when it is not root) and puts the vault on a file system of half a megabyte. Where the system forbids both the test fails: a
/// green run always means that it ran.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_and_costs_nothing_that_was_kept() {
    if std::env::var_os(INSIDE).is_some() {
        return inside().await;
    }
    let own = std::env::current_exe().expect("this program");
    let mut again = Command::new("unshare");
    if !is_root() {
        again.args(["--user", "--map-root-user"]);
    }
    // Below `chroot` the root is no mount whose propagation could be changed.
    again
        .args(["--mount", "--propagation", "unchanged"])
        .arg(own)
        .args(["--exact", NAME, "--nocapture"])
        .env(INSIDE, "1");
    let output = again.output().expect("unshare (package util-linux) starts");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && told.contains("1 passed"),
        "no file system of its own, or what was tried on it failed:\n{told}{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").expect("/proc");
    status
        .lines()
        .any(|line| line.split_whitespace().take(2).eq(["Uid:", "0"]))
}

/// A file system of its own, gone when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        mount("size=512k,mode=700", folder.path());
        Self(folder)
    }

    /// Space is made.
    fn grow(&self) {
        mount("remount,size=64m", self.0.path());
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: a vault may still be open on it. What does not end here ends with the process's mounts.
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.0.path())
            .status();
    }
}

fn mount(options: &str, folder: &Path) {
    let mut mount = Command::new("mount");
    mount
        .args(["-t", "tmpfs", "-o", options, "relecture-test"])
        .arg(folder);
    assert!(
        mount.status().expect("mount starts").success(),
        "mount {options}"
    );
}

async fn inside() {
    let disk = SmallDisk::new();
    let house = House::open();
    let expert = house.expert(1);
    let seat = house.seat_in(&expert, disk.0.path());
    let (_, small) = house.offer(&expert, vec![letter(50_000)]);
    let (_, large) = house.offer(&expert, vec![letter(2_000_000)]);
    seat.sign_in().await.expect("signs in");
    seat.accept(small).await.expect("accepts");
    assert_eq!(seat.received(small).await.state, ReceptionState::Complete);
    seat.write(small, draft("Écrit avant."))
        .await
        .expect("kept");

    seat.accept(large).await.expect("accepts");
    let stopped = seat.received(large).await;
    assert_eq!(stopped.state, ReceptionState::Stopped);
    assert_eq!(stopped.failure, Some(FailureCode::DiskFull));
    assert!(stopped.received < stopped.total);

    // The disk is full to the last page now: a draft of more than that is refused, and the one before it stays.
    let long = "Un avis très long. ".repeat(5_000);
    let refused = seat.write(small, draft(&long)).await.expect_err("full");
    assert_eq!(refused.code, FailureCode::DiskFull);
    let case = seat.case(small).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Écrit avant.")["summary"]);
    let document = seat
        .open(small, &case.pieces[0].id)
        .await
        .expect("reading goes on");
    assert!(seat.page(&document, 1).await.is_some());

    disk.grow();
    seat.write(small, draft("Écrit après."))
        .await
        .expect("kept");
    seat.receive(large).await.expect("goes on");
    assert_eq!(seat.received(large).await.state, ReceptionState::Complete);
    let seat = seat.reopened();
    seat.sign_in().await.expect("signs in");
    let case = seat.case(small).await.expect("the case");
    assert_eq!(case.content["summary"], draft("Écrit après.")["summary"]);
    seat.read_everything(large).await;
    // What had come before the disk was full was not asked for again.
    let asked = house.line.ranges("/content");
    let rest = Some(format!("bytes={}-", stopped.received));
    assert_eq!(asked, [None, None, rest]);
}
