//! What is said on a paper that its author did not write. It stands on the page, set apart, because it belongs to a place on it.

use crate::document::OpenDocumentError;
use crate::format::Unsupported;

pub(crate) const EMPTY: &str = "Relecture\u{a0}: ce document ne contient aucun texte.";
pub(crate) const CUT_SHORT: &str =
    "Relecture\u{a0}: la suite de ce document n’est pas affichée, il est trop long.";
pub(crate) const MISSING_LETTERS: &str = "Relecture\u{a0}: certains caractères de ce document n’existent pas dans les polices disponibles\u{202f}; ils sont montrés par un cadre barré.";
pub(crate) const NO_IMAGE: &str = "Relecture\u{a0}: une image de ce document n’est pas affichée (elle est extérieure au document, trop grande, ou dans un format inconnu).";
pub(crate) const DELETED: &str = "Relecture\u{a0}: ce document porte des modifications suivies\u{202f}; les passages supprimés ne sont pas affichés, les ajouts le sont.";
pub(crate) const EMBEDDED: &str =
    "Relecture\u{a0}: un objet incorporé (graphique, tableur, dessin) n’est pas affiché.";
pub(crate) const FOOTERS: &str = "Pieds de page du document";
pub(crate) const FOOTNOTES: &str = "Notes du document";
pub(crate) const COMMENTS: &str = "Commentaires portés sur le document";

pub(crate) const ARCHIVE: &str = "Contenu de l’archive";
pub(crate) const SHOWN: &str = "Affiché";

/// Why a file of an archive is not shown.
pub(crate) fn not_shown(error: OpenDocumentError) -> &'static str {
    match error {
        OpenDocumentError::Empty => "Non affiché\u{a0}: fichier vide",
        OpenDocumentError::PasswordProtected
        | OpenDocumentError::Unsupported(
            Unsupported::EncryptedArchive | Unsupported::EncryptedOffice,
        ) => "Non affiché\u{a0}: protégé par un mot de passe",
        OpenDocumentError::Damaged => "Non affiché\u{a0}: fichier abîmé",
        OpenDocumentError::TooLarge { .. }
        | OpenDocumentError::TooManyBytes
        | OpenDocumentError::TooManyPages => "Non affiché\u{a0}: trop grand",
        OpenDocumentError::Unsupported(kind) => match kind {
            Unsupported::Heif => "Non affiché\u{a0}: photo HEIC",
            Unsupported::Video => "Non affiché\u{a0}: vidéo",
            Unsupported::Audio => "Non affiché\u{a0}: enregistrement sonore",
            Unsupported::BinaryOffice => "Non affiché\u{a0}: ancien fichier Office",
            Unsupported::Spreadsheet => "Non affiché\u{a0}: tableur",
            Unsupported::Presentation => "Non affiché\u{a0}: diaporama",
            Unsupported::Dicom => "Non affiché\u{a0}: fichier DICOM sans image",
            Unsupported::Archive => "Non affiché\u{a0}: archive dans l’archive",
            Unsupported::Program => "Non affiché\u{a0}: programme",
            Unsupported::EncryptedArchive | Unsupported::EncryptedOffice => {
                "Non affiché\u{a0}: protégé par un mot de passe"
            }
        },
        OpenDocumentError::UnknownFormat
        | OpenDocumentError::LibraryMissing
        | OpenDocumentError::NothingInside => "Non affiché\u{a0}: format inconnu",
    }
}
