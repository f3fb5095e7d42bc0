//! The images of a piece: how they belong together, whose they are, and the values of one.

use std::sync::Arc;

use relecture_imaging_worker::{Frame, Identity, ImageStack, ReadPageError};
use relecture_platform_api::{Patient, Sex};

use crate::{CaseError, Desk, ReadDocumentError, search_case::folded};

/// Whether an image is of the patient of the case, as far as its file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ImageOwner {
    /// The name is his, and nothing else says otherwise.
    Patient,
    /// The file names nobody.
    Unnamed,
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

impl Desk {
    /// The series of an open document of images, in the order of its pages.
    ///
    /// # Errors
    /// [`ReadDocumentError`].
    pub async fn images(
        self: &Arc<Self>,
        handle: &str,
    ) -> Result<Vec<OwnedStack>, ReadDocumentError> {
        let case = self.documents.case(handle);
        let case = case.ok_or(ReadDocumentError::Closed)?;
        let stacks = self.ask(handle, |reading| reading.reader.stacks()).await?;
        let patient = match self.patient(case).await {
            Ok(patient) => patient,
            // Nothing to compare with: nobody is named.
            Err(error) => {
                tracing::warn!(%error, "images are not compared with the patient");
                None
            }
        };
        let owned = stacks.into_iter().map(|stack| OwnedStack {
            owners: stack
                .identities
                .iter()
                .map(|identity| owner(identity, patient.as_ref()))
                .collect(),
            stack,
        });
        Ok(owned.collect())
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
        self.ask(handle, move |reading| reading.reader.frame(page))
            .await
    }
}

/// How the names of images begin from which the patient was taken out.
const ANONYMOUS: [&str; 5] = ["anon", "unknown", "inconnu", "noname", "patient"];

/// Whose image it is. A name is `FAMILY^GIVEN`; accents, capitals and hyphens are no matter, and one of the given names is
/// enough, and so is one of two family names: maiden and used names come alone or in either order.
fn owner(identity: &Identity, patient: Option<&Patient>) -> ImageOwner {
    let Some(patient) = patient else {
        return ImageOwner::Unnamed;
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
    let his = (words(&patient.family_name), words(&patient.given_name));
    // One within the other: particles that two names share say nothing.
    let is_family = is_among(&family, &his.0) || is_among(&his.0, &family);
    // All of it in the first part, where a device knows no parts.
    let told = if given.is_empty() { &family } else { &given };
    let is_given = told.iter().any(|word| his.1.contains(word));
    let names_nobody_else = given.is_empty() && family.len() == 1;
    if is_family && (is_given || names_nobody_else) {
        ImageOwner::Patient
    } else {
        ImageOwner::Another
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
            given_name: "Hélène".to_owned(),
            birth_date: date(1964, 3, 14),
            sex: Sex::Female,
            identity_status: IdentityStatus::Qualified,
            ins: None,
            representative: None,
        };
        let identity = Identity {
            name: name.to_owned(),
            id: "123".to_owned(),
            birth_date: birth_date.to_owned(),
            sex: sex.to_owned(),
        };
        owner(&identity, Some(&patient))
    }

    #[test]
    fn an_image_of_somebody_else_is_told() {
        for (name, birth_date, sex) in [
            ("BRASSAC^HELENE", "19640314", "F"),
            ("Brassac^Hélène^Marie", "", ""),
            ("DUMAS BRASSAC^HELENE", "19640314", "F"),
            ("BRASSAC HELENE", "1964.03.14", "O"),
            ("BRASSAC", "19640314", "F"),
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
        for name in ["", "ANONYMOUS^PATIENT", "^^^"] {
            assert_eq!(whose(name, "", ""), ImageOwner::Unnamed, "{name}");
        }
    }
}
