//! Which fragments make a frame (PS3.5, A.4).

use super::samples::FrameError;

/// How a codestream begins: JPEG and JPEG-LS, JPEG 2000.
const BEGINNINGS: [[u8; 2]; 2] = [[0xff, 0xd8], [0xff, 0x4f]];

/// The fragments of the frame of this index, of so many fragments and frames. `offsets` are those of the table, from the first
/// fragment on, if it tells any; `begins` says whether a fragment is the beginning of a codestream.
pub(super) fn of_frame(
    frame: u32,
    frames: u32,
    places: &[(u64, u64)],
    offsets: &[u64],
    mut begins: impl FnMut(usize) -> Result<[u8; 2], FrameError>,
) -> Result<std::ops::Range<usize>, FrameError> {
    let (frame, frames) = (frame as usize, frames as usize);
    if frames == 1 {
        return Ok(0..places.len());
    }
    if places.len() == frames {
        return Ok(frame..frame + 1);
    }
    let at_offset = |offset: u64| {
        let first = places.first().map_or(0, |(from, _)| from - 8);
        places
            .iter()
            .position(|(from, _)| from - 8 - first == offset)
    };
    if offsets.len() == frames {
        let from = offsets.get(frame).and_then(|offset| at_offset(*offset));
        let to = match offsets.get(frame + 1) {
            Some(next) => at_offset(*next),
            None => Some(places.len()),
        };
        return match (from, to) {
            (Some(from), Some(to)) if from < to => Ok(from..to),
            _ => Err(FrameError::Damaged),
        };
    }
    // Without a table the codestreams say where they begin.
    let mut starts = Vec::new();
    for at in 0..places.len() {
        if BEGINNINGS.contains(&begins(at)?) {
            starts.push(at);
        }
    }
    if starts.len() != frames {
        return Err(FrameError::Damaged);
    }
    let to = starts.get(frame + 1).copied().unwrap_or(places.len());
    starts
        .get(frame)
        .map(|from| *from..to)
        .ok_or(FrameError::NoSuchFrame)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Four fragments of ten bytes, each behind its eight of an item.
    const PLACES: [(u64, u64); 4] = [(108, 10), (126, 10), (144, 10), (162, 10)];

    fn found(
        frame: u32,
        frames: u32,
        offsets: &[u64],
        begins: [bool; 4],
    ) -> Option<std::ops::Range<usize>> {
        let begins = |at: usize| {
            let begins = begins.get(at).copied().unwrap_or_default();
            Ok(if begins { [0xff, 0xd8] } else { [0, 0] })
        };
        of_frame(frame, frames, &PLACES, offsets, begins).ok()
    }

    #[test]
    fn the_fragments_of_a_frame_are_found_by_number_by_table_or_by_their_beginnings() {
        assert_eq!(
            found(0, 1, &[], [true; 4]),
            Some(0..4),
            "one frame has them all"
        );
        assert_eq!(found(2, 4, &[], [false; 4]), Some(2..3), "one each");
        let table = [0, 54];
        assert_eq!(found(0, 2, &table, [false; 4]), Some(0..3));
        assert_eq!(found(1, 2, &table, [false; 4]), Some(3..4));
        assert_eq!(found(0, 2, &[0, 55], [true; 4]), None, "a table that lies");
        let begins = [true, false, true, false];
        assert_eq!(found(0, 2, &[], begins), Some(0..2));
        assert_eq!(found(1, 2, &[], begins), Some(2..4));
        assert_eq!(
            found(0, 3, &[], begins),
            None,
            "two beginnings, three frames"
        );
    }
}
