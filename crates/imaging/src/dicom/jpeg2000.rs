//! JPEG 2000 and its high-throughput coding (ISO/IEC 15444-1, 15444-15; PS3.5, A.4.4), by `OpenJPEG` 2.5.

use std::cell::Cell;
use std::collections::HashMap;
use std::ffi::{CStr, c_char, c_void};
use std::{ptr, slice};

use openjpeg_sys as opj;

use super::image::ImageDescription;
use super::samples::FrameError;

/// Start of codestream, and the marker of the image's size.
const START_AND_SIZE: [u8; 4] = [0xff, 0x4f, 0xff, 0x51];
/// Tiles of an image, of which each costs some kilobytes before the first is read: 64 x 64.
const MOST_TILES: u64 = 4_096;
/// Bits of a value that the decoder keeps in 32 with a sign.
const MOST_BITS: u32 = 31;
/// How the decoder's warnings begin after which the image is whole all the same: of numbers of tile-parts, and of markers that are
/// none of its own, or not where they may be.
const HARMLESS: [&[u8]; 8] = [
    b"Non conformant codestream TPsot==TNsot",
    b"SOT marker for tile",
    b"Empty SOT marker",
    b"opj_j2k_read_tlm",
    b"Unknown marker",
    b"Expected SOP marker",
    b"Stream does not end with EOC",
    // After the last tile-part, whose end is known to be there.
    b"Stream too short",
];

/// A frame as little-endian values, pixel by pixel.
pub(super) fn decode(code: &[u8], description: &ImageDescription) -> Result<Vec<u8>, FrameError> {
    let start = code.windows(4).position(|bytes| bytes == START_AND_SIZE);
    // Without the boxes that some put around it (JP2).
    let code = start.and_then(|start| code.get(start..));
    let code = code.ok_or(FrameError::Damaged)?;
    // As the decoder takes memory for what the codestream announces, so it is compared before.
    if !announces(code, description) || !is_whole(code) {
        return Err(FrameError::Damaged);
    }
    let mut stream = Stream::new(code).ok_or(FrameError::Damaged)?;
    let decoder = Decoder::new().ok_or(FrameError::Damaged)?;
    let image = decoder.header(&mut stream).ok_or(FrameError::Damaged)?;
    if !image.is_of(description) || !decoder.decode(&mut stream, &image) {
        return Err(FrameError::Damaged);
    }
    let planes: Option<Vec<&[i32]>> = image.components().iter().map(plane).collect();
    let planes = planes.ok_or(FrameError::Damaged)?;
    let pixels = description.pixels();
    if planes.iter().any(|plane| plane.len() != pixels) {
        return Err(FrameError::Damaged);
    }
    // Whether values have a sign is the data set's to say, which codestreams contradict: the bits are the same.
    match description.width() {
        1 => Ok(interleaved(&planes, |value| {
            let [low, ..] = value.to_le_bytes();
            [low]
        })),
        2 => Ok(interleaved(&planes, |value| {
            let [low, high, ..] = value.to_le_bytes();
            [low, high]
        })),
        4 => Ok(interleaved(&planes, i32::to_le_bytes)),
        _ => Err(FrameError::NoImage),
    }
}

/// The values of planes of one length, pixel by pixel, each as so many bytes.
fn interleaved<const WIDTH: usize>(
    planes: &[&[i32]],
    bytes: impl Fn(i32) -> [u8; WIDTH],
) -> Vec<u8> {
    if let [plane] = planes {
        let values: Vec<[u8; WIDTH]> = plane.iter().copied().map(bytes).collect();
        return values.into_flattened();
    }
    let length = planes.first().map_or(0, |plane| plane.len());
    let mut values = vec![[0; WIDTH]; length * planes.len()];
    for (first, plane) in planes.iter().enumerate() {
        let own = values.iter_mut().skip(first).step_by(planes.len());
        for (place, value) in own.zip(*plane) {
            *place = bytes(*value);
        }
    }
    values.into_flattened()
}

/// Where the decoder is in a codestream.
struct Reading<'a> {
    code: &'a [u8],
    at: usize,
}

/// The codestream as the decoder asks for it.
struct Stream<'a> {
    stream: ptr::NonNull<opj::opj_stream_t>,
    /// What `stream` points to: a box of its own.
    reading: ptr::NonNull<Reading<'a>>,
}

