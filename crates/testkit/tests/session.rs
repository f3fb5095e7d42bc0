//! The private desktop is what it claims to be: a real Secret Service, unlocked, that can be locked, and nothing left behind.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::path::Path;
use std::process::Stdio;

use relecture_testkit::desktop::{Session, traces};

fn store(session: &Session, secret: &str) -> bool {
    let mut tool = session.command("secret-tool");
    tool.args(["store", "--label=essai", "device", "one"]);
    let mut tool = tool
        .stdin(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut tool.stdin.take().unwrap(), secret.as_bytes()).unwrap();
    tool.wait().unwrap().success()
}

fn look_up(session: &Session) -> String {
    let mut tool = session.command("secret-tool");
    let answer = tool.args(["lookup", "device", "one"]).output().unwrap();
    String::from_utf8(answer.stdout).unwrap()
}

/// R18: the key store used in tests is a real one, and what it keeps is not in clear below the home folder.
#[tokio::test]
async fn keeps_a_secret_in_a_real_key_store() {
    let session = Session::start().await.unwrap();
    assert!(store(&session, "a-device-key"));
    assert_eq!(look_up(&session), "a-device-key");
    assert!(
        session
            .home()
            .join(".local/share/keyrings/login.keyring")
            .is_file()
    );
    let (found, read) = traces(session.folder(), &["a-device-key"]).unwrap();
    assert_eq!((found.as_slice(), read > 0), ([].as_slice(), true));

    // Nobody is there to answer the prompt of a locked store: it gives nothing.
    session.lock_keyring().await.unwrap();
    let mut asked = session.command("timeout");
    let answer = asked
        .args(["2", "secret-tool", "lookup", "device", "one"])
        .output()
        .unwrap();
    assert_eq!(answer.stdout, b"");
}

#[tokio::test]
async fn two_sessions_share_nothing_and_leave_nothing() {
    let (one, two) = (
        Session::start().await.unwrap(),
        Session::start().await.unwrap(),
    );
    assert!(store(&one, "a-device-key"));
    assert_eq!(look_up(&two), "");
    let folder = one.folder().to_owned();
    drop(one);
    assert!(!folder.exists());
    assert_eq!(programs_of(&folder), Vec::<String>::new());
    assert_ne!(programs_of(two.folder()), Vec::<String>::new());
}

/// The process numbers whose environment names the folder.
fn programs_of(folder: &Path) -> Vec<String> {
    let wanted = folder.to_string_lossy().into_owned();
    let environment = |id: &str| std::fs::read(format!("/proc/{id}/environ")).unwrap_or_default();
    std::fs::read_dir("/proc")
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|id| String::from_utf8_lossy(&environment(id)).contains(&wanted))
        .collect()
}
