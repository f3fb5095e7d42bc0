//! The words that are printed on a page, recognised by Tesseract 5 (Apache-2.0), which is loaded if it is there.
//!
//! The library and the model of the language are read before the jail is closed; recognising opens nothing more. Only what is
//! called here of Tesseract's C interface (`tesseract/capi.h`, 5.0 and later) is declared.

use std::ffi::{CStr, c_char, c_float, c_int, c_uchar, c_void};
use std::fs;
use std::path::Path;
use std::ptr::{self, NonNull};

use libloading::Library;
use relecture_imaging::{GreyPage, MAX_TEXT_BYTES};
use relecture_imaging_worker::protocol::{MAX_LINE_BYTES, MAX_LINES};
use relecture_imaging_worker::{RecognisedLine, TextLine};

/// Bytes of a model: the slow French one has 14 MB, Tesseract's largest 80.
const MAX_MODEL_BYTES: u64 = 128 << 20;

/// Percent below which a word is a guess: specks, lines of a drawing, a signature.
const GUESS: f32 = 30.0;

/// `OEM_LSTM_ONLY`: the networks of Tesseract 4 and later, the only ones that the packaged models have.
const NETWORKS: c_int = 1;
/// `PSM_AUTO`: a whole page, columns and all, without looking for its orientation.
const WHOLE_PAGE: c_int = 3;
/// `RIL_TEXTLINE`.
const LINE: c_int = 2;
/// `RIL_WORD`.
const WORD: c_int = 3;

/// `TessBaseAPI`, `TessResultIterator`, `TessPageIterator`: known to Tesseract only.
type Handle = *mut c_void;

/// What is called of `tesseract/capi.h`.
struct Calls {
    delete: unsafe extern "C" fn(Handle),
    set_image: unsafe extern "C" fn(Handle, *const c_uchar, c_int, c_int, c_int, c_int),
    set_resolution: unsafe extern "C" fn(Handle, c_int),
    recognize: unsafe extern "C" fn(Handle, *mut c_void) -> c_int,
    clear: unsafe extern "C" fn(Handle),
    iterator: unsafe extern "C" fn(Handle) -> Handle,
    iterator_delete: unsafe extern "C" fn(Handle),
    iterator_next: unsafe extern "C" fn(Handle, c_int) -> c_int,
    iterator_text: unsafe extern "C" fn(Handle, c_int) -> *mut c_char,
    iterator_confidence: unsafe extern "C" fn(Handle, c_int) -> c_float,
    iterator_page: unsafe extern "C" fn(Handle) -> Handle,
    page_is_at_beginning: unsafe extern "C" fn(Handle, c_int) -> c_int,
    page_bounds: unsafe extern "C" fn(
        Handle,
        c_int,
        *mut c_int,
        *mut c_int,
        *mut c_int,
        *mut c_int,
    ) -> c_int,
    delete_text: unsafe extern "C" fn(*mut c_char),
}

/// Called once, to begin with.
type Create = unsafe extern "C" fn() -> Handle;
type Init = unsafe extern "C" fn(
    Handle,
    *const c_char,
    c_int,
    *const c_char,
    c_int,
    *mut *mut c_char,
    c_int,
    *mut *mut c_char,
    *mut *mut c_char,
    usize,
    c_int,
) -> c_int;
type SetMode = unsafe extern "C" fn(Handle, c_int);

/// Tesseract with the model of a language.
pub(crate) struct Recogniser {
    calls: Calls,
    handle: NonNull<c_void>,
    /// Dropped last: the calls lead into it.
    _library: Library,
}

impl Recogniser {
    /// Loads libtesseract and the `model`; nothing when either is missing or does not fit. No document was read yet.
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    pub(crate) fn load(library: &Path, model: &Path) -> Option<Self> {
        let length = fs::metadata(model).ok()?.len();
        if length == 0 || length > MAX_MODEL_BYTES {
            return None;
        }
        let model = fs::read(model).ok()?;
        // SAFETY: the system's own library, or the installation's: its initialisers run as those of any library of this program.
        let library = unsafe { Library::new(library) }.ok()?;
        // SAFETY: the types above are those of capi.h of Tesseract 5, whose soname the library has to have had to be found; pointers to
        // functions stay valid as long as the library, which the value returned keeps.
        let (calls, create, init, set_mode) = unsafe {
            let create: Create = *library.get(c"TessBaseAPICreate").ok()?;
            let init: Init = *library.get(c"TessBaseAPIInit5").ok()?;
            let set_mode: SetMode = *library.get(c"TessBaseAPISetPageSegMode").ok()?;
            (Calls::of(&library)?, create, init, set_mode)
        };
        // SAFETY: takes nothing.
        let handle = NonNull::new(unsafe { create() })?;
        // From here on it is deleted when dropped.
        let recogniser = Self {
            calls,
            handle,
            _library: library,
        };
        // SAFETY: the model is `length` bytes that outlive the call, which copies them; the name ends with a zero; there are no
        // configurations and no variables, so that their arrays are not read.
        let refused = unsafe {
            init(
                handle.as_ptr(),
                model.as_ptr().cast(),
                c_int::try_from(model.len()).ok()?,
                c"fra".as_ptr(),
                NETWORKS,
                ptr::null_mut(),
                0,
                ptr::null_mut(),
                ptr::null_mut(),
                0,
                0,
            )
        };
        if refused != 0 {
            return None;
        }
        // SAFETY: the handle was created and initialised above.
        unsafe { set_mode(handle.as_ptr(), WHOLE_PAGE) };
        Some(recogniser)
    }