#[expect(unsafe_code, reason = "OpenJPEG is written in C")]
impl<'a> Stream<'a> {
    fn new(code: &'a [u8]) -> Option<Self> {
        // SAFETY: no argument but a constant.
        let stream = ptr::NonNull::new(unsafe { opj::opj_stream_default_create(1) })?;
        let reading = ptr::NonNull::from(Box::leak(Box::new(Reading { code, at: 0 })));
        let data = reading.as_ptr().cast::<c_void>();
        // SAFETY: the stream lives as long as this value, whose box is what the functions are given; none of them keeps it.
        unsafe {
            opj::opj_stream_set_read_function(stream.as_ptr(), Some(read));
            opj::opj_stream_set_skip_function(stream.as_ptr(), Some(skip));
            opj::opj_stream_set_seek_function(stream.as_ptr(), Some(seek));
            opj::opj_stream_set_user_data(stream.as_ptr(), data, None);
            opj::opj_stream_set_user_data_length(stream.as_ptr(), code.len() as u64);
        }
        Some(Self { stream, reading })
    }
}

impl Drop for Stream<'_> {
    #[expect(unsafe_code, reason = "OpenJPEG is written in C")]
    fn drop(&mut self) {
        // SAFETY: both made in `new`, and given up here alone; nobody reads on once the stream is gone.
        unsafe {
            opj::opj_stream_destroy(self.stream.as_ptr());
            drop(Box::from_raw(self.reading.as_ptr()));
        }
    }
}

/// The next bytes; all ones at the end.
#[expect(unsafe_code, reason = "called by OpenJPEG")]
unsafe extern "C" fn read(into: *mut c_void, most: usize, data: *mut c_void) -> usize {
    // SAFETY: the box of the stream that asks, which nobody else reads meanwhile.
    let reading = unsafe { &mut *data.cast::<Reading>() };
    let rest = reading.code.get(reading.at..).unwrap_or_default();
    let length = rest.len().min(most);
    if length == 0 {
        return usize::MAX;
    }
    // SAFETY: the decoder asks for no more than it has room for.
    unsafe { ptr::copy_nonoverlapping(rest.as_ptr(), into.cast::<u8>(), length) };
    reading.at += length;
    length
}

/// Goes on without reading: how far, or -1 at the end.
#[expect(unsafe_code, reason = "called by OpenJPEG")]
unsafe extern "C" fn skip(length: i64, data: *mut c_void) -> i64 {
    // SAFETY: as in `read`.
    let reading = unsafe { &mut *data.cast::<Reading>() };
    let left = reading.code.len().saturating_sub(reading.at);
    match usize::try_from(length) {
        Ok(length) if length <= left => reading.at += length,
        _ => return -1,
    }
    length
}

/// Goes to a place: whether there is one.
#[expect(unsafe_code, reason = "called by OpenJPEG")]
unsafe extern "C" fn seek(place: i64, data: *mut c_void) -> opj::OPJ_BOOL {
    // SAFETY: as in `read`.
    let reading = unsafe { &mut *data.cast::<Reading>() };
    match usize::try_from(place) {
        Ok(place) if place <= reading.code.len() => reading.at = place,
        _ => return 0,
    }
    1
}

struct Decoder {
    codec: ptr::NonNull<opj::opj_codec_t>,
    /// It has said that something is missing: a box of its own.
    has_warned: ptr::NonNull<Cell<bool>>,
}

#[expect(unsafe_code, reason = "OpenJPEG is written in C")]
impl Decoder {
    fn new() -> Option<Self> {
        // SAFETY: no argument but a constant.
        let codec = unsafe { opj::opj_create_decompress(opj::OPJ_CODEC_FORMAT::OPJ_CODEC_J2K) };
        let decoder = Self {
            codec: ptr::NonNull::new(codec)?,
            has_warned: ptr::NonNull::from(Box::leak(Box::default())),
        };
        let data = decoder.has_warned.as_ptr().cast::<c_void>();
        // SAFETY: the parameters are filled by the first call before the second reads them, and are copied there; what warnings are told
        // to lives as long as the decoder. Not its strict mode: in it, tile-parts are silently left out where they are numbered wrong.
        let ready = unsafe {
            let mut parameters = std::mem::zeroed();
            opj::opj_set_default_decoder_parameters(&raw mut parameters);
            opj::opj_setup_decoder(codec, &raw mut parameters) == 1
                && opj::opj_set_warning_handler(codec, Some(warned), data) == 1
        };
        ready.then_some(decoder)
    }

