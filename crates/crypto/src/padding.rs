//! Lengths that say little: Padmé (Nikitin et al., "Reducing metadata leakage from encrypted files", 2019, section 4). At most
//! 12 % longer, far less for long ones, and few lengths in all.

use zeroize::Zeroizing;

/// Nothing is shorter than this.
const LEAST: u64 = 256;
/// Where the message ends (ISO/IEC 7816-4): this byte, then zeros.
const END: u8 = 0x80;

/// The length that a message of this length is padded to.
pub fn padded_length(length: u64) -> u64 {
    let length = length.max(LEAST);
    let exponent = u64::from(length.ilog2());
    let significant = u64::from(exponent.ilog2()) + 1;
    let step = 1_u64 << (exponent - significant);
    length.checked_next_multiple_of(step).unwrap_or(length)
}

/// A message with its padding.
pub fn pad(message: &[u8]) -> Zeroizing<Vec<u8>> {
    let length = padded_length(message.len() as u64 + 1);
    let length = usize::try_from(length).unwrap_or(message.len() + 1);
    // As long as it becomes from the start: growing would leave copies behind.
    let mut padded = Zeroizing::new(Vec::with_capacity(length));
    padded.extend_from_slice(message);
    padded.push(END);
    padded.resize(length, 0);
    padded
}

/// Takes the padding off; whether there was one.
pub fn unpad(padded: &mut Zeroizing<Vec<u8>>) -> bool {
    let end = padded.iter().rposition(|byte| *byte != 0);
    match end.and_then(|end| Some((end, *padded.get(end)?))) {
        Some((end, END)) => {
            padded.truncate(end);
            true
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_padded_comes_back() {
        for length in [0, 1, 254, 255, 256, 257, 1_000, 16_384, 100_000] {
            for last in [0, END, b'x'] {
                let message = vec![last; length];
                let mut padded = pad(&message);
                assert_eq!(padded.len() as u64, padded_length(length as u64 + 1));
                assert!(unpad(&mut padded));
                assert_eq!(*padded, message);
            }
        }
        for nothing in [vec![], vec![0; 256], vec![1; 256]] {
            assert!(!unpad(&mut Zeroizing::new(nothing)));
        }
    }

    #[test]
    fn few_lengths_and_little_waste() {
        let mut lengths = std::collections::BTreeSet::new();
        let (mut message, mut padded) = (0, 0);
        for length in (300..600_000_000).step_by(299_993) {
            let long = padded_length(length);
            assert!(long >= length && long - length <= length / 8, "{length}");
            assert_eq!(padded_length(long), long, "padded once is padded");
            lengths.insert(long);
            message += length;
            padded += long;
        }
        assert!(lengths.len() < 500, "{} lengths", lengths.len());
        assert!(padded < message + message / 20);
    }
}
