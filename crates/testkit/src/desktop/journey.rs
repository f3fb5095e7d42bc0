//! A walk through the application, step by step, each told in a line and kept in a picture.

use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use super::{Desktop, DesktopError};

/// The steps of one walk; the first that fails ends it.
#[derive(Debug)]
pub struct Journey {
    desktop: Desktop,
    folder: PathBuf,
    names: Vec<String>,
    tell: fn(&str),
    axe: bool,
}

impl Journey {
    /// A walk of `desktop` whose pictures go to `folder`, emptied of the pictures of an earlier one; `tell` gets a line per step.
    ///
    /// # Errors
    /// The folder cannot be prepared.
    pub fn new(
        mut desktop: Desktop,
        folder: impl Into<PathBuf>,
        tell: fn(&str),
    ) -> Result<Self, DesktopError> {
        let folder = folder.into();
        fs::create_dir_all(&folder).map_err(DesktopError::file(&folder))?;
        for entry in fs::read_dir(&folder).map_err(DesktopError::file(&folder))? {
            let path = entry.map_err(DesktopError::file(&folder))?.path();
            if path.extension().is_some_and(|kind| kind == "png") {
                fs::remove_file(&path).map_err(DesktopError::file(&path))?;
            }
        }
        desktop.set_pictures(&folder);
        Ok(Self {
            desktop,
            folder,
            names: Vec::new(),
            tell,
            axe: false,
        })
    }

    /// Whether the steps that follow hold only if axe-core finds nothing serious in their pictures.
    pub fn check_accessibility(&mut self, axe: bool) {
        self.axe = axe;
    }

    /// Does `act`, then keeps `<name>.png`. `name` carries its number ("01-connexion"), `what` says in a sentence what holds afterwards.
    ///
    /// # Errors
    /// Whatever `act` met, with the step's name, `failure.png` and the application's last lines.
    pub async fn step(
        &mut self,
        name: &str,
        what: &str,
        act: impl AsyncFnOnce(&mut Desktop) -> Result<(), DesktopError>,
    ) -> Result<(), DesktopError> {
        let begun = Instant::now();
        let done = match act(&mut self.desktop).await {
            Ok(()) => self.keep(name).await,
            Err(error) => Err(error),
        };
        match done {
            Ok(()) => {
                (self.tell)(&format!(
                    "{name}  {:.1} s  {what}",
                    begun.elapsed().as_secs_f64()
                ));
                self.names.push(name.to_owned());
                Ok(())
            }
            Err(error) => Err(self.desktop.failed(name, error).await),
        }
    }

    /// The picture, and whether everybody can use what it shows.
    async fn keep(&self, name: &str) -> Result<(), DesktopError> {
        let picture = self.folder.join(format!("{name}.png"));
        self.desktop.picture(&picture).await?;
        if !self.axe {
            return Ok(());
        }
        let faults = self.desktop.accessibility_faults().await?;
        if faults.is_empty() {
            return Ok(());
        }
        Err(DesktopError::Unexpected(format!(
            "axe-core finds {}",
            faults.join("; ")
        )))
    }

    /// Something to hold that has no screen of its own: a file, an answer of the platform, another program's verdict.
    ///
    /// # Errors
    /// What does not hold, with the name of the check.
    pub fn check(
        &mut self,
        name: &str,
        what: &str,
        held: Result<(), String>,
    ) -> Result<(), DesktopError> {
        match held {
            Ok(()) => {
                (self.tell)(&format!("{name}  {what}"));
                Ok(())
            }
            Err(reason) => Err(DesktopError::Unexpected(format!(
                "{name}: {what}: {reason}"
            ))),
        }
    }

    /// The names of the steps that held, in order.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The desktop, for what comes after.
    pub fn into_desktop(self) -> Desktop {
        self.desktop
    }
}
