//! JPEG-LS (ITU-T T.87; PS3.5, A.4.3), by `CharLS`.

use charls::CharLS;

use super::image::ImageDescription;
use super::jpeg::widened;
use super::samples::FrameError;

/// End of image.
const END: [u8; 2] = [0xff, 0xd9];

/// A frame as little-endian values, pixel by pixel or colour by colour, as the codestream has them ([`is_planar`]).
pub(super) fn decode(code: &[u8], description: &ImageDescription) -> Result<Vec<u8>, FrameError> {
    let damaged = |_| FrameError::Damaged;
    // A codestream that is cut short makes the decoder read noughts for hours, unless a marker ends it (CharLS 2.4.5).
    let ended;
    let code = if code.ends_with(&END) {
        code
    } else {
        ended = [code, &END].concat();
        &ended
    };
    // One decoder reads one codestream.
    let told = CharLS::default().get_frame_info(code).map_err(damaged)?;
    let components = u32::try_from(told.component_count).unwrap_or(0);
    let size = (told.width, told.height, components);
    if size
        != (
            description.columns,
            description.rows,
            description.samples_per_pixel,
        )
    {
        return Err(FrameError::Damaged);
    }
    if told.bits_per_sample > description.bits_allocated.cast_signed() {
        return Err(FrameError::Damaged);
    }
    let bytes = CharLS::default().decode(code).map_err(damaged)?;
    if told.bits_per_sample <= 8 {
        return widened(bytes.into_iter().map(u16::from), description.width());
    }
    let values = bytes.as_chunks::<2>().0.iter();
    widened(
        values.map(|value| u16::from_ne_bytes(*value)),
        description.width(),
    )
}

/// Whether the codestream has one colour after the other: its scans are of one component then (T.87, C.2.3).
pub(super) fn is_planar(code: &[u8]) -> bool {
    const START_OF_SCAN: [u8; 2] = [0xff, 0xda];
    let scan = code.windows(2).position(|bytes| bytes == START_OF_SCAN);
    scan.and_then(|scan| code.get(scan + 4)) == Some(&1)
}
