//! Hanging: the reader's last layout of one kind of examination is that of the next one of its kind.
//!
//! What is kept outlives the cases it was made in, so nothing of them is in it: kinds and series are names under a key of the vault,
//! which tell only whether another one is called alike.

use std::{fmt::Write as _, sync::Arc};

use relecture_crypto::{Key, derive_key};
use relecture_imaging_worker::{ImageStack, Images};
use relecture_vault::{Vault, VaultError};
use serde::{Deserialize, Serialize};

use crate::{Desk, ReadDocumentError, blocking, search_case::folded};

/// The key and the note of a vault.
const HANGING: &str = "hanging";
/// Kinds that are kept; the one that was used longest ago leaves.
const MOST_KINDS: usize = 64;
/// Viewports of a layout.
const MOST_PLACES: usize = 6;

/// What lies on one viewport, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Hung {
    /// The stack, by its place among those of the document; nothing where one viewport shows them one after the other.
    pub stack: Option<u32>,
    /// Center and width of a window that was chosen, in Hounsfield units: those of other modalities mean nothing in another examination.
    pub window: Option<[f64; 2]>,
    /// Black is white.
    pub is_inverted: bool,
}

/// A layout, as it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Kept {
    kind: String,
    places: Vec<KeptPlace>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct KeptPlace {
    series: Option<String>,
    window: Option<[f64; 2]>,
    inverted: bool,
}

/// What is kept in a vault, the one that was used last first.
pub(crate) struct Hangings {
    key: Key,
    kept: Vec<Kept>,
}

impl Hangings {
    /// Nothing if nothing was ever kept.
    pub(crate) fn known(vault: &Vault) -> Result<Option<Self>, VaultError> {
        let known = vault.note(HANGING).map(|_| Self::of(vault));
        known.transpose()
    }

    fn of(vault: &Vault) -> Result<Self, VaultError> {
        let kept = vault.note(HANGING).unwrap_or_default();
        Ok(Self {
            key: vault.own_key(HANGING)?,
            // Written by another version: layouts are made anew.
            kept: serde_json::from_str(&kept).unwrap_or_default(),
        })
    }

    /// How these images are to be laid out; empty if none of their kind ever was.
    pub(crate) fn of_images(&self, images: &Images) -> Vec<Hung> {
        let stacks = (0..).zip(&images.stacks);
        let named: Vec<(u32, usize, String)> = stacks
            .map(|(at, stack)| (at, stack.slices.len(), self.series(stack)))
            .collect();
        let kind = self.kind(images);
        let kept = self
            .kept
            .iter()
            .find(|kept| Some(&kept.kind) == kind.as_ref());
        let places = kept.map(|kept| kept.places.as_slice()).unwrap_or_default();
        let hung = places.iter().filter_map(|place| {
            let stack = match &place.series {
                Some(series) => {
                    let alike = named.iter().filter(|(_, _, name)| name == series);
                    let longest = alike.max_by_key(|(at, slices, _)| (*slices, u32::MAX - at));
                    Some(longest?.0)
                }
                None => None,
            };
            Some(Hung {
                stack,
                window: place.window,
                is_inverted: place.inverted,
            })
        });
        hung.collect()
    }

    /// The note, once these images were laid out so; nothing if it says so already.
    fn with(mut self, images: &Images, places: &[Hung]) -> Option<String> {
        let kept = Kept {
            kind: self.kind(images)?,
            places: places
                .iter()
                .take(MOST_PLACES)
                .filter_map(|place| {
                    let series = match place.stack {
                        Some(at) => Some(self.series(images.stacks.get(at as usize)?)),
                        None => None,
                    };
                    Some(KeptPlace {
                        series,
                        window: place.window,
                        inverted: place.is_inverted,
                    })
                })
                .collect(),
        };
        if self.kept.first() == Some(&kept) || kept.places.is_empty() {
            return None;
        }
        self.kept.retain(|other| other.kind != kept.kind);
        self.kept.insert(0, kept);
        self.kept.truncate(MOST_KINDS);
        serde_json::to_string(&self.kept).ok()
    }

    /// By what made most of the images, and the part of the body.
    fn kind(&self, images: &Images) -> Option<String> {
        let stacks = images.stacks.iter().rev();
        let most = stacks.max_by_key(|stack| stack.slices.len())?;
        let series = &most.series;
        Some(self.name(&["kind", &series.modality, &series.body_part]))
    }

    fn series(&self, stack: &ImageStack) -> String {
        let series = &stack.series;
        let plane = plane(stack);
        self.name(&["series", &series.modality, &series.description, plane])
    }

    /// Without the key it cannot be told what it stands for.
    fn name(&self, words: &[&str]) -> String {
        let mut purpose = String::new();
        for word in words {
            // No word holds what ends it.
            let word = folded(&word.replace('\\', " "));
            let _ = write!(purpose, "{}\\", word.trim());
        }
        hex::encode(derive_key(&[&self.key], &purpose).bytes())
    }
}

