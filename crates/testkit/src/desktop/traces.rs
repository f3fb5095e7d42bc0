//! Looking for words where none may be: every file below a folder.

use std::fs;
use std::path::{Path, PathBuf};

use super::DesktopError;

/// A word found in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The word looked for.
    pub word: String,
    /// Where it is.
    pub file: PathBuf,
}

/// Every file below `folder` that contains one of `words`, as UTF-8 or UTF-16, in its bytes or its name. Also answers how many files
/// were read, so that a caller can see that it looked at something.
///
/// # Errors
/// A file cannot be read: a search that skips files proves nothing.
pub fn traces(folder: &Path, words: &[&str]) -> Result<(Vec<Trace>, usize), DesktopError> {
    let needles: Vec<(&str, Vec<u8>)> = words
        .iter()
        .flat_map(|word| {
            let wide: Vec<u8> = word.encode_utf16().flat_map(u16::to_le_bytes).collect();
            [(*word, word.as_bytes().to_vec()), (*word, wide)]
        })
        .collect();
    let mut found = Vec::new();
    let mut read = 0;
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(DesktopError::file(&next))? {
            let entry = entry.map_err(DesktopError::file(&next))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(DesktopError::file(&path))?;
            let content = if kind.is_dir() {
                folders.push(path.clone());
                Vec::new()
            } else if kind.is_file() {
                read += 1;
                fs::read(&path).map_err(DesktopError::file(&path))?
            } else {
                continue; // sockets and links hold nothing of their own
            };
            let name = entry.file_name().into_encoded_bytes();
            for (word, needle) in &needles {
                let holds = |bytes: &[u8]| memchr::memmem::find(bytes, needle).is_some();
                if holds(&content) || holds(&name) {
                    found.push(Trace {
                        word: (*word).to_owned(),
                        file: path.clone(),
                    });
                }
            }
        }
    }
    Ok((found, read))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_planted_word_is_found_in_bytes_wide_bytes_and_names() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("a/b");
        fs::create_dir_all(&below).unwrap();
        fs::write(below.join("1"), b"..Delphine..").unwrap();
        let wide: Vec<u8> = "Delphine"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        fs::write(below.join("2"), wide).unwrap();
        fs::write(below.join("Delphine.txt"), b"").unwrap();
        fs::write(below.join("3"), b"Delphin").unwrap();

        let (found, read) = traces(folder.path(), &["Delphine", "Marchand"]).unwrap();
        assert_eq!((found.len(), read), (3, 4));
        assert!(found.iter().all(|trace| trace.word == "Delphine"));
    }
}