    /// The image that the codestream announces, without its values.
    fn header(&self, stream: &mut Stream) -> Option<Announced> {
        let mut image = ptr::null_mut();
        // SAFETY: both live; what is written to `image` is nothing, or an image that is ours from here on, even after an error.
        let read = unsafe {
            opj::opj_read_header(stream.stream.as_ptr(), self.codec.as_ptr(), &raw mut image)
        };
        let image = Announced(ptr::NonNull::new(image)?);
        (read == 1).then_some(image)
    }

    /// Decodes into it: whether all of it could be.
    fn decode(&self, stream: &mut Stream, image: &Announced) -> bool {
        let stream = stream.stream.as_ptr();
        // SAFETY: all three live, and belong together.
        let decoded = unsafe {
            opj::opj_decode(self.codec.as_ptr(), stream, image.0.as_ptr()) == 1
                && opj::opj_end_decompress(self.codec.as_ptr(), stream) == 1
        };
        // SAFETY: it lives as long as this value.
        decoded && !unsafe { self.has_warned.as_ref() }.get()
    }
}

impl Drop for Decoder {
    #[expect(unsafe_code, reason = "OpenJPEG is written in C")]
    fn drop(&mut self) {
        // SAFETY: both made in `new`, and given up here alone; nobody warns once the decoder is gone.
        unsafe {
            opj::opj_destroy_codec(self.codec.as_ptr());
            drop(Box::from_raw(self.has_warned.as_ptr()));
        }
    }
}

/// Notes that something is missing, where the decoder goes on without it.
#[expect(unsafe_code, reason = "called by OpenJPEG")]
unsafe extern "C" fn warned(message: *const c_char, data: *mut c_void) {
    // SAFETY: a text that ends, and the decoder's own box.
    let (message, has_warned) = unsafe {
        (
            CStr::from_ptr(message).to_bytes(),
            &*data.cast::<Cell<bool>>(),
        )
    };
    if !HARMLESS.iter().any(|start| message.starts_with(start)) {
        has_warned.set(true);
    }
}

/// An image as the decoder keeps it.
struct Announced(ptr::NonNull<opj::opj_image_t>);

impl Announced {
    #[expect(unsafe_code, reason = "OpenJPEG is written in C")]
    fn components(&self) -> &[opj::opj_image_comp_t] {
        // SAFETY: the image lives as long as this value, and has as many components as it says, or none.
        unsafe {
            let image = self.0.as_ref();
            if image.comps.is_null() {
                return &[];
            }
            slice::from_raw_parts(image.comps, image.numcomps as usize)
        }
    }

    /// Whether it is what the data set describes, each of its components in full.
    fn is_of(&self, description: &ImageDescription) -> bool {
        let components = self.components();
        let bits = description.bits_allocated.min(MOST_BITS);
        components.len() == description.samples_per_pixel as usize
            && components.iter().all(|component| {
                (component.w, component.h) == (description.columns, description.rows)
                    && (component.dx, component.dy) == (1, 1)
                    && (1..=bits).contains(&component.prec)
            })
    }
}

impl Drop for Announced {
    #[expect(unsafe_code, reason = "OpenJPEG is written in C")]
    fn drop(&mut self) {
        // SAFETY: given by `opj_read_header`, and given up here alone.
        unsafe { opj::opj_image_destroy(self.0.as_ptr()) }
    }
}

/// The values of a component, row by row, once they are decoded.
#[expect(unsafe_code, reason = "OpenJPEG is written in C")]
fn plane(component: &opj::opj_image_comp_t) -> Option<&[i32]> {
    if component.data.is_null() {
        return None;
    }
    let length = component.w as usize * component.h as usize;
    // SAFETY: the decoder takes room for width times height values, and fills it.
    Some(unsafe { slice::from_raw_parts(component.data, length) })
}

