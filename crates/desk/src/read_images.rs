//! The images of a piece: how they belong together, whose they are, and the values of one.

use std::sync::Arc;

use relecture_imaging_worker::{Frame, Identity, ImageStack, LeftOut, ReadPageError};
use relecture_platform_api::{Patient, Sex};

use crate::{CaseError, Desk, ReadDocumentError, hang_images::Hung, search_case::folded};

/// Whether an image is of the patient of the case, as far as its file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageOwner {
    /// The name is his, and nothing else says otherwise.
    Patient,
    /// The file names nobody, or not enough to know.
    Unnamed,
    /// It was compared with nobody: the case does not say who its patient is.
    Uncompared,
    /// The name, the birth date or the sex is another's.
    Another,
}

/// A stack of images, and whose each of its identities is.
#[derive(Clone, Debug)]
pub struct OwnedStack {
    /// The stack.
    pub stack: ImageStack,
    /// In the order of its identities.
    pub owners: Vec<ImageOwner>,
}

/// The images of a document, whose they are, and what lies beside them.
#[derive(Clone, Debug)]
pub struct OwnedImages {
    /// In the order of the pages of the document.
    pub stacks: Vec<OwnedStack>,
    /// How they are to be laid out: as the reader did it last with their kind; empty if he never did.
    pub hanging: Vec<Hung>,
    /// What is not shown.
    pub left_out: LeftOut,
}

impl Desk {
    /// The series of an open document of images, in the order of its pages.
    ///
    /// # Errors
    /// [`ReadDocumentError`].
    pub async fn images(self: &Arc<Self>, handle: &str) -> Result<OwnedImages, ReadDocumentError> {
        let held = self.documents.images(handle);
        let (case, held) = held.ok_or(ReadDocumentError::Closed)?;
        let images = &held.images;
        let patient = match self.patient(case).await {
            Ok(patient) => patient,
            // Nothing to compare with.
            Err(error) => {
                tracing::warn!(%error, "images are not compared with the patient");
                None
            }
        };
        let owned = images.stacks.iter().map(|stack| OwnedStack {
            owners: stack
                .identities
                .iter()
                .map(|identity| owner(identity, patient.as_ref()))
                .collect(),
            stack: stack.clone(),
        });
        Ok(OwnedImages {
            stacks: owned.collect(),
            hanging: held.hanging.clone(),
            left_out: images.left_out,
        })
    }

    async fn patient(&self, case: uuid::Uuid) -> Result<Option<Patient>, CaseError> {
        let session = self.session()?;
        Ok(self.local_case(&session, case).await?.assignment.patient)
    }

    /// The values of an image of an open document; `number` is from 1.
    ///
    /// # Errors
    /// [`ReadDocumentError`].
    pub async fn image(
        self: &Arc<Self>,
        handle: &str,
        number: u32,
    ) -> Result<Frame, ReadDocumentError> {
        let page = number.checked_sub(1).ok_or(ReadPageError::NoSuchPage)?;
        let frame = self.ask(handle, move |reading| reading.frame(page)).await;
        self.prepare_reader();
        frame
    }
}

/// How the names of images begin from which the patient was taken out.
const ANONYMOUS: [&str; 5] = ["anon", "unknown", "inconnu", "noname", "patient"];

/// Whose image it is. A name is `FAMILY^GIVEN`; accents, capitals and hyphens are no matter, and one of two family names is enough: maiden
/// and used names come alone or in either order. Of given names the first ones count, as many as both tell; a name that is less than that, or no
/// given name at all, is enough with the birth date alone.
fn owner(identity: &Identity, patient: Option<&Patient>) -> ImageOwner {
    let Some(patient) = patient else {
        return ImageOwner::Uncompared;
    };
    let date = identity.birth_date.replace(['.', '-'], "");
    let born = patient.birth_date.strftime("%Y%m%d").to_string();
    let is_other_sex = matches!(
        (identity.sex.as_str(), patient.sex),
        ("M", Sex::Female) | ("F", Sex::Male)
    );
    if is_other_sex || (date.len() == 8 && date != born) {
        return ImageOwner::Another;
    }
    let mut parts = identity.name.split('^');
    let (family, given) = (
        parts.next().unwrap_or_default(),
        parts.next().unwrap_or_default(),
    );
    let (family, given) = (words(family), words(given));
    let is_unnamed = family.is_empty()
        || ANONYMOUS
            .iter()
            .any(|word| family.iter().any(|name| name.starts_with(word)));
    if is_unnamed {
        return ImageOwner::Unnamed;
    }
    let is_among = |told: &[String], his: &[String]| told.iter().all(|word| his.contains(word));
    let his = words(&patient.family_name);
    // One within the other: particles that two names share say nothing.
    let is_family = is_among(&family, &his) || is_among(&his, &family);
    let is_born = date == born;
    let names = patient.given_name.split(' ').map(words);
    let names: Vec<Vec<String>> = names.filter(|name| !name.is_empty()).collect();
    let Some(first) = names.first() else {
        return ImageOwner::Uncompared;
    };
    let (is_family, given) = if given.is_empty() {
        // All of it in the first part, where a device knows no parts.
        let (own, left): (Vec<String>, Vec<String>) =
            { family }.into_iter().partition(|word| his.contains(word));
        (!own.is_empty(), left)
    } else {
        (is_family, given)
    };
    let is_short = first.starts_with(&given) || names.iter().any(|name| given.starts_with(name));
    match (is_family, given.starts_with(first), is_short) {
        (true, true, _) => ImageOwner::Patient,
        (true, false, true) if is_born => ImageOwner::Patient,
        (true, false, true) => ImageOwner::Unnamed,
        _ => ImageOwner::Another,
    }
}