    /// The lines of a page in the order in which they are read; nothing when Tesseract gives the page up.
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    pub(crate) fn lines(&mut self, page: &GreyPage) -> Option<Vec<RecognisedLine>> {
        let (width, height) = (
            c_int::try_from(page.width).ok()?,
            c_int::try_from(page.height).ok()?,
        );
        let pixels = (page.width as usize).checked_mul(page.height as usize)?;
        if pixels == 0 || page.pixels.len() != pixels {
            return None;
        }
        let (calls, handle) = (&self.calls, self.handle.as_ptr());
        // SAFETY: the handle is initialised; `width * height` bytes of one byte per pixel lie behind the pointer (checked above), and
        // Tesseract copies them.
        unsafe { (calls.set_image)(handle, page.pixels.as_ptr(), width, height, 1, width) };
        if let Some(dots) = page.dots_per_inch.and_then(|d| c_int::try_from(d).ok()) {
            // SAFETY: an image is set.
            unsafe { (calls.set_resolution)(handle, dots) };
        }
        // SAFETY: an image is set; there is no monitor.
        let lines = if unsafe { (calls.recognize)(handle, ptr::null_mut()) } == 0 {
            // SAFETY: the page is recognised.
            let words = Words::new(calls, unsafe { (calls.iterator)(handle) });
            Some(words.map_or_else(Vec::new, |words| words.lines(page)))
        } else {
            None
        };
        // SAFETY: no iterator is left; the image and the results go.
        unsafe { (calls.clear)(handle) };
        lines
    }
}

impl Drop for Recogniser {
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    fn drop(&mut self) {
        // SAFETY: created by the same library and not used again.
        unsafe { (self.calls.delete)(self.handle.as_ptr()) };
    }
}

impl Calls {
    /// # Safety
    /// The library is Tesseract 5.
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    unsafe fn of(library: &Library) -> Option<Self> {
        // SAFETY: the caller's promise.
        unsafe {
            Some(Self {
                delete: *library.get(c"TessBaseAPIDelete").ok()?,
                set_image: *library.get(c"TessBaseAPISetImage").ok()?,
                set_resolution: *library.get(c"TessBaseAPISetSourceResolution").ok()?,
                recognize: *library.get(c"TessBaseAPIRecognize").ok()?,
                clear: *library.get(c"TessBaseAPIClear").ok()?,
                iterator: *library.get(c"TessBaseAPIGetIterator").ok()?,
                iterator_delete: *library.get(c"TessResultIteratorDelete").ok()?,
                iterator_next: *library.get(c"TessResultIteratorNext").ok()?,
                iterator_text: *library.get(c"TessResultIteratorGetUTF8Text").ok()?,
                iterator_confidence: *library.get(c"TessResultIteratorConfidence").ok()?,
                iterator_page: *library
                    .get(c"TessResultIteratorGetPageIteratorConst")
                    .ok()?,
                page_is_at_beginning: *library.get(c"TessPageIteratorIsAtBeginningOf").ok()?,
                page_bounds: *library.get(c"TessPageIteratorBoundingBox").ok()?,
                delete_text: *library.get(c"TessDeleteText").ok()?,
            })
        }
    }
}

/// Goes through the words of a recognised page.
struct Words<'c> {
    calls: &'c Calls,
    iterator: Handle,
}

/// A word, and where it stands in pixels: left, top, right, bottom.
struct Word {
    text: String,
    confidence: f32,
    bounds: [c_int; 4],
}

