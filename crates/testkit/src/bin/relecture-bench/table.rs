//! What was measured, for people and for programs.

use anyhow::Result;
use serde_json::{Value, json};

/// Odd, so that the median is a round that was run.
pub(crate) const ROUNDS: usize = 7;

/// The measures of one run.
#[derive(Default)]
pub(crate) struct Table(Vec<Value>);

impl Table {
    /// Says what the lines that follow are.
    pub(crate) fn title(&self, words: &str) {
        if !self.0.is_empty() {
            println!();
        }
        println!("{words}");
    }

    /// One side of a comparison: the median and every round.
    pub(crate) fn side(name: &str, rounds: &[f64]) {
        let shown: Vec<String> = rounds.iter().map(|round| format!("{round:.0}")).collect();
        println!("{name:<22}{:>8.0}   {}", median(rounds), shown.join(" "));
    }

    /// A result with its goal, and what it came from.
    pub(crate) fn result(&mut self, name: &str, unit: &str, value: f64, goal: &str, from: &Value) {
        println!("{name}  {value:.2}  (goal: {goal})");
        self.0.push(
            json!({ "name": name, "unit": unit, "value": value, "goal": goal, "from": from }),
        );
    }

    pub(crate) fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(&self.0)?)
    }
}

/// Of an odd number of rounds.
pub(crate) fn median(rounds: &[f64]) -> f64 {
    at(rounds, rounds.len() / 2)
}

/// The one below which 95 % are.
pub(crate) fn p95(rounds: &[f64]) -> f64 {
    at(rounds, rounds.len() * 95 / 100)
}

fn at(rounds: &[f64], place: usize) -> f64 {
    let mut sorted = rounds.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
