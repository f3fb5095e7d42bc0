//! Which fragments make a frame (PS3.5, A.4).

use super::samples::FrameError;

/// How a codestream begins: JPEG and JPEG-LS, JPEG 2000.
const BEGINNINGS: [[u8; 2]; 2] = [[0xff, 0xd8], [0xff, 0x4f]];

/// The fragments of an image.
pub(super) struct Fragments {
    /// Where each lies, and how long it is.
    places: Vec<(u64, u64)>,
    /// Which of them begin a frame; nothing where that cannot be told.
    starts: Option<Vec<usize>>,
}

impl Fragments {
    /// Of so many frames. `offsets` are those of the table, from the first fragment on, if it tells any; `begins` says how a fragment
    /// begins.
    pub(super) fn of(
        frames: u32,
        places: Vec<(u64, u64)>,
        offsets: &[u64],
        mut begins: impl FnMut(u64) -> Result<[u8; 2], FrameError>,
    ) -> Result<Self, FrameError> {
        let frames = frames as usize;
        let starts = if frames == 1 {
            Some(vec![0])
        } else if places.len() == frames {
            Some((0..frames).collect())
        } else if offsets.len() == frames {
            let first = places.first().map_or(0, |(from, _)| *from);
            let at_offset = |offset: &u64| {
                let from = first.checked_add(*offset)?;
                places.binary_search_by_key(&from, |(from, _)| *from).ok()
            };
            offsets.iter().map(at_offset).collect()
        } else {
            // Without a table the codestreams say where they begin.
            let mut starts = Vec::new();
            for (at, (from, _)) in places.iter().enumerate() {
                if BEGINNINGS.contains(&begins(*from)?) {
                    starts.push(at);
                }
            }
            (starts.len() == frames).then_some(starts)
        };
        Ok(Self { places, starts })
    }

    /// Those of the frame of this index.
    pub(super) fn of_frame(&self, frame: u32) -> Result<&[(u64, u64)], FrameError> {
        let starts = self.starts.as_ref().ok_or(FrameError::Damaged)?;
        let frame = frame as usize;
        let from = *starts.get(frame).ok_or(FrameError::NoSuchFrame)?;
        let to = starts.get(frame + 1).copied().unwrap_or(self.places.len());
        self.places
            .get(from..to)
            .filter(|places| !places.is_empty())
            .ok_or(FrameError::Damaged)
    }
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
        let begins = |from: u64| {
            let at = PLACES.iter().position(|(place, _)| *place == from);
            let begins = at.and_then(|at| begins.get(at).copied());
            Ok(if begins == Some(true) {
                [0xff, 0xd8]
            } else {
                [0, 0]
            })
        };
        let fragments = Fragments::of(frames, PLACES.to_vec(), offsets, begins).ok()?;
        let found = fragments.of_frame(frame).ok()?;
        let from = PLACES
            .iter()
            .position(|place| found.first() == Some(place))?;
        Some(from..from + found.len())
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