/// Whether the codestream announces an image of this size and of so many components (SIZ: ISO/IEC 15444-1, A.5.1).
fn announces(code: &[u8], description: &ImageDescription) -> bool {
    let word = |at: usize| Some(u32::from_be_bytes(*code.get(at..)?.first_chunk()?));
    let side = |end, begin| word(end)?.checked_sub(word(begin)?);
    let components = code.get(40..).and_then(|rest| rest.first_chunk());
    side(8, 16) == Some(description.columns)
        && side(12, 20) == Some(description.rows)
        && components.map(|bytes| u32::from(u16::from_be_bytes(*bytes)))
            == Some(description.samples_per_pixel)
}

/// Whether the codestream holds its tile-parts to their ends, as each tells where that is, and as many of each tile as it tells (Psot, `TNsot`:
/// ISO/IEC 15444-1, A.4.2): one of which some are missing still decodes, to less than was sent. Not every writer ends it with a marker, and
/// some count one part too few.
fn is_whole(code: &[u8]) -> bool {
    const START_OF_TILE: u8 = 0x90;
    const END: [u8; 2] = [0xff, 0xd9];
    // After the start of the codestream.
    let mut at = 2;
    let wanted = tiles(code.get(at..).unwrap_or_default());
    let Some(wanted) = wanted.filter(|tiles| *tiles <= MOST_TILES) else {
        return false;
    };
    // How many parts of each tile are here, and how many there are of it where one of them tells.
    let mut parts: HashMap<u16, (u16, u8)> = HashMap::new();
    let are_all = |parts: &HashMap<u16, (u16, u8)>| {
        let is_all = |(here, told): &(u16, u8)| *here >= u16::from(*told);
        parts.len() as u64 == wanted && parts.values().all(is_all)
    };
    while let Some([0xff, marker, rest @ ..]) = code.get(at..) {
        if *marker == START_OF_TILE {
            let Some(&[_, _, high, low, a, b, c, d, _, told]) = rest.first_chunk::<10>() else {
                return false;
            };
            let tile = parts.entry(u16::from_be_bytes([high, low])).or_default();
            *tile = (tile.0.saturating_add(1), tile.1.max(told));
            match u32::from_be_bytes([a, b, c, d]) as usize {
                // As far as the codestream goes.
                0 => {
                    let last = code.iter().rposition(|byte| *byte != 0);
                    let told = last.and_then(|last| code.get(..=last));
                    let ends = told.is_some_and(|told| told.ends_with(&END));
                    return ends && are_all(&parts);
                }
                length => at = at.saturating_add(length),
            }
            if at > code.len() {
                return false;
            }
        } else if [0xff, *marker] == END {
            break;
        } else {
            let Some(&[high, low]) = rest.first_chunk::<2>() else {
                return false;
            };
            at += 2 + usize::from(u16::from_be_bytes([high, low]));
        }
    }
    are_all(&parts)
}

/// How many tiles a codestream has (SIZ: ISO/IEC 15444-1, A.5.1, B.3), from the marker of its size on.
fn tiles(from_size: &[u8]) -> Option<u64> {
    let words = from_size.get(6..38)?.as_chunks::<4>().0;
    let words: Vec<u64> = words
        .iter()
        .map(|word| u32::from_be_bytes(*word).into())
        .collect();
    let &[right, bottom, _, _, wide, high, left, top] = words.as_slice() else {
        return None;
    };
    let count = |end: u64, begin: u64, side: u64| {
        (side > 0).then(|| end.saturating_sub(begin).div_ceil(side))
    };
    Some(count(right, left, wide)? * count(bottom, top, high)?)
}

/// Whether its colours are transformed within the codestream (`SGcod`, the byte of the transform: ISO/IEC 15444-1, A.6.1).
pub(super) fn is_transformed(code: &[u8]) -> bool {
    const START_OF_TILE: u8 = 0x90;
    const COD: u8 = 0x52;
    let start = code.windows(4).position(|bytes| bytes == START_AND_SIZE);
    // Marker segments after the start of the codestream, each with its length.
    let mut rest = start
        .and_then(|start| code.get(start + 2..))
        .unwrap_or_default();
    while let [0xff, marker, high, low, segment @ ..] = rest {
        match *marker {
            // Length, Scod, order of progression, layers, and the transform.
            COD => return segment.get(4).is_some_and(|transform| *transform != 0),
            START_OF_TILE => return false,
            _ => {}
        }
        let length = usize::from(u16::from_be_bytes([*high, *low]));
        rest = rest.get(2 + length..).unwrap_or_default();
    }
    false
}
