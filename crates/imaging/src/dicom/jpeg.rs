//! JPEG baseline, extended and lossless (ITU-T T.81; PS3.5, A.4.1), by libjpeg-turbo 3.

use std::ffi::{c_int, c_short, c_ushort};

use turbojpeg_sys as tj;

use super::image::ImageDescription;
use super::samples::FrameError;

/// Start of image, and what follows it here: an Adobe marker that says that colours are not transformed, so that the values of the
/// codestream come out as they are. What they mean is told by the data set.
const BEGINNING: [u8; 18] = [
    0xff, 0xd8, 0xff, 0xee, 0, 14, b'A', b'd', b'o', b'b', b'e', 0, 100, 0, 0, 0, 0, 0,
];
/// Scans of a progressive frame (.53, .55, retired). Those of real files are ten; of a frame of thousands each takes its time.
const MOST_SCANS: c_int = 100;
const APP0: u8 = 0xe0;
const APP14: u8 = 0xee;
const START_OF_SCAN: u8 = 0xda;
/// Frames whose scans hold all of it: baseline and extended.
const SEQUENTIAL: [u8; 2] = [0xc0, 0xc1];
/// How their header of a scan ends (T.81, B.2.3), which some writers leave empty.
const WHOLE_SCAN: [u8; 3] = [0, 63, 0];

/// A frame as little-endian values, pixel by pixel, colours as they are coded.
pub(super) fn decode(code: &[u8], description: &ImageDescription) -> Result<Vec<u8>, FrameError> {
    let code = untransformed(code).ok_or(FrameError::Damaged)?;
    Decompressor::new()?.decode(&code, description)
}

/// The codestream with that beginning, without the markers that say otherwise (JFIF, Adobe), and with a scan that says what it must say.
fn untransformed(code: &[u8]) -> Option<Vec<u8>> {
    let mut rest = code.strip_prefix(&[0xff, 0xd8])?;
    let mut whole = Vec::with_capacity(code.len() + BEGINNING.len());
    whole.extend_from_slice(&BEGINNING);
    let mut is_sequential = false;
    loop {
        match rest {
            // Filling before a marker (T.81, B.1.1.2).
            [0xff, 0xff, ..] => rest = rest.get(1..)?,
            [0xff, marker, high, low, ..] if *marker != START_OF_SCAN => {
                let length = 2 + usize::from(u16::from_be_bytes([*high, *low]));
                let (segment, after) = rest.split_at_checked(length)?;
                if ![APP0, APP14].contains(marker) {
                    whole.extend_from_slice(segment);
                }
                is_sequential |= SEQUENTIAL.contains(marker);
                rest = after;
            }
            [0xff, START_OF_SCAN, high, low, ..] if is_sequential => {
                let length = 2 + usize::from(u16::from_be_bytes([*high, *low]));
                let (segment, after) = rest.split_at_checked(length)?;
                whole.extend_from_slice(segment.get(..length.checked_sub(WHOLE_SCAN.len())?)?);
                whole.extend_from_slice(&WHOLE_SCAN);
                whole.extend_from_slice(after);
                return Some(whole);
            }
            _ => {
                whole.extend_from_slice(rest);
                return Some(whole);
            }
        }
    }
}

struct Decompressor(tj::tjhandle);

#[expect(unsafe_code, reason = "libjpeg-turbo is written in C")]
impl Decompressor {
    fn new() -> Result<Self, FrameError> {
        // SAFETY: no argument but a constant.
        let handle = unsafe { tj::tj3Init(tj::TJINIT_TJINIT_DECOMPRESS.cast_signed()) };
        if handle.is_null() {
            return Err(FrameError::Damaged);
        }
        Ok(Self(handle))
    }

    fn get(&self, parameter: tj::TJPARAM) -> c_int {
        // SAFETY: the handle lives as long as this value.
        unsafe { tj::tj3Get(self.0, parameter.cast_signed()) }
    }

    fn set(&self, parameter: tj::TJPARAM, value: c_int) -> Result<(), FrameError> {
        // SAFETY: the handle lives as long as this value.
        let set = unsafe { tj::tj3Set(self.0, parameter.cast_signed(), value) };
        (set == 0).then_some(()).ok_or(FrameError::Damaged)
    }

    fn decode(&self, code: &[u8], description: &ImageDescription) -> Result<Vec<u8>, FrameError> {
        let from = code.as_ptr();
        let length = tj::size_t::try_from(code.len()).map_err(|_| FrameError::Damaged)?;
        // SAFETY: the handle lives, and the codestream is read within its length.
        let read = unsafe { tj::tj3DecompressHeader(self.0, from, length) };
        let side = |parameter| u32::try_from(self.get(parameter)).unwrap_or(0);
        let sides = (
            side(tj::TJPARAM_TJPARAM_JPEGWIDTH),
            side(tj::TJPARAM_TJPARAM_JPEGHEIGHT),
        );
        // As many values are written below as the description has.
        if read != 0 || sides != (description.columns, description.rows) {
            return Err(FrameError::Damaged);
        }
        let is_grey = self.get(tj::TJPARAM_TJPARAM_COLORSPACE) == tj::TJCS_TJCS_GRAY.cast_signed();
        if is_grey != (description.samples_per_pixel == 1) {
            return Err(FrameError::Damaged);
        }
        let format = if is_grey {
            tj::TJPF_TJPF_GRAY
        } else {
            tj::TJPF_TJPF_RGB
        };
        macro_rules! decompressed {
            ($decompress:ident, $kind:ty) => {{
                let mut values: Vec<$kind> = vec![0; description.values()];
                let into = values.as_mut_ptr();
                // SAFETY: the buffer holds rows without padding (pitch 0) of the size and the format that were read just above.
                let decoded = unsafe { tj::$decompress(self.0, from, length, into, 0, format) };
                // A codestream of which a part is missing is decoded as far as it goes: no picture to rely on.
                if decoded != 0 {
                    return Err(FrameError::Damaged);
                }
                values.into_iter()
            }};
        }
        self.set(tj::TJPARAM_TJPARAM_SCANLIMIT, MOST_SCANS)?;
        let width = description.width();
        let precision = self.get(tj::TJPARAM_TJPARAM_PRECISION);
        if precision > description.bits_allocated.cast_signed() {
            return Err(FrameError::Damaged);
        }
        match precision {
            ..=8 => widened(decompressed!(tj3Decompress8, u8).map(u16::from), width),
            9..=12 => {
                let values = decompressed!(tj3Decompress12, c_short);
                widened(values.map(i16::cast_unsigned), width)
            }
            _ => widened(decompressed!(tj3Decompress16, c_ushort), width),
        }
    }
}

impl Drop for Decompressor {
    #[expect(unsafe_code, reason = "libjpeg-turbo is written in C")]
    fn drop(&mut self) {
        // SAFETY: made by `tj3Init`, and given up here alone.
        unsafe { tj::tj3Destroy(self.0) }
    }
}

/// Values in as many bytes as the data set has for each.
pub(super) fn widened(
    values: impl ExactSizeIterator<Item = u16>,
    width: usize,
) -> Result<Vec<u8>, FrameError> {
    Ok(match width {
        1 => values.map(|value| value.to_le_bytes()[0]).collect(),
        2 => flat(values.map(u16::to_le_bytes)),
        4 => flat(values.map(|value| u32::from(value).to_le_bytes())),
        _ => return Err(FrameError::NoImage),
    })
}

fn flat<const WIDTH: usize>(values: impl Iterator<Item = [u8; WIDTH]>) -> Vec<u8> {
    values.collect::<Vec<_>>().into_flattened()
}
