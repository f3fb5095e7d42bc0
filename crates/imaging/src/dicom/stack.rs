//! Slices in the order in which they lie in the patient: by position and orientation, not by the names or numbers of files (PS3.3, C.7.6.2).

use std::cmp::Ordering;

use dicom_dictionary_std::tags;
use serde::{Deserialize, Serialize};

use super::facts::{Groups, Moment, Words as _};

/// The cosine of one degree: slices closer to parallel belong together.
const PARALLEL: f64 = 0.999_848;
/// How far a direction may be from the length 1, and two of them from a right angle.
const UNEVEN: f64 = 0.01;
/// Slices closer than this, in millimetres, lie at the same place.
const SAME_PLACE: f64 = 0.01;
/// A step so much longer than the usual one leaves something out.
const GAP: f64 = 1.5;

type Vector = [f64; 3];

/// Where a slice lies in the patient, in millimetres towards his left, his back and his head (Image Plane module, C.7.6.2).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plane {
    /// The middle of its first pixel.
    pub position: Vector,
    /// The direction of its rows, of length 1.
    pub row: Vector,
    /// The direction of its columns, of length 1.
    pub column: Vector,
}

impl Plane {
    /// Nothing where the data set does not tell, or tells directions that are none. One place that is told of many frames is none of theirs,
    /// unless how far they lie from it is told as well (Grid Frame Offset Vector: C.8.8.3.2).
    pub(super) fn of(groups: &Groups<'_>) -> Option<Self> {
        let object = groups.object();
        let is_film = object.whole(tags::NUMBER_OF_FRAMES).is_some_and(|n| n > 1);
        let is_told = groups.has(tags::PLANE_POSITION_SEQUENCE);
        let offsets = object.reals(tags::GRID_FRAME_OFFSET_VECTOR);
        let offset = offsets.get(groups.frame() as usize).copied();
        if is_film && !is_told && offset.is_none() {
            return None;
        }
        let first = Self::told(groups)?;
        let Some(offset) = offset.filter(|_| is_film && !is_told) else {
            return Some(first);
        };
        // They may be told as places themselves, the first of them as that of the image.
        let begins = offsets.first().copied().unwrap_or_default();
        let (position, normal) = (first.position, first.normal());
        let step = offset - begins;
        Some(Self {
            position: [0, 1, 2].map(|axis: usize| {
                let part = |vector: Vector| vector.get(axis).copied().unwrap_or_default();
                part(position) + step * part(normal)
            }),
            ..first
        })
    }

    fn told(groups: &Groups<'_>) -> Option<Self> {
        let position = groups.group(tags::PLANE_POSITION_SEQUENCE);
        let position = position.reals(tags::IMAGE_POSITION_PATIENT);
        let orientation = groups.group(tags::PLANE_ORIENTATION_SEQUENCE);
        let orientation = orientation.reals(tags::IMAGE_ORIENTATION_PATIENT);
        let orientation: [f64; 6] = orientation.try_into().ok()?;
        let [row, column] = orientation.as_chunks::<3>().0 else {
            return None;
        };
        Self::new(position.try_into().ok()?, *row, *column)
    }

    /// Nothing for directions that are not of length 1, or not at a right angle.
    pub fn new(position: Vector, row: Vector, column: Vector) -> Option<Self> {
        let is_even = |vector| (dot(vector, vector).sqrt() - 1.0).abs() <= UNEVEN;
        let is_plane = position.iter().all(|part| part.is_finite())
            && is_even(row)
            && is_even(column)
            && dot(row, column).abs() <= UNEVEN;
        is_plane.then_some(Self {
            position,
            row,
            column,
        })
    }

    fn normal(&self) -> Vector {
        let (row, column) = (self.row, self.column);
        [
            row[1] * column[2] - row[2] * column[1],
            row[2] * column[0] - row[0] * column[2],
            row[0] * column[1] - row[1] * column[0],
        ]
    }

    /// How far along its own normal it lies.
    fn depth(&self, normal: Vector) -> f64 {
        dot(self.position, normal)
    }

    fn is_parallel(&self, other: &Self) -> bool {
        dot(self.row, other.row) >= PARALLEL && dot(self.column, other.column) >= PARALLEL
    }
}

fn dot(one: Vector, other: Vector) -> f64 {
    one.iter().zip(other).map(|(a, b)| a * b).sum()
}