/// Along which axis of the patient slices are stacked.
fn plane(stack: &ImageStack) -> &'static str {
    let Some([row_x, row_y, row_z, column_x, column_y, column_z]) = stack.orientation else {
        return "";
    };
    let normal = [
        row_y * column_z - row_z * column_y,
        row_z * column_x - row_x * column_z,
        row_x * column_y - row_y * column_x,
    ];
    let normal = normal.map(f64::abs);
    let names = ["sagittal", "coronal", "axial"].into_iter().zip(normal);
    let steepest = names.max_by(|(_, one), (_, other)| one.total_cmp(other));
    steepest.map_or("", |(name, _)| name)
}

impl Desk {
    /// Keeps how the images of an open document are laid out, for the next examination of their kind.
    ///
    /// # Errors
    /// [`ReadDocumentError`]; the layout stays as it is.
    pub async fn keep_hanging(
        self: &Arc<Self>,
        handle: &str,
        places: Vec<Hung>,
    ) -> Result<(), ReadDocumentError> {
        let images = self.documents.images(handle);
        let (_, images) = images.ok_or(ReadDocumentError::Closed)?;
        // Of which kind they are is known when all are here.
        if self.documents.is_partial(handle) {
            return Ok(());
        }
        let session = self.session().map_err(|_| ReadDocumentError::Closed)?;
        blocking(
            move || match Hangings::of(&session.vault)?.with(&images.images, &places) {
                Some(note) => session.vault.keep_note(HANGING, &note),
                None => Ok(()),
            },
        )
        .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use relecture_imaging_worker::{ImageSlice, SeriesFacts};

    use super::*;

    const AXIAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    const CORONAL: [f64; 6] = [1.0, 0.0, 0.0, 0.0, 0.0, -1.0];

    fn stack(description: &str, body_part: &str, slices: usize, plane: [f64; 6]) -> ImageStack {
        let slice = ImageSlice {
            instance: String::new(),
            frame: 1,
            number: None,
            identity: 0,
            position: None,
            is_lossy: false,
            is_annotated: false,
            laterality: String::new(),
            view: String::new(),
            towards: None,
        };
        ImageStack {
            first: 0,
            series: SeriesFacts {
                study: String::new(),
                study_description: String::new(),
                series: String::new(),
                number: None,
                description: description.to_owned(),
                modality: "MR".to_owned(),
                body_part: body_part.to_owned(),
                frame_of_reference: String::new(),
                date: String::new(),
            },
            identities: Vec::new(),
            orientation: Some(plane),
            slices: vec![slice; slices],
            is_placed: true,
            step: None,
            gaps: Vec::new(),
            duplicates: 0,
            copies: 0,
            frame_time: None,
        }
    }

    fn images(stacks: Vec<ImageStack>) -> Images {
        Images {
            stacks,
            ..Images::default()
        }
    }

    fn hung(stack: Option<u32>) -> Hung {
        Hung {
            stack,
            window: None,
            is_inverted: false,
        }
    }

    fn hangings(note: &str) -> Hangings {
        Hangings {
            key: Key::from_bytes(&[7; 32]),
            kept: serde_json::from_str(note).unwrap_or_default(),
        }
    }

    #[test]
    fn series_are_found_again_by_what_they_are_called_and_how_they_lie() {
        let before = images(vec![
            stack("T2 FLAIR", "BRAIN", 20, AXIAL),
            stack("T2 FLAIR", "BRAIN", 30, CORONAL),
            stack("Diffusion", "BRAIN", 9, AXIAL),
        ]);
        let places = [hung(Some(1)), hung(Some(2)), hung(Some(0))];
        let note = hangings("").with(&before, &places).unwrap_or_default();
        let next = images(vec![
            stack("t2  flair", "BRAIN", 9, CORONAL),
            stack("T2 Flair", "BRAIN", 40, CORONAL),
            stack("T2 FLAIR", "BRAIN", 12, AXIAL),
        ]);
        let found = hangings(&note).of_images(&next);
        assert_eq!(found, [hung(Some(1)), hung(Some(2))], "no diffusion there");
        assert_eq!(hangings(&note).with(&before, &places), None, "as it was");
        let knee = images(vec![stack("T2 FLAIR", "KNEE", 20, AXIAL)]);
        assert_eq!(hangings(&note).of_images(&knee), []);
        for word in ["flair", "FLAIR", "diffusion", "BRAIN", "brain", "MR"] {
            assert!(!note.contains(word), "{note}");
        }
        assert_eq!(hangings(&note).of_images(&images(Vec::new())), []);
    }

    #[test]
    fn the_kind_that_was_laid_out_longest_ago_leaves() {
        let kind = |number: usize| images(vec![stack("T1", &format!("PART {number}"), 9, AXIAL)]);
        let mut note = String::new();
        for number in 0..=MOST_KINDS {
            note = hangings(&note)
                .with(&kind(number), &[hung(None)])
                .unwrap_or_default();
        }
        assert_eq!(hangings(&note).of_images(&kind(0)), []);
        assert_eq!(hangings(&note).of_images(&kind(1)), [hung(None)]);
        assert_eq!(hangings("{ of another version").of_images(&kind(1)), []);
    }
}
