//! What may be said of a patient before and after acceptance.

use jiff::civil::Date;

/// Sex as recorded by the platform.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sex {
    /// Féminin.
    Female,
    /// Masculin.
    Male,
    /// Not recorded.
    Unknown,
}

/// An age rounded so that an offer identifies nobody (R26): ten years for adults, five for minors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeBand {
    /// Youngest age of the band, in years.
    pub from: u8,
    /// Oldest age of the band, in years.
    pub to: u8,
}

impl AgeBand {
    /// The band that holds the age reached on `on` by somebody born on `born`. Nothing before birth.
    pub fn of(born: Date, on: Date) -> Option<Self> {
        let age = age(born, on)?;
        let width = if age < 20 { 5 } else { 10 };
        let from = age / width * width;
        Some(Self {
            from,
            to: from + width - 1,
        })
    }
}

/// Completed years between two dates.
pub fn age(born: Date, on: Date) -> Option<u8> {
    let before_birthday = (on.month(), on.day()) < (born.month(), born.day());
    let years = i32::from(on.year()) - i32::from(born.year()) - i32::from(before_birthday);
    u8::try_from(years).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// R26: an offer shows a band, never an age.
    #[test]
    fn bands_are_wide_enough() {
        let on = date(2026, 6, 4);
        assert_eq!(
            AgeBand::of(date(1964, 3, 14), on),
            Some(AgeBand { from: 60, to: 69 })
        );
        assert_eq!(
            AgeBand::of(date(2012, 9, 21), on),
            Some(AgeBand { from: 10, to: 14 })
        );
        assert_eq!(AgeBand::of(date(1964, 6, 5), on).map(|b| b.from), Some(60));
        assert_eq!(AgeBand::of(date(2027, 1, 1), on), None);
    }

    #[test]
    fn a_birthday_counts_from_its_day() {
        assert_eq!(age(date(1964, 6, 5), date(2026, 6, 4)), Some(61));
        assert_eq!(age(date(1964, 6, 5), date(2026, 6, 5)), Some(62));
    }
}