/// A slice of a series.
#[derive(Clone, Debug, PartialEq)]
pub struct Slice {
    /// SOP Instance UID.
    pub instance: String,
    /// Instance Number, or that of the frame.
    pub number: Option<i32>,
    /// Where it lies, if that is told.
    pub plane: Option<Plane>,
    /// When it was taken among others of the same place.
    pub moment: Moment,
}

/// Something is missing behind a slice.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Gap {
    /// The place of the slice within its stack.
    pub after: usize,
    /// The step to the next, in millimetres.
    pub step: f64,
    /// Slices that would lie between.
    pub missing: u32,
}

/// Slices that belong behind each other.
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    /// Their indices among those that were given, in the order in which they lie.
    pub slices: Vec<usize>,
    /// They are ordered by where they lie; otherwise by number alone.
    pub is_placed: bool,
    /// The usual step between two of them, in millimetres.
    pub step: Option<f64>,
    /// Where something is missing.
    pub gaps: Vec<Gap>,
    /// Indices of slices that lie where another one of the stack does.
    pub duplicates: Vec<usize>,
}

/// The stacks of a series: one for each orientation, and for each time if all places were imaged equally often; those that do not tell
/// where they lie come last, by number.
pub fn stacks(slices: &[Slice]) -> Vec<Stack> {
    let mut groups: Vec<(Plane, Vec<usize>)> = Vec::new();
    let mut unplaced = Vec::new();
    for (index, slice) in by_number(slices) {
        let Some(plane) = slice.plane else {
            unplaced.push(index);
            continue;
        };
        match groups
            .iter_mut()
            .find(|(first, _)| first.is_parallel(&plane))
        {
            Some((_, group)) => group.push(index),
            None => groups.push((plane, vec![index])),
        }
    }
    let mut stacks: Vec<Stack> = groups
        .iter()
        .flat_map(|(first, group)| placed(slices, first.normal(), group))
        .collect();
    if !unplaced.is_empty() {
        stacks.push(Stack {
            slices: unplaced,
            is_placed: false,
            step: None,
            gaps: Vec::new(),
            duplicates: Vec::new(),
        });
    }
    stacks
}

/// By number, those without one last; the same ones by UID, so that the order of files means nothing.
fn by_number(slices: &[Slice]) -> Vec<(usize, &Slice)> {
    let mut ordered: Vec<(usize, &Slice)> = slices.iter().enumerate().collect();
    ordered.sort_by_key(|(_, slice)| (slice.number.is_none(), slice.number, &slice.instance));
    ordered
}

/// The stacks of slices of one orientation, which come by number.
fn placed(slices: &[Slice], normal: Vector, group: &[usize]) -> Vec<Stack> {
    let depth = |index: &usize| {
        let plane = slices.get(*index).and_then(|slice| slice.plane);
        plane.map_or(0.0, |plane| plane.depth(normal))
    };
    let mut ordered: Vec<(f64, usize)> = group.iter().map(|index| (depth(index), *index)).collect();
    // Stable: those at the same place stay by number.
    ordered.sort_by(|(a, _), (b, _)| a.total_cmp(b));
    let places: Vec<&[(f64, usize)]> = ordered
        .chunk_by(|(a, _), (b, _)| b - a < SAME_PLACE)
        .collect();
    if let Some(times) = times(slices, &places) {
        return times.iter().map(|one| stack(one, Vec::new())).collect();
    }
    let again = places.iter().filter_map(|place| place.get(1..));
    let duplicates = again.flatten().map(|(_, index)| *index).collect();
    vec![stack(&ordered, duplicates)]
}

