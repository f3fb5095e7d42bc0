//! How long a start takes, seen from outside: from the process's birth to the page's mark.

use std::sync::Arc;

use rustix::param::clock_ticks_per_second;
use rustix::time::{ClockId, clock_gettime};

use super::{AppOptions, Desktop, DesktopError, Session};

/// Rounds of start-up of several programs, alternated so that what disturbs the machine disturbs all alike.
#[derive(Clone, Debug)]
pub struct Startup {
    /// Name and milliseconds of each round, in the order of the programs given.
    pub rounds: Vec<(String, Vec<f64>)>,
}

impl Startup {
    /// Starts each program `rounds` times, after one start of each that is not counted (disk cache, fonts).
    ///
    /// # Errors
    /// A program does not start, or its page never sets `performance.mark('interactive')`.
    pub async fn measure(
        programs: &[(&str, AppOptions)],
        rounds: usize,
    ) -> Result<Self, DesktopError> {
        let mut measured: Vec<(String, Vec<f64>)> = programs
            .iter()
            .map(|(name, _)| ((*name).to_owned(), Vec::new()))
            .collect();
        for round in 0..=rounds {
            for ((name, options), (_, times)) in programs.iter().zip(&mut measured) {
                // A desktop of its own: no home, key store or running instance left by the one before.
                let session = Arc::new(Session::start().await?);
                let mut desktop = Desktop::launch(&session, options.clone()).await?;
                let time = match to_interactive(&desktop).await {
                    Ok(time) => time,
                    Err(error) => return Err(desktop.failed(name, error).await),
                };
                if round > 0 {
                    times.push(time);
                }
                desktop.close().await?;
            }
        }
        Ok(Self { rounds: measured })
    }

    /// The median of a program's rounds, in milliseconds.
    pub fn median(&self, name: &str) -> Option<f64> {
        let (_, times) = self.rounds.iter().find(|(known, _)| known == name)?;
        let mut times = times.clone();
        times.sort_by(f64::total_cmp);
        let (low, high) = (
            times.get(times.len().checked_sub(1)? / 2)?,
            times.get(times.len() / 2)?,
        );
        Some(f64::midpoint(*low, *high))
    }
}

async fn to_interactive(desktop: &Desktop) -> Result<f64, DesktopError> {
    let interactive = desktop.mark("interactive").await?;
    Ok(interactive - process_start(desktop.process()?)?)
}

/// When a process began, in milliseconds since 1970, to the kernel's tick (10 ms).
///
/// # Errors
/// There is no such process.
pub fn process_start(id: u32) -> Result<f64, DesktopError> {
    // proc_pid_stat(5): field 22, ticks since boot; `stat` begins at field 3.
    let ticks: Option<u32> =
        super::process::stat(id).and_then(|fields| fields.get(22 - 3)?.parse().ok());
    let ticks = ticks.ok_or_else(|| DesktopError::Unexpected(format!("process {id} is gone")))?;
    let per_second = u32::try_from(clock_ticks_per_second()).unwrap_or(100);
    // /proc/stat tells the boot time in whole seconds only; the two clocks tell it exactly.
    let boot = milliseconds(ClockId::Realtime) - milliseconds(ClockId::Boottime);
    Ok(boot + f64::from(ticks) * 1000.0 / f64::from(per_second))
}

#[expect(
    clippy::cast_precision_loss,
    reason = "seconds since 1970 are far below 2^52"
)]
fn milliseconds(clock: ClockId) -> f64 {
    let time = clock_gettime(clock);
    time.tv_sec as f64 * 1000.0 + time.tv_nsec as f64 / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_began_after_its_parent_and_before_now() {
        let before = milliseconds(ClockId::Realtime);
        let mut child = std::process::Command::new("sleep")
            .arg("30")
            .spawn()
            .unwrap();
        let began = process_start(child.id()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        let after = milliseconds(ClockId::Realtime);
        assert!(
            began >= before - 20.0 && began <= after,
            "{before} {began} {after}"
        );
        assert!(process_start(std::process::id()).unwrap() <= began);
    }

    #[test]
    fn the_median_is_the_middle_of_the_rounds() {
        let startup = Startup {
            rounds: vec![
                ("a".to_owned(), vec![9.0, 1.0, 5.0]),
                ("b".to_owned(), vec![4.0, 2.0]),
            ],
        };
        assert_eq!(
            (
                startup.median("a"),
                startup.median("b"),
                startup.median("c")
            ),
            (Some(5.0), Some(3.0), None)
        );
    }
}
