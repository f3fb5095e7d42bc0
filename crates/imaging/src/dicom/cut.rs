//! The files of an archive that stops before its end: one that is still coming, or whose upload was broken off. Its list of files is
//! missing, which stands last; each file is found by what stands before it (APPNOTE.TXT, 4.3.7).

use std::io::{self, BufReader, Read, Seek, SeekFrom};

use flate2::read::DeflateDecoder;
use zip::CompressionMethod;

/// Bytes before the name of a file.
const HEADER: usize = 30;
const SIGNATURE: [u8; 4] = *b"PK\x03\x04";
/// What begins behind a file: the next one, or the list of them all.
const NEXT: [[u8; 4]; 2] = [SIGNATURE, *b"PK\x01\x02"];
/// How long the sizes and the checksum may be that stand behind a file instead of before it: of 4 or of 8 bytes each, with a signature of
/// their own or without (4.3.9).
const DESCRIPTORS: [u64; 4] = [12, 16, 20, 24];
/// As many bytes as the longest of them and the signature of what follows.
const BEHIND: u64 = 28;
/// A size that stands among the extra fields, for it does not fit (4.5.3).
const ELSEWHERE: u64 = 0xFFFF_FFFF;
const ZIP64: u16 = 1;

/// How a file of an archive is packed (4.4.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Packing {
    Stored,
    Deflated,
    /// Nobody packs discs otherwise.
    Other,
}

impl Packing {
    fn of(method: u16) -> Self {
        match method {
            0 => Self::Stored,
            8 => Self::Deflated,
            _ => Self::Other,
        }
    }
}

impl From<CompressionMethod> for Packing {
    fn from(method: CompressionMethod) -> Self {
        match method {
            CompressionMethod::Stored => Self::Stored,
            CompressionMethod::Deflated => Self::Deflated,
            _ => Self::Other,
        }
    }
}

/// Where a file lies.
pub(super) struct Lying {
    pub(super) name: Vec<u8>,
    pub(super) from: u64,
    pub(super) packed: u64,
    pub(super) length: u64,
    pub(super) how: Packing,
    pub(super) is_encrypted: bool,
}

/// The files that are there as a whole, up to so many, whose content is no longer than `most` bytes where it must be unpacked to know where it
/// ends.
pub(super) fn files(source: &mut (impl Read + Seek), at_most: usize, most: u64) -> Vec<Lying> {
    let mut found = Vec::new();
    let mut at = 0;
    let Ok(end) = source.seek(SeekFrom::End(0)) else {
        return found;
    };
    while found.len() < at_most
        && let Ok(Some((file, next))) = file(source, at, end, most)
    {
        at = next;
        found.push(file);
    }
    found
}

/// The file whose header stands at `at`, and where the next one stands; nothing if it is not there as a whole.
pub(super) fn file(
    source: &mut (impl Read + Seek),
    at: u64,
    end: u64,
    most: u64,
) -> io::Result<Option<(Lying, u64)>> {
    source.seek(SeekFrom::Start(at))?;
    let mut header = [0; HEADER];
    source.read_exact(&mut header)?;
    #[rustfmt::skip]
    let [s0, s1, s2, s3, _, _, f0, f1, h0, h1, _, _, _, _, _, _, _, _, p0, p1, p2, p3, l0, l1, l2, l3, n0, n1, e0, e1] = header;
    if [s0, s1, s2, s3] != SIGNATURE {
        return Ok(None);
    }
    let (flags, how) = (
        u16::from_le_bytes([f0, f1]),
        Packing::of(u16::from_le_bytes([h0, h1])),
    );
    let mut name = vec![0; usize::from(u16::from_le_bytes([n0, n1]))];
    let mut extra = vec![0; usize::from(u16::from_le_bytes([e0, e1]))];
    source.read_exact(&mut name)?;
    source.read_exact(&mut extra)?;
    let from = at + (HEADER + name.len() + extra.len()) as u64;
    let [mut packed, mut length] =
        [[p0, p1, p2, p3], [l0, l1, l2, l3]].map(|size| u64::from(u32::from_le_bytes(size)));
    if packed == ELSEWHERE || length == ELSEWHERE {
        let Some(sizes) = long_sizes(&extra) else {
            return Ok(None);
        };
        (length, packed) = sizes;
    }
    let are_sizes_behind = flags & 8 != 0 && packed == 0;
    let next = if are_sizes_behind {
        let Some((unpacked, next)) = unpacked(source, from, how, most)? else {
            return Ok(None);
        };
        (packed, length) = unpacked;
        next
    } else {
        let behind = from.checked_add(packed).filter(|behind| *behind <= end);
        let Some(behind) = behind else {
            return Ok(None);
        };
        if flags & 8 == 0 {
            behind
        } else {
            // Sizes stand in both places.
            described(source, behind)?.unwrap_or(end)
        }
    };
    let file = Lying {
        name,
        from,
        packed,
        length,
        how,
        is_encrypted: flags & 1 != 0,
    };
    Ok(Some((file, next)))
}

/// The lengths of the content and of what it is packed to, where they take 8 bytes.
fn long_sizes(mut extra: &[u8]) -> Option<(u64, u64)> {
    loop {
        let ([k0, k1, s0, s1], rest) = extra.split_first_chunk::<4>()?;
        let size = usize::from(u16::from_le_bytes([*s0, *s1]));
        let (field, rest) = rest.split_at_checked(size)?;
        if u16::from_le_bytes([*k0, *k1]) == ZIP64 {
            let (length, packed) = field.split_first_chunk::<8>()?;
            let packed = packed.first_chunk::<8>()?;
            return Some((u64::from_le_bytes(*length), u64::from_le_bytes(*packed)));
        }
        extra = rest;
    }
}

/// Where a file ends whose lengths stand behind it: unpacking tells. What it is packed to, what it unpacks to, and where the next one
/// stands; nothing of a file that is not all there, or of one that is not packed, which would have to be searched.
fn unpacked(
    source: &mut (impl Read + Seek),
    from: u64,
    how: Packing,
    most: u64,
) -> io::Result<Option<((u64, u64), u64)>> {
    match how {
        Packing::Deflated => {}
        // A folder has no content.
        Packing::Stored => return Ok(described(source, from)?.map(|next| ((0, 0), next))),
        Packing::Other => return Ok(None),
    }
    source.seek(SeekFrom::Start(from))?;
    let mut unpacks = DeflateDecoder::new(BufReader::new(&mut *source));
    let read = io::copy(&mut (&mut unpacks).take(most + 1), &mut io::sink())?;
    if read > most {
        return Ok(None);
    }
    let lengths = (unpacks.total_in(), unpacks.total_out());
    let next = described(source, from + lengths.0)?;
    Ok(next.map(|next| (lengths, next)))
}

/// Where the next file stands, behind the lengths of the one that ends at `at`.
fn described(source: &mut (impl Read + Seek), at: u64) -> io::Result<Option<u64>> {
    source.seek(SeekFrom::Start(at))?;
    let mut behind = Vec::new();
    source.take(BEHIND).read_to_end(&mut behind)?;
    let is_next = |skipped: &u64| {
        let rest = usize::try_from(*skipped)
            .ok()
            .and_then(|skipped| behind.get(skipped..));
        rest.is_some_and(|rest| NEXT.iter().any(|signature| rest.starts_with(signature)))
    };
    let skipped = DESCRIPTORS.into_iter().find(is_next);
    Ok(skipped.map(|skipped| at + skipped))
}
