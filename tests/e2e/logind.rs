//! A logind that says what it is told to say: on a bus of its own, under the real name, with the real interface.

use std::{
    io::{PipeReader, Read as _},
    os::fd::OwnedFd,
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result};
use zbus::{
    blocking::{Connection, connection},
    fdo, interface,
    zvariant::{self, ObjectPath, OwnedObjectPath, Value},
};

const PATH: &str = "/org/freedesktop/login1";
const MANAGER: &str = "org.freedesktop.login1.Manager";
const SESSION_PATH: &str = "/org/freedesktop/login1/session/_31";
const SESSION: &str = "org.freedesktop.login1.Session";
/// How long a delay that was given up may take to be noticed.
const PATIENCE: Duration = Duration::from_secs(2);

pub(crate) struct Logind {
    bus: Connection,
    delays: Delays,
}

/// The other ends of what programs hold while sleep has to wait for them, oldest first.
type Delays = Arc<Mutex<Vec<PipeReader>>>;

struct Manager(Delays);

#[interface(name = "org.freedesktop.login1.Manager")]
impl Manager {
    #[zbus(name = "GetSessionByPID")]
    fn session_by_pid(&self, _process: u32) -> fdo::Result<OwnedObjectPath> {
        OwnedObjectPath::try_from(SESSION_PATH)
            .map_err(|error| fdo::Error::Failed(error.to_string()))
    }

    fn inhibit(
        &self,
        what: &str,
        _who: &str,
        _why: &str,
        mode: &str,
    ) -> fdo::Result<zvariant::OwnedFd> {
        if (what, mode) != ("sleep", "delay") {
            return Err(fdo::Error::InvalidArgs(format!("{what}, {mode}")));
        }
        let (ours, theirs) = std::io::pipe().map_err(zbus::Error::from)?;
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(ours);
        Ok(OwnedFd::from(theirs).into())
    }
}

impl Logind {
    /// On the bus at this address.
    pub(crate) fn start(address: &str) -> Result<Self> {
        let delays = Delays::default();
        let bus = connection::Builder::address(address)?
            .serve_at(PATH, Manager(Arc::clone(&delays)))?
            .name("org.freedesktop.login1")?
            .build()?;
        Ok(Self { bus, delays })
    }

    fn say<B: serde::Serialize + zvariant::DynamicType>(
        &self,
        path: &str,
        interface: &str,
        member: &str,
        body: &B,
    ) -> Result<()> {
        let path = ObjectPath::try_from(path)?;
        Ok(self
            .bus
            .emit_signal(None::<&str>, path, interface, member, body)?)
    }

    pub(crate) fn sleep(&self) -> Result<()> {
        self.say(PATH, MANAGER, "PrepareForSleep", &(true))
    }

    pub(crate) fn wake(&self) -> Result<()> {
        self.say(PATH, MANAGER, "PrepareForSleep", &(false))
    }

    pub(crate) fn lock_session(&self) -> Result<()> {
        self.say(SESSION_PATH, SESSION, "Lock", &())
    }

    pub(crate) fn switch_user(&self) -> Result<()> {
        let changed = std::collections::HashMap::from([("Active", Value::from(false))]);
        let body = (SESSION, changed, Vec::<&str>::new());
        let properties = "org.freedesktop.DBus.Properties";
        self.say(SESSION_PATH, properties, "PropertiesChanged", &body)
    }

    /// Whether nobody asks sleep to wait (any more).
    pub(crate) fn may_sleep(&self) -> Result<bool> {
        let last = {
            let delays = self.delays.lock().unwrap_or_else(PoisonError::into_inner);
            delays.last().context("somebody asked once")?.try_clone()?
        };
        let (ended, end) = mpsc::channel();
        thread::spawn(move || {
            let mut last = last;
            // Nothing is ever written: reading ends when the holder lets go.
            let _ = ended.send(last.read(&mut [0; 1]));
        });
        Ok(end.recv_timeout(PATIENCE).is_ok())
    }
}
