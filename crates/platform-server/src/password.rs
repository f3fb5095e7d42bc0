//! The two factors of the platform account: password (Argon2id) and TOTP (R9).

use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::SaltString,
};
use jiff::Timestamp;
use relecture_crypto::{Digest, make_bytes, sha256};
use totp_rs::Builder;
use zeroize::Zeroizing;

use crate::refusal::{Outcome, Refusal};

/// Kind of a sealed TOTP secret.
pub(crate) const TOTP: &str = "relecture/totp-secret/1";

/// Argon2id (RFC 9106): 64 MiB, three passes, one lane; some 180 ms on a core of 2026.
fn argon2() -> Argon2<'static> {
    let params = Params::new(64 * 1024, 3, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// [A section 9]: 8 to 25 characters of four classes.
pub(crate) fn is_acceptable(password: &str) -> bool {
    let has = |class: fn(char) -> bool| password.chars().any(class);
    (8..=25).contains(&password.chars().count())
        && has(char::is_uppercase)
        && has(char::is_lowercase)
        && has(|c| c.is_ascii_digit())
        && has(|c| !c.is_alphanumeric())
}

/// Whether a person chose it well: not one of the common ones, not made of what is known of him. A guess of zxcvbn below 10^8
/// tries is refused (CNIL, délibération 2022-100, asks for a list of common passwords where tries are limited).
pub(crate) fn is_hard_to_guess(password: &str, known: &[&str]) -> bool {
    let words: Vec<&str> = known
        .iter()
        .flat_map(|text| text.split(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.chars().count() > 2)
        .chain(known.iter().copied())
        .chain(FRENCH)
        .collect();
    zxcvbn::zxcvbn(password, &words).score() >= zxcvbn::Score::Three
}

/// What people in France choose first, and zxcvbn's English lists do not have.
const FRENCH: [&str; 32] = [
    "azerty",
    "azertyuiop",
    "motdepasse",
    "bonjour",
    "soleil",
    "doudou",
    "loulou",
    "chouchou",
    "marseille",
    "toulouse",
    "bordeaux",
    "nantes",
    "chocolat",
    "coucou",
    "jetaime",
    "amour",
    "maison",
    "bienvenue",
    "medecin",
    "docteur",
    "hopital",
    "chirurgien",
    "sante",
    "clinique",
    "printemps",
    "automne",
    "hiver",
    "janvier",
    "septembre",
    "decembre",
    "vacances",
    "famille",
];

/// A password for somebody who forgot his: 55 bits, in signs that are not confused on the telephone. It serves once, beside
/// the TOTP.
pub(crate) fn provisional() -> Zeroizing<String> {
    const LETTERS: &[u8] = b"bcdfghjkmnprtvxz";
    const DIGITS: &[u8] = b"23456789";
    const CAPITALS: &[u8] = b"BCDFGHJKMNPRTVXZ";
    let shape = [CAPITALS]
        .into_iter()
        .chain([LETTERS; 4])
        .chain([&b"-"[..]])
        .chain([DIGITS; 4])
        .chain([&b"-"[..]])
        .chain([LETTERS; 5]);
    let signs = shape.zip(make_bytes::<16>());
    signs
        .filter_map(|(from, byte)| from.get(usize::from(byte) % from.len()))
        .map(|sign| char::from(*sign))
        .collect::<String>()
        .into()
}

pub(crate) fn hash(password: &str) -> Outcome<String> {
    let salt = SaltString::encode_b64(&make_bytes::<16>()).map_err(|_| Refusal::fault("salt"))?;
    let hash = argon2()
        .hash_password(password.as_bytes(), &salt)
        .map_err(|_| Refusal::fault("password hash"))?;
    Ok(hash.to_string())
}

/// Whether the password is right. An account that does not exist costs the same time.
pub(crate) fn matches(password: &str, hash: Option<&str>) -> bool {
    if let Some(Ok(hash)) = hash.map(PasswordHash::new) {
        return argon2().verify_password(password.as_bytes(), &hash).is_ok();
    }
    let mut output = [0; 32];
    let spent = argon2().hash_password_into(password.as_bytes(), b"no such account.", &mut output);
    std::hint::black_box((spent.is_ok(), output));
    false
}

/// What a code proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Totp {
    /// It is that of this step, which is within one step of now and after the last one accepted (R9).
    Step(u64),
    /// It is that of another moment: the clock of the telephone is wrong. It proves nothing.
    Skewed,
    Wrong,
}

/// Steps around now among which a clock is looked for that is wrong: two minutes either way.
const SKEWED: u16 = 4;

/// Looks at a code of RFC 6238.
pub(crate) fn totp(secret: &[u8], code: &str, last: u64, now: Timestamp) -> Totp {
    let code: String = code.chars().filter(|c| !c.is_whitespace()).collect();
    let step = |skew: u16| {
        let totp = Builder::new()
            .with_secret(secret.to_vec())
            .with_skew(skew)
            .build()
            .ok()?;
        totp.check(&code, u64::try_from(now.as_second()).ok()?)
            .filter(|step| *step > last)
    };
    match (step(1), step(SKEWED)) {
        (Some(step), _) => Totp::Step(step),
        (None, Some(_)) => Totp::Skewed,
        (None, None) => Totp::Wrong,
    }
}

/// One spelling per address.
pub(crate) fn normal_email(email: &str) -> String {
    email.trim().to_lowercase()
}

/// The name under which failures of an address are counted, known or not.
pub(crate) fn account_digest(email: &str) -> Digest {
    sha256(normal_email(email).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r16_a_provisional_password_follows_the_rules_and_is_another_each_time() {
        let (one, other) = (provisional(), provisional());
        assert!(is_acceptable(&one), "{}", *one);
        assert!(is_hard_to_guess(&one, &[]));
        assert_ne!(one, other);
    }

    #[test]
    fn r16_common_and_personal_passwords_are_refused() {
        let known = ["helene.essai@example.org", "Dr Hélène Essai", "Relecture"];
        for weak in [
            "Password1!",
            "Azerty123!",
            "Bonjour2026!",
            "Helene1!",
            "Relecture1!",
        ] {
            assert!(is_acceptable(weak), "{weak} follows the rules");
            assert!(!is_hard_to_guess(weak, &known), "{weak}");
        }
        for strong in ["Vent-7-Crapaud!", "xK4!vq9Lz"] {
            assert!(
                is_acceptable(strong) && is_hard_to_guess(strong, &known),
                "{strong}"
            );
        }
    }

    /// RFC 6238 appendix B, SHA-1: the last six of its eight digits.
    #[test]
    fn r9_the_vectors_of_rfc_6238() {
        let secret = b"12345678901234567890";
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now = Timestamp::from_second(second).expect("an instant");
            let step = u64::try_from(second / 30).expect("after 1970");
            assert_eq!(totp(secret, code, 0, now), Totp::Step(step), "{second}");
            assert_eq!(totp(secret, code, step, now), Totp::Wrong, "once");
            let late = Timestamp::from_second(second + 90).expect("an instant");
            assert_eq!(totp(secret, code, 0, late), Totp::Skewed, "90 s late");
            let later = Timestamp::from_second(second + 600).expect("an instant");
            assert_eq!(totp(secret, code, 0, later), Totp::Wrong, "ten minutes");
        }
    }
}
