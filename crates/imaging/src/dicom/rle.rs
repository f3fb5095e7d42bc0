//! RLE Lossless (PS3.5, annex G).

use super::image::ImageDescription;
use super::samples::FrameError;

/// A frame as little-endian values, pixel by pixel.
pub(super) fn decode(code: &[u8], description: &ImageDescription) -> Result<Vec<u8>, FrameError> {
    let (width, samples) = (description.width(), description.samples_per_pixel as usize);
    let word = |at: usize| {
        let bytes: [u8; 4] = code.get(4 * at..4 * at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_le_bytes(bytes)).ok()
    };
    let segments = word(0).ok_or(FrameError::Damaged)?;
    if description.bits_allocated == 1 || segments != width * samples {
        return Err(FrameError::Damaged);
    }
    let pixels = description.pixels();
    let mut values = vec![0; pixels * segments];
    let mut plane = Vec::with_capacity(pixels);
    for segment in 0..segments {
        let to = if segment + 1 < segments {
            word(2 + segment)
        } else {
            Some(code.len())
        };
        let bytes = word(1 + segment)
            .zip(to)
            .and_then(|(from, to)| code.get(from..to));
        plane.clear();
        unpack(bytes.ok_or(FrameError::Damaged)?, pixels, &mut plane);
        if plane.len() < pixels {
            return Err(FrameError::Damaged);
        }
        // One byte of every value each, the highest first.
        let (sample, byte) = (segment / width, width - 1 - segment % width);
        let places = values
            .iter_mut()
            .skip(sample * width + byte)
            .step_by(segments);
        for (place, byte) in places.zip(&plane) {
            *place = *byte;
        }
    }
    Ok(values)
}

/// So many bytes of a segment (G.3.2).
fn unpack(mut code: &[u8], most: usize, into: &mut Vec<u8>) {
    while let [head, rest @ ..] = code {
        let left = most - into.len();
        if left == 0 {
            return;
        }
        code = match head {
            0..128 => {
                let literal = rest.len().min(usize::from(*head) + 1);
                let (bytes, rest) = rest.split_at(literal);
                into.extend_from_slice(bytes.get(..left.min(literal)).unwrap_or_default());
                rest
            }
            128 => rest,
            129.. => {
                let [byte, rest @ ..] = rest else {
                    return;
                };
                into.resize(into.len() + left.min(257 - usize::from(*head)), *byte);
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of PS3.5, G.3.1: a run, a literal, and what says nothing.
    #[test]
    fn runs_and_literals_are_unpacked_and_nothing_beyond_the_frame() {
        let code = [254, 7, 128, 2, 1, 2, 3, 255, 9];
        let unpacked = |most| {
            let mut into = Vec::new();
            unpack(&code, most, &mut into);
            into
        };
        assert_eq!(unpacked(100), [7, 7, 7, 1, 2, 3, 9, 9]);
        assert_eq!(unpacked(5), [7, 7, 7, 1, 2]);
        assert_eq!(unpacked(2), [7, 7]);
    }
}
