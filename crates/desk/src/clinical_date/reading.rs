//! The dates that stand in the words of a paper, as they are written in France.
//!
//! A report bears several: of the act, of its printing, the patient's birth, the next appointment. What stands before a date tells
//! which one it is. It is a proposal, never more: the physician decides.

use jiff::civil::{Date, date};

use crate::search_case::folded;

/// Lines of the first page that are read: the act is dated at its head.
const LINES: usize = 80;
/// Letters before a date that tell what it is.
const BEFORE: usize = 48;
/// No paper of a case that is being treated is older.
const OLDEST: Date = date(1950, 1, 1);

/// What stands before the date of an act.
const OF_THE_ACT: &[&str] = &[
    "date de l'examen",
    "date d'examen",
    "date de realisation",
    "date du prelevement",
    "date de prelevement",
    "date de l'intervention",
    "date d'intervention",
    "date de consultation",
    "date de la consultation",
    "examen du",
    "examen realise",
    "realise le",
    "realisee le",
    "effectue le",
    "effectuee le",
    "preleve le",
    "prelevement du",
    "intervention du",
    "consultation du",
    "operatoire du",
    "rendu du",
    "reunion du",
    "hospitalisation du",
    "sejour du",
    "scanner du",
    "irm du",
];
/// What stands before the date of the paper itself.
const OF_THE_PAPER: &[&str] = &["fait le", "redige le", "date :", "date:", ", le"];
/// What stands before a date that is neither.
const OF_ANOTHER: &[&str] = &[
    "ne le",
    "nee le",
    "ne(e) le",
    "naissance",
    "ddn",
    "imprime",
    "edite le",
    "edition",
    // A hyphen within a word is folded away.
    "rendezvous",
    "rdv",
    "prochain",
    "jusqu",
    "a partir du",
    "valable",
    "depuis",
];

const MONTHS: [(&str, i8); 24] = [
    ("janvier", 1),
    ("fevrier", 2),
    ("mars", 3),
    ("avril", 4),
    ("mai", 5),
    ("juin", 6),
    ("juillet", 7),
    ("aout", 8),
    ("septembre", 9),
    ("octobre", 10),
    ("novembre", 11),
    ("decembre", 12),
    ("janv", 1),
    ("jan", 1),
    ("fevr", 2),
    ("fev", 2),
    ("avr", 4),
    ("juil", 7),
    ("sept", 9),
    ("sep", 9),
    ("oct", 10),
    ("nov", 11),
    ("dec", 12),
    ("mar", 3),
];

/// The date of the act that the first page of a paper reports, if its words tell one: no later than `today`, and not the patient's
/// birth.
pub(crate) fn read_date<'a>(
    lines: impl IntoIterator<Item = &'a str>,
    birth: Date,
    today: Date,
) -> Option<Date> {
    let mut best: Option<(u8, Date)> = None;
    let mut former = String::new();
    for line in lines.into_iter().take(LINES) {
        let line = line.replace(['‐', '‑', '–'], "-");
        for (at, found) in dates(&line) {
            if found > today || found < OLDEST || found == birth {
                continue;
            }
            // What is on the left of a date says what it is; above it, in a table.
            let before = folded(&format!("{former} {}", line.get(..at).unwrap_or_default()));
            let Some(weight) = weight(before.trim_end()) else {
                continue;
            };
            if best.is_none_or(|(most, _)| weight > most) {
                best = Some((weight, found));
            }
        }
        former = line;
    }
    best.map(|(_, found)| found)
}

/// How likely a date is that of the act; nothing for one that is not.
fn weight(before: &str) -> Option<u8> {
    let from = before.char_indices().rev().nth(BEFORE - 1);
    let near = from.map_or(before, |(at, _)| before.get(at..).unwrap_or(before));
    let last = |words: &[&str]| words.iter().filter_map(|word| near.rfind(word)).max();
    let (act, paper, other) = (last(OF_THE_ACT), last(OF_THE_PAPER), last(OF_ANOTHER));
    // What stands nearest counts.
    match (act.max(paper), other) {
        (nearest, Some(other)) if nearest.is_none_or(|at| at < other) => None,
        _ if act.is_some() => Some(3),
        _ if paper.is_some() => Some(2),
        _ => Some(1),
    }
}

/// The dates of a line and where each begins, in bytes.
fn dates(line: &str) -> Vec<(usize, Date)> {
    let mut found = Vec::new();
    let mut end = 0;
    let mut before = None;
    for (at, letter) in line.char_indices() {
        let former = before.replace(letter);
        let is_within = former.is_some_and(char::is_alphanumeric);
        if at < end || is_within || !letter.is_ascii_digit() {
            continue;
        }
        if let Some((length, date)) = line.get(at..).and_then(date_at) {
            found.push((at, date));
            end = at + length;
        }
    }
    found
}

