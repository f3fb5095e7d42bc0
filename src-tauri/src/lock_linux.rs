//! Linux: logind (sleep, session lock, user switch) on the system bus, the desktop's screen saver on the session bus.
//!
//! <https://www.freedesktop.org/software/systemd/man/latest/org.freedesktop.login1.html>

use std::sync::Arc;

use relecture_bridge::LockReason;
use zbus::{
    MatchRule, Message,
    blocking::{Connection, MessageIterator, fdo::DBusProxy},
    message::Type,
    zvariant::{OwnedFd, OwnedObjectPath, OwnedValue},
};

use crate::lock::spawn;

const LOGIND: &str = "org.freedesktop.login1";
const MANAGER_PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION: &str = "org.freedesktop.login1.Session";
/// Desktops that say when their screen is locked; KDE and others use the first name.
const SCREEN_SAVERS: [&str; 4] = [
    "org.freedesktop.ScreenSaver",
    "org.gnome.ScreenSaver",
    "org.cinnamon.ScreenSaver",
    "org.mate.ScreenSaver",
];

/// Calls `lock` whenever one of the buses says so. A bus that is not there is not heard; the idle lock stands in any case.
pub(crate) fn watch(lock: impl Fn(LockReason) + Send + Sync + 'static) {
    let lock = Arc::new(lock);
    let on_sleep = Arc::clone(&lock);
    spawn("logind", move || {
        if let Err(error) = hear_logind(on_sleep.as_ref()) {
            tracing::warn!(%error, "logind is not heard");
        }
    });
    spawn("screen saver", move || {
        if let Err(error) = hear_screen_savers(lock.as_ref()) {
            tracing::warn!(%error, "the screen saver is not heard");
        }
    });
}

fn hear_logind(lock: &dyn Fn(LockReason)) -> zbus::Result<()> {
    let bus = Connection::system()?;
    // Listening begins before anything is asked, so that nothing said in between is missed.
    let messages = MessageIterator::from(&bus);
    let rule = || {
        MatchRule::builder()
            .msg_type(Type::Signal)
            .sender(LOGIND)
            .map(zbus::match_rule::Builder::build)
    };
    DBusProxy::new(&bus)?.add_match_rule(rule()?)?;
    let own = own_session(&bus);
    // While it is held, sleep waits until it is given back, five seconds at most.
    let mut delay = delay_sleep(&bus);
    for message in messages {
        let message = message?;
        match said(&message, own.as_ref()) {
            Some(Said::Sleep) => {
                lock(LockReason::Sleep);
                delay = None;
            }
            Some(Said::Awake) => delay = delay_sleep(&bus),
            Some(Said::Locked) => lock(LockReason::System),
            None => {}
        }
    }
    drop(delay);
    Ok(())
}

enum Said {
    Sleep,
    Awake,
    Locked,
}

/// What a signal of logind means here. Without a session of our own every session's lock counts.
fn said(message: &Message, own: Option<&OwnedObjectPath>) -> Option<Said> {
    let header = message.header();
    let member = header.member()?.as_str().to_owned();
    let is_own = own.is_none_or(|own| header.path().is_some_and(|path| *path == **own));
    match (header.interface()?.as_str(), member.as_str()) {
        (MANAGER, "PrepareForSleep") => {
            let asleep: bool = message.body().deserialize().ok()?;
            Some(if asleep { Said::Sleep } else { Said::Awake })
        }
        (SESSION, "Lock") if is_own => Some(Said::Locked),
        ("org.freedesktop.DBus.Properties", "PropertiesChanged") if is_own => {
            let body = message.body();
            let (interface, changed, _): (
                String,
                std::collections::HashMap<String, OwnedValue>,
                Vec<String>,
            ) = body.deserialize().ok()?;
            let is = |name: &str, value: bool| {
                changed
                    .get(name)
                    .and_then(|found| bool::try_from(found).ok())
                    .is_some_and(|found| found == value)
            };
            // Another user came to the screen, or the desktop says that it is locked.
            let gone = is("Active", false) || is("LockedHint", true);
            (interface == SESSION && gone).then_some(Said::Locked)
        }
        _ => None,
    }
}

/// Our session at logind, if we run in one.
fn own_session(bus: &Connection) -> Option<OwnedObjectPath> {
    let answer = bus.call_method(
        Some(LOGIND),
        MANAGER_PATH,
        Some(MANAGER),
        "GetSessionByPID",
        &(std::process::id()),
    );
    answer.ok()?.body().deserialize().ok()
}

fn delay_sleep(bus: &Connection) -> Option<OwnedFd> {
    let answer = bus.call_method(
        Some(LOGIND),
        MANAGER_PATH,
        Some(MANAGER),
        "Inhibit",
        &("sleep", "Relecture", "Verrouillage des dossiers", "delay"),
    );
    let held = answer.and_then(|answer| answer.body().deserialize());
    held.inspect_err(|error| tracing::info!(%error, "sleep does not wait for the lock"))
        .ok()
}

fn hear_screen_savers(lock: &dyn Fn(LockReason)) -> zbus::Result<()> {
    let bus = Connection::session()?;
    let messages = MessageIterator::from(&bus);
    let dbus = DBusProxy::new(&bus)?;
    for interface in SCREEN_SAVERS {
        let rule = MatchRule::builder()
            .msg_type(Type::Signal)
            .interface(interface)?
            .member("ActiveChanged")?
            .build();
        dbus.add_match_rule(rule)?;
    }
    for message in messages {
        let message = message?;
        let header = message.header();
        let is_theirs = header
            .interface()
            .is_some_and(|interface| SCREEN_SAVERS.contains(&interface.as_str()))
            && header
                .member()
                .is_some_and(|member| member.as_str() == "ActiveChanged");
        if is_theirs && message.body().deserialize::<bool>().unwrap_or(false) {
            lock(LockReason::System);
        }
    }
    Ok(())
}