impl<'c> Words<'c> {
    /// Of the `iterator` that Tesseract gave; nothing of an empty page, which has none.
    fn new(calls: &'c Calls, iterator: Handle) -> Option<Self> {
        (!iterator.is_null()).then_some(Self { calls, iterator })
    }

    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    fn lines(self, page: &GreyPage) -> Vec<RecognisedLine> {
        let mut lines = Vec::new();
        let mut words: Vec<Word> = Vec::new();
        let mut bytes = 0;
        loop {
            // SAFETY: the iterator is not null and stands on a word of a page that is still recognised.
            let is_new = unsafe { (self.calls.page_is_at_beginning)(self.page(), LINE) } != 0;
            if is_new {
                lines.extend(line(page, &std::mem::take(&mut words)));
            }
            let word = self.word().filter(|word| word.confidence >= GUESS);
            bytes += word.as_ref().map_or(0, |word| word.text.len() + 1);
            words.extend(word);
            // SAFETY: as above.
            let goes_on = unsafe { (self.calls.iterator_next)(self.iterator, WORD) } != 0;
            if !goes_on || bytes > MAX_TEXT_BYTES || lines.len() >= MAX_LINES {
                break;
            }
        }
        lines.extend(line(page, &words));
        lines.truncate(MAX_LINES);
        lines
    }

    /// The same iterator, as what tells places.
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    fn page(&self) -> Handle {
        // SAFETY: the iterator is not null; what comes back is the iterator itself, not to be deleted.
        unsafe { (self.calls.iterator_page)(self.iterator) }
    }

    /// The word on which the iterator stands.
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    fn word(&self) -> Option<Word> {
        let [mut left, mut top, mut right, mut bottom] = [0; 4];
        // SAFETY: the iterator is not null; four places for whole numbers.
        let has_bounds = unsafe {
            (self.calls.page_bounds)(
                self.page(),
                WORD,
                &raw mut left,
                &raw mut top,
                &raw mut right,
                &raw mut bottom,
            )
        };
        // SAFETY: the iterator is not null.
        let confidence = unsafe { (self.calls.iterator_confidence)(self.iterator, WORD) };
        // SAFETY: as above.
        let text = unsafe { (self.calls.iterator_text)(self.iterator, WORD) };
        if text.is_null() {
            return None;
        }
        // SAFETY: Tesseract's strings end with a zero; it is copied, and given back once.
        let copy = unsafe { CStr::from_ptr(text) }
            .to_string_lossy()
            .into_owned();
        // SAFETY: as above.
        unsafe { (self.calls.delete_text)(text) };
        // A word of two would have one place.
        let is_printed = |letter: &char| !letter.is_control() && !letter.is_whitespace();
        let text: String = copy.chars().filter(is_printed).collect();
        let is_word = has_bounds != 0 && !text.is_empty();
        is_word.then_some(Word {
            text,
            confidence,
            bounds: [left, top, right, bottom],
        })
    }
}

impl Drop for Words<'_> {
    #[expect(unsafe_code, reason = "Tesseract is a C library")]
    fn drop(&mut self) {
        // SAFETY: not null, and not used again.
        unsafe { (self.calls.iterator_delete)(self.iterator) };
    }
}

/// Words of one line, put together; nothing without any.
fn line(page: &GreyPage, words: &[Word]) -> Option<RecognisedLine> {
    let texts: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let text = texts.join(" ");
    if text.is_empty() || text.len() > MAX_LINE_BYTES {
        return None;
    }
    let edge = |edge: usize| words.iter().filter_map(move |word| word.bounds.get(edge));
    let (left, top) = (*edge(0).min()?, *edge(1).min()?);
    let (right, bottom) = (*edge(2).max()?, *edge(3).max()?);
    let (x, y) = (part(left, page.width), part(top, page.height));
    let letters = |word: &Word| word.text.chars().count();
    #[expect(clippy::cast_precision_loss, reason = "letters of a line")]
    let sure: f32 = words
        .iter()
        .map(|word| word.confidence.clamp(0.0, 100.0) * letters(word) as f32)
        .sum();
    #[expect(clippy::cast_precision_loss, reason = "letters of a line")]
    let all = words.iter().map(letters).sum::<usize>() as f32;
    Some(RecognisedLine {
        line: TextLine {
            text,
            x,
            y,
            width: part(right, page.width) - x,
            height: part(bottom, page.height) - y,
            words: words
                .iter()
                .map(|word| {
                    let [left, _, right, _] = word.bounds;
                    (step(left, page.width), step(right, page.width))
                })
                .collect(),
        },
        confidence: percent(sure / all),
    })
}

/// A place in pixels as a part of a side.
#[expect(
    clippy::cast_precision_loss,
    reason = "a side has some thousand pixels"
)]
fn part(at: c_int, side: u32) -> f32 {
    (at as f32 / side as f32).clamp(0.0, 1.0)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 65,535"
)]
fn step(at: c_int, side: u32) -> u16 {
    (part(at, side) * f32::from(u16::MAX)).round() as u16
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 100"
)]
fn percent(of: f32) -> u8 {
    of.clamp(0.0, 100.0).round() as u8
}