/// The times of a series, where every place was imaged equally often and the files say which image is of which time: by what tells images of
/// a place apart, else by numbers that run through the times or through the places. Whatever is not plain is not taken apart.
fn times(slices: &[Slice], places: &[&[(f64, usize)]]) -> Option<Vec<Vec<(f64, usize)>>> {
    let count = places.first()?.len();
    if count < 2 || places.len() < 2 || places.iter().any(|place| place.len() != count) {
        return None;
    }
    let moment = |index: usize| slices.get(index).map(|slice| slice.moment);
    let number = |index: usize| slices.get(index).and_then(|slice| slice.number);
    let mut ordered: Vec<Vec<(f64, usize)>> = places.iter().map(|place| place.to_vec()).collect();
    for place in &mut ordered {
        // Stable: by number where no moment is told.
        place.sort_by(|(_, a), (_, b)| match (moment(*a), moment(*b)) {
            (Some(one), Some(other)) => one.cmp(&other),
            _ => Ordering::Equal,
        });
    }
    let by_time: Vec<Vec<(f64, usize)>> = (0..count)
        .map(|time| {
            ordered
                .iter()
                .filter_map(|place| place.get(time).copied())
                .collect()
        })
        .collect();
    let moments = |time: &[(f64, usize)]| {
        let first = time.first().and_then(|(_, index)| moment(*index))?;
        let same = time.iter().all(|(_, index)| moment(*index) == Some(first));
        same.then_some(first)
    };
    let told: Option<Vec<Moment>> = by_time.iter().map(|time| moments(time)).collect();
    let is_told = told.is_some_and(|told| {
        told.array_windows()
            .all(|[one, other]| one.cmp(other) == Ordering::Less)
    });
    // From the first to the last number of each, one after the other.
    let follow = |groups: &[Vec<(f64, usize)>]| {
        let ranges: Option<Vec<(i32, i32)>> = groups
            .iter()
            .map(|group| {
                let numbers = group.iter().map(|(_, index)| number(*index));
                let numbers: Option<Vec<i32>> = numbers.collect();
                let numbers = numbers?;
                Some((*numbers.iter().min()?, *numbers.iter().max()?))
            })
            .collect();
        ranges.is_some_and(|mut ranges| {
            ranges.sort_unstable();
            ranges
                .array_windows()
                .all(|[(_, last), (first, _)]| last < first)
        })
    };
    let is_numbered = || {
        let differ = ordered.iter().all(|place| {
            let numbers: Vec<_> = place.iter().map(|(_, index)| number(*index)).collect();
            numbers.array_windows().all(|[one, other]| one != other)
        });
        differ && (follow(&by_time) || follow(&ordered))
    };
    (is_told || is_numbered()).then_some(by_time)
}

