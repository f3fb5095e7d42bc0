//! What an unlock code must be where this PC's secret is not bound to hardware (design of the vault; CNIL 2022-100).

/// Fewest characters.
pub const SHORTEST: usize = 8;
/// Most characters: beyond, it is a mistake.
pub const LONGEST: usize = 128;
/// Fewest different characters.
const VARIED: usize = 4;

/// Whether a code may protect a vault: long enough, and neither a repetition nor a row of neighbours (12345678, hgfedcba).
pub fn is_acceptable(code: &str) -> bool {
    let characters: Vec<char> = code.chars().collect();
    let mut different = characters.clone();
    different.sort_unstable();
    different.dedup();
    let steps: Vec<i64> = characters
        .iter()
        .zip(characters.iter().skip(1))
        .map(|(one, next)| i64::from(u32::from(*next)) - i64::from(u32::from(*one)))
        .collect();
    let is_row = |by: i64| steps.iter().all(|step| *step == by);
    (SHORTEST..=LONGEST).contains(&characters.len())
        && different.len() >= VARIED
        && !is_row(1)
        && !is_row(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_long_and_not_a_row() {
        for good in ["chaise-verte-42", "20741963", "éléphant"] {
            assert!(is_acceptable(good), "{good}");
        }
        for poor in [
            "", "2074196", "11111111", "12121212", "12345678", "hgfedcba",
        ] {
            assert!(!is_acceptable(poor), "{poor}");
        }
        assert!(!is_acceptable(&"a1b2".repeat(33)));
    }
}