/// The date with which a text begins, and how many bytes it takes.
fn date_at(text: &str) -> Option<(usize, Date)> {
    let (first, rest) = number(text)?;
    let after = |rest: &str| text.len() - rest.len();
    // 2026-03-12.
    if first.1 == 4 {
        let (month, rest) = number(rest.strip_prefix('-')?)?;
        let (day, rest) = number(rest.strip_prefix('-')?)?;
        return Some((after(rest), make(first.0, month.0, day.0)?));
    }
    // 12/03/2026, 12.03.26, 12-3-2026.
    if let Some(separator) = rest.chars().next().filter(|c| ['/', '.', '-'].contains(c)) {
        let (month, rest) = number(rest.strip_prefix(separator)?)?;
        let (year, rest) = number(rest.strip_prefix(separator)?)?;
        let year = match year {
            (year, 4) => year,
            (year, 2) => 2000 + year,
            _ => return None,
        };
        return Some((after(rest), make(year, month.0, first.0)?));
    }
    // 12 mars 2026, 1er avril 2026, 3 févr. 2026.
    let rest = rest.strip_prefix("er").unwrap_or(rest);
    let rest = rest.trim_start();
    let word_end = rest.find(|c: char| !c.is_alphabetic())?;
    let word = folded(rest.get(..word_end)?);
    let (_, month) = MONTHS.iter().find(|(name, _)| *name == word.as_str())?;
    let rest = rest.get(word_end..)?;
    let rest = rest.strip_prefix('.').unwrap_or(rest).trim_start();
    let (year, rest) = number(rest)?;
    if year.1 != 4 {
        return None;
    }
    let date = make(year.0, i16::from(*month), first.0)?;
    Some((after(rest), date))
}

/// The number with which a text begins, how many digits it has, and what follows.
fn number(text: &str) -> Option<((i16, usize), &str)> {
    let digits = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (number, rest) = text.split_at_checked(digits)?;
    Some(((number.parse().ok()?, digits), rest))
}

fn make(year: i16, month: i16, day: i16) -> Option<Date> {
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&str]) -> Option<Date> {
        let (birth, today) = (date(1964, 3, 14), date(2026, 6, 1));
        read_date(lines.iter().copied(), birth, today)
    }

    #[test]
    fn every_way_a_date_is_written_is_read() {
        for line in [
            "Lyon, le 12 mars 2026",
            "12/03/2026",
            "12.03.26",
            "12-3-2026",
            "2026-03-12",
            "jeudi 12 MARS 2026",
            "12 mar. 2026",
            "Dossier 44/2026/7, 12/03/2026 à 9 h",
        ] {
            assert_eq!(read(&[line]), Some(date(2026, 3, 12)), "{line}");
        }
        assert_eq!(read(&["1er août 2025"]), Some(date(2025, 8, 1)));
        assert_eq!(read(&["3 févr. 2025"]), Some(date(2025, 2, 3)));
    }

    #[test]
    fn what_is_no_date_is_not_read() {
        for line in [
            "31/02/2026",
            "12/2026",
            "112/03/2026",
            "version 1.2.3",
            "TA 12/8",
            "12 comprimés 2026",
            "04 72 12 03 20",
            "A12/03/2026",
        ] {
            assert_eq!(read(&[line]), None, "{line}");
        }
    }

    #[test]
    fn the_date_of_the_act_is_told_from_the_others() {
        let act = Some(date(2026, 3, 12));
        assert_eq!(
            read(&[
                "Édité le 20/03/2026",
                "Né le 14/03/1964, patient depuis le 02/02/2020",
                "Date de l’examen : 12/03/2026",
                "Lyon, le 18 mars 2026",
            ]),
            act
        );
        assert_eq!(read(&["M. X", "Date de prélèvement", "12/03/2026"]), act);
        assert_eq!(read(&["5 janvier 2026", "Valence, le 12 mars 2026"]), act);
        // The birth, under whatever name; the future; what was long before.
        assert_eq!(read(&["14/03/1964", "12/03/2026"]), act);
        assert_eq!(read(&["Prochain contrôle : 12/05/2026"]), None);
        assert_eq!(read(&["Rendez-vous le 12/05/2026"]), None);
        assert_eq!(read(&["Examen du 12/03/2031", "12/03/1931"]), None);
        // The nearest word counts.
        assert_eq!(read(&["Né le 14/03/1960, examen du 12/03/2026"]), act);
        assert_eq!(read(&["Examen du patient né le 02/02/1960"]), None);
    }
}