fn stack(ordered: &[(f64, usize)], duplicates: Vec<usize>) -> Stack {
    let steps: Vec<(usize, f64)> = ordered
        .windows(2)
        .enumerate()
        .filter_map(|(at, pair)| match pair {
            [(from, _), (to, _)] if to - from >= SAME_PLACE => Some((at, to - from)),
            _ => None,
        })
        .collect();
    let mut sorted: Vec<f64> = steps.iter().map(|(_, step)| *step).collect();
    sorted.sort_by(f64::total_cmp);
    let step = sorted.get(sorted.len() / 2).copied();
    let gaps = steps.iter().filter_map(|&(after, length)| {
        let usual = step?;
        (length > GAP * usual).then_some(Gap {
            after,
            step: length,
            missing: whole(length / usual).saturating_sub(1),
        })
    });
    Stack {
        slices: ordered.iter().map(|(_, index)| *index).collect(),
        is_placed: true,
        step,
        gaps: gaps.collect(),
        duplicates,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a positive ratio; as many as can be counted"
)]
fn whole(ratio: f64) -> u32 {
    ratio.round() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    const AXIAL: (Vector, Vector) = ([1.0, 0.0, 0.0], [0.0, 1.0, 0.0]);
    const SAGITTAL: (Vector, Vector) = ([0.0, 1.0, 0.0], [0.0, 0.0, -1.0]);

    fn slice(name: &str, number: i32, position: Vector, (row, column): (Vector, Vector)) -> Slice {
        Slice {
            instance: name.to_owned(),
            number: Some(number),
            plane: Plane::new(position, row, column),
            moment: Moment::default(),
        }
    }

    /// Towards the head, as numbered from the head down.
    fn axial(heights: &[f64]) -> Vec<Slice> {
        let numbered = (0..).zip(heights);
        let slices = numbered.map(|(number, height)| {
            slice(
                &format!("1.{number}"),
                100 - number,
                [0.0, 0.0, *height],
                AXIAL,
            )
        });
        slices.collect()
    }

    fn heights(slices: &[Slice], stack: &Stack) -> Vec<f64> {
        let heights = stack
            .slices
            .iter()
            .filter_map(|index| slices.get(*index)?.plane);
        heights.map(|plane| plane.position[2]).collect()
    }

    #[test]
    fn slices_lie_by_position_whatever_their_numbers_and_files() {
        let slices = axial(&[15.0, 0.0, 5.0, 20.0, 10.0]);
        let found = stacks(&slices);
        let [stack] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(heights(&slices, stack), [0.0, 5.0, 10.0, 15.0, 20.0]);
        assert_eq!((stack.step, stack.gaps.len()), (Some(5.0), 0));
        assert!(stack.is_placed && stack.duplicates.is_empty());
    }

    #[test]
    fn what_is_missing_and_what_is_there_twice_is_told() {
        let slices = axial(&[0.0, 5.0, 10.0, 25.0, 30.0, 5.0, 35.0]);
        let found = stacks(&slices);
        let [stack] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!(
            heights(&slices, stack),
            [0.0, 5.0, 5.0, 10.0, 25.0, 30.0, 35.0]
        );
        let gap = Gap {
            after: 3,
            step: 15.0,
            missing: 2,
        };
        assert_eq!(stack.gaps, [gap]);
        // The one with the higher number.
        assert_eq!(stack.duplicates, [1]);
    }

    #[test]
    fn orientations_are_not_mixed_and_what_does_not_say_comes_last() {
        let mut slices = axial(&[0.0, 5.0, 10.0]);
        slices.push(slice("2.1", 1, [40.0, 0.0, 0.0], SAGITTAL));
        slices.push(slice("2.2", 2, [30.0, 0.0, 0.0], SAGITTAL));
        slices.push(slice(
            "3.1",
            3,
            [0.0; 3],
            ([2.0, 0.0, 0.0], [0.0, 1.0, 0.0]),
        ));
        let found = stacks(&slices);
        let sizes: Vec<_> = found
            .iter()
            .map(|s| (s.slices.len(), s.is_placed))
            .collect();
        assert_eq!(sizes, [(2, true), (3, true), (1, false)]);
        // The normal of sagittal planes points to the right.
        assert_eq!(found[0].slices, [3, 4]);
    }

    #[test]
    fn places_that_were_imaged_equally_often_are_times() {
        let slices = axial(&[0.0, 5.0, 10.0, 0.0, 5.0, 10.0]);
        let found = stacks(&slices);
        assert_eq!(found.len(), 2, "{found:?}");
        for (stack, expected) in found.iter().zip([[3, 4, 5], [0, 1, 2]]) {
            assert_eq!(stack.slices, expected);
            assert!(stack.duplicates.is_empty() && stack.gaps.is_empty());
        }
    }

    /// Two acquisitions whose numbers begin anew: by their moments, not by chance.
    #[test]
    fn times_are_told_apart_by_moments_and_otherwise_not_at_all() {
        let mut slices = axial(&[0.0, 5.0, 10.0, 0.0, 5.0, 10.0]);
        for (slice, number) in slices.iter_mut().zip([1, 2, 3, 1, 2, 3]) {
            slice.number = Some(number);
        }
        let found = stacks(&slices);
        assert_eq!(found.len(), 1, "nothing says which is of which time");
        assert_eq!(found[0].duplicates.len(), 3);

        // The arterial time, then the portal one; names in any order.
        for (slice, acquisition) in slices.iter_mut().zip([2.0, 2.0, 2.0, 1.0, 1.0, 1.0]) {
            slice.moment.0[1] = Some(acquisition);
        }
        let found = stacks(&slices);
        let times: Vec<_> = found.iter().map(|stack| stack.slices.clone()).collect();
        assert_eq!(times, [[3, 4, 5], [0, 1, 2]]);

        // One file of another acquisition among them is no time of its own.
        slices[4].moment.0[1] = Some(3.0);
        assert_eq!(stacks(&slices).len(), 1);
    }

    /// An oblique stack, of which the patient moved half a degree: still one.
    #[test]
    fn oblique_slices_lie_along_their_own_normal() {
        let (sine, cosine) = 0.3_f64.sin_cos();
        let plane = ([1.0, 0.0, 0.0], [0.0, cosine, sine]);
        let normal = [0.0, -sine, cosine];
        let at = |depth: f64| normal.map(|part| part * depth);
        let slices: Vec<Slice> = [9.0, 3.0, 6.0, 0.0]
            .iter()
            .map(|depth| slice(&format!("{depth}"), 1, at(*depth), plane))
            .collect();
        let found = stacks(&slices);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].slices, [3, 1, 2, 0]);
        assert!(found[0].step.is_some_and(|step| (step - 3.0).abs() < 1e-9));
    }
}