fn words(name: &str) -> Vec<String> {
    let folded = folded(&name.replace('-', " "));
    let words = folded.split(|letter: char| !letter.is_alphanumeric());
    words.filter(|w| !w.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use relecture_platform_api::IdentityStatus;

    use super::*;

    fn whose(name: &str, birth_date: &str, sex: &str) -> ImageOwner {
        let patient = Patient {
            family_name: "BRASSAC".to_owned(),
            given_name: "Hélène Marie".to_owned(),
            birth_date: date(1964, 3, 14),
            sex: Sex::Female,
            identity_status: IdentityStatus::Qualified,
            ins: None,
            representative: None,
        };
        let identity = told(name, birth_date, sex);
        owner(&identity, Some(&patient))
    }

    fn told(name: &str, birth_date: &str, sex: &str) -> Identity {
        Identity {
            name: name.to_owned(),
            id: "123".to_owned(),
            birth_date: birth_date.to_owned(),
            sex: sex.to_owned(),
        }
    }

    /// A part of a double name is shared by brothers.
    #[test]
    fn half_of_a_double_name_is_not_enough() {
        let patient = Patient {
            family_name: "MARTIN".to_owned(),
            given_name: "Jean-Paul".to_owned(),
            birth_date: date(1950, 1, 1),
            sex: Sex::Male,
            identity_status: IdentityStatus::Qualified,
            ins: None,
            representative: None,
        };
        for (name, birth_date, expected) in [
            ("MARTIN^JEAN PAUL", "", ImageOwner::Patient),
            ("MARTIN^JEAN-PIERRE", "19500101", ImageOwner::Another),
            ("MARTIN^JEAN", "19500101", ImageOwner::Patient),
            ("MARTIN^JEAN", "", ImageOwner::Unnamed),
            ("MARTIN^PAUL", "19500101", ImageOwner::Another),
        ] {
            let owner = owner(&told(name, birth_date, "M"), Some(&patient));
            assert_eq!(owner, expected, "{name}");
        }
        let nobody = owner(&told("MARTIN^JEAN", "", "M"), None);
        assert_eq!(nobody, ImageOwner::Uncompared);
    }

    #[test]
    fn an_image_of_somebody_else_is_told() {
        for (name, birth_date, sex) in [
            ("BRASSAC^HELENE", "19640314", "F"),
            ("Brassac^Hélène^Marie", "", ""),
            ("DUMAS BRASSAC^HELENE", "19640314", "F"),
            ("BRASSAC HELENE", "1964.03.14", "O"),
            ("BRASSAC", "19640314", "F"),
            ("BRASSAC^MARIE", "19640314", "F"),
        ] {
            assert_eq!(whose(name, birth_date, sex), ImageOwner::Patient, "{name}");
        }
        for (name, birth_date, sex) in [
            ("DURAND^HELENE", "19640314", "F"),
            ("BRASSAC^PAUL", "19640314", "F"),
            ("BRASSAC^HELENE", "19640315", "F"),
            ("BRASSAC^HELENE", "19640314", "M"),
            ("", "19500101", ""),
            ("DURAND HELENE", "", ""),
            ("BRASSARD^HELENE", "", ""),
        ] {
            assert_eq!(whose(name, birth_date, sex), ImageOwner::Another, "{name}");
        }
        for name in ["", "ANONYMOUS^PATIENT", "^^^", "BRASSAC", "BRASSAC^MARIE"] {
            assert_eq!(whose(name, "", ""), ImageOwner::Unnamed, "{name}");
        }
    }
}
