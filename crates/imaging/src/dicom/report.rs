//! What a file of DICOM carries that is no image: a document as it is (PS3.3, A.45), or a structured report (PS3.3, C.17), as a page of
//! the web that is laid out like others.

use std::fmt::Write as _;
use std::io::{Read, Seek};

use dicom_core::Tag;
use dicom_dictionary_std::tags;
use dicom_object::InMemDicomObject;

use super::facts::Words as _;
use super::file::DicomFile;

/// Statements of a report that are laid out.
const MOST_STATEMENTS: usize = 20_000;

/// What is carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Carried {
    /// A document of another format.
    Document(Vec<u8>),
    /// A structured report.
    Report(String),
}

/// Nothing of an image, and of what carries nothing that can be read.
pub(crate) fn carried(source: impl Read + Seek + Send) -> Option<Carried> {
    let file = DicomFile::open(source).ok()?;
    if file.image().is_some() {
        return None;
    }
    let object = file.object();
    if let Ok(document) = object.element(tags::ENCAPSULATED_DOCUMENT) {
        let bytes = document.to_bytes().ok()?.into_owned();
        return Some(Carried::Document(bytes));
    }
    object.element(tags::CONTENT_SEQUENCE).ok()?;
    Some(Carried::Report(report(object)))
}

/// The statements of a report in their order, each under what it is about.
fn report(object: &InMemDicomObject) -> String {
    let mut html = String::from("<!DOCTYPE html><html lang=\"fr\"><body>");
    let title = concept(object).unwrap_or_else(|| "Compte rendu structuré".to_owned());
    element(&mut html, "h1", &title);
    let (name, date) = (
        object.text(tags::PATIENT_NAME),
        object.text(tags::CONTENT_DATE),
    );
    let date = written(&date);
    for (what, value) in [("Patient", name.replace('^', " ")), ("Date", date)] {
        if !value.trim().is_empty() {
            statement(&mut html, what, &value);
        }
    }
    if object.text(tags::VERIFICATION_FLAG) == "UNVERIFIED" {
        element(&mut html, "p", "Non validé par un médecin, dit le fichier.");
    }
    let mut left = MOST_STATEMENTS;
    content(object, 2, &mut left, &mut html);
    if left == 0 {
        element(&mut html, "p", "La suite n’est pas montrée.");
    }
    html.push_str("</body></html>");
    html
}

fn content(object: &InMemDicomObject, level: usize, left: &mut usize, html: &mut String) {
    let items = object.element(tags::CONTENT_SEQUENCE).ok();
    for item in items.and_then(|items| items.items()).unwrap_or_default() {
        if *left == 0 {
            return;
        }
        *left -= 1;
        let about = concept(item).unwrap_or_default();
        match value(item) {
            Some(value) if about.is_empty() => element(html, "p", &value),
            Some(value) => statement(html, &about, &value),
            None if about.is_empty() => {}
            None => element(
                html,
                ["h2", "h3", "h4"].get(level - 2).unwrap_or(&"h5"),
                &about,
            ),
        }
        content(item, level + 1, left, html);
    }
}

/// What a statement says; nothing of what only holds others.
fn value(item: &InMemDicomObject) -> Option<String> {
    let coded =
        |object: &InMemDicomObject, tag: Tag| Some(object.item(tag)?.text(tags::CODE_MEANING));
    let text = |tag: Tag| {
        // Longer than other words, and of several lines.
        let text = item.element(tag).ok()?.to_str().ok()?;
        Some(text.trim_end_matches(['\0', ' ']).to_owned())
    };
    match item.text(tags::VALUE_TYPE).as_str() {
        "TEXT" => text(tags::TEXT_VALUE),
        "CODE" => coded(item, tags::CONCEPT_CODE_SEQUENCE),
        "NUM" => {
            let measured = item.item(tags::MEASURED_VALUE_SEQUENCE)?;
            let unit = measured.item(tags::MEASUREMENT_UNITS_CODE_SEQUENCE);
            let unit = unit
                .map(|unit| unit.text(tags::CODE_VALUE))
                .unwrap_or_default();
            let number = measured.text(tags::NUMERIC_VALUE).replace('.', ",");
            // Of no unit (UCUM).
            let unit = if unit == "1" { String::new() } else { unit };
            Some(format!("{number}\u{a0}{unit}").trim_end().to_owned())
        }
        "DATE" => text(tags::DATE).map(|date| written(&date)),
        "TIME" => text(tags::TIME),
        "DATETIME" => text(tags::DATE_TIME),
        "PNAME" => text(tags::PERSON_NAME).map(|name| name.replace('^', " ")),
        "IMAGE" => Some("Renvoie à une image de l’examen".to_owned()),
        _ => None,
    }
}

fn concept(item: &InMemDicomObject) -> Option<String> {
    let meaning = item.item(tags::CONCEPT_NAME_CODE_SEQUENCE)?;
    Some(meaning.text(tags::CODE_MEANING)).filter(|meaning| !meaning.is_empty())
}

/// `YYYYMMDD` as it is written in France.
fn written(date: &str) -> String {
    match (date.get(..4), date.get(4..6), date.get(6..8)) {
        (Some(year), Some(month), Some(day)) => format!("{day}/{month}/{year}"),
        _ => date.to_owned(),
    }
}

fn statement(html: &mut String, about: &str, value: &str) {
    // Writing to a text cannot fail.
    let _ = write!(
        html,
        "<p><b>{}\u{a0}:</b> {}</p>",
        escaped(about),
        lines(value)
    );
}

fn element(html: &mut String, tag: &str, text: &str) {
    let _ = write!(html, "<{tag}>{}</{tag}>", lines(text));
}

fn lines(text: &str) -> String {
    escaped(text)
        .replace("\r\n", "<br>")
        .replace(['\n', '\r'], "<br>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_report_says_is_words_and_never_markup() {
        let mut html = String::new();
        statement(&mut html, "A & B", "<script>\nx");
        assert_eq!(html, "<p><b>A &amp; B\u{a0}:</b> &lt;script&gt;<br>x</p>");
        assert_eq!(written("20260521"), "21/05/2026");
    }
}
