//! `relecture-card MODULE`: answers one question about the cards behind a PKCS#11 module, then ends (`relecture_signature::card`).
//!
//! ```text
//! standard input:  one CardQuestion, a line of JSON     standard output:  one CardAnswer, likewise
//! ```

use std::io::{Read, Write, stdin, stdout};
use std::process::ExitCode;

use cryptoki::context::{CInitializeArgs, CInitializeFlags, Pkcs11};
use cryptoki::error::{Error, RvError};
use cryptoki::mechanism::Mechanism;
use cryptoki::object::{Attribute, AttributeType, KeyType, ObjectClass, ObjectHandle};
use cryptoki::session::{Session, UserType};
use cryptoki::slot::{Slot, TokenInfo};
use cryptoki::types::AuthPin;
use relecture_signature::card::{Card, CardAnswer, CardError, CardQuestion, PinTries};
use relecture_signature::card::{der_signature, digest_info};
use zeroize::Zeroizing;

/// A question is a digest and a PIN.
const MAX_QUESTION: u64 = 4096;

fn main() -> ExitCode {
    let Some(module) = std::env::args_os().nth(1) else {
        return ExitCode::FAILURE;
    };
    let mut question = Zeroizing::new(Vec::new());
    if stdin()
        .lock()
        .take(MAX_QUESTION)
        .read_to_end(&mut question)
        .is_err()
    {
        return ExitCode::FAILURE;
    }
    let Ok(question) = serde_json::from_slice::<CardQuestion>(&question) else {
        return ExitCode::FAILURE;
    };
    let answer = loaded(&module)
        .and_then(|module| answered(&module, question))
        .unwrap_or_else(CardAnswer::Refused);
    let Ok(answer) = serde_json::to_vec(&answer) else {
        return ExitCode::FAILURE;
    };
    match stdout().lock().write_all(&answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

fn loaded(module: &std::ffi::OsStr) -> Result<Pkcs11, CardError> {
    let module = Pkcs11::new(module).map_err(|_| CardError::ModuleMissing)?;
    module
        .initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK))
        .map_err(|error| told(&error))?;
    Ok(module)
}

fn answered(module: &Pkcs11, question: CardQuestion) -> Result<CardAnswer, CardError> {
    match question {
        CardQuestion::Cards => cards(module).map(CardAnswer::Cards),
        CardQuestion::Sign {
            card,
            key,
            digest,
            pin,
        } => {
            let bad = |_| CardError::Refused("question".to_owned());
            let key = hex::decode(key).map_err(bad)?;
            let digest = hex::decode(digest).map_err(bad)?;
            let signature = sign(module, &card, &key, &digest, pin)?;
            Ok(CardAnswer::Signature(hex::encode(signature)))
        }
    }
}

/// Slots whose card can be read; one that is being taken out is not there.
fn slots(module: &Pkcs11) -> Result<Vec<(Slot, TokenInfo)>, CardError> {
    let slots = module
        .get_slots_with_initialized_token()
        .map_err(|error| told(&error))?;
    Ok(slots
        .into_iter()
        .filter_map(|slot| Some((slot, module.get_token_info(slot).ok()?)))
        .collect())
}

fn cards(module: &Pkcs11) -> Result<Vec<Card>, CardError> {
    let mut cards = Vec::new();
    for (slot, token) in slots(module)? {
        // Certificates are public: no PIN is asked to show them.
        let certificates = module
            .open_ro_session(slot)
            .and_then(|session| certificates(&session));
        let Ok(certificates) = certificates else {
            continue;
        };
        cards.push(Card {
            label: token.label().trim().to_owned(),
            serial: token.serial_number().trim().to_owned(),
            asks_for_pin: token.protected_authentication_path(),
            tries: tries(&token),
            certificates,
        });
    }
    Ok(cards)
}

fn tries(token: &TokenInfo) -> PinTries {
    if token.user_pin_locked() {
        PinTries::None
    } else if token.user_pin_final_try() {
        PinTries::Last
    } else if token.user_pin_count_low() {
        PinTries::Few
    } else {
        PinTries::Enough
    }
}

fn certificates(session: &Session) -> Result<Vec<(String, String)>, Error> {
    let mut found = Vec::new();
    for object in session.find_objects(&[Attribute::Class(ObjectClass::CERTIFICATE)])? {
        let attributes =
            session.get_attributes(object, &[AttributeType::Id, AttributeType::Value])?;
        let (mut id, mut value) = (None, None);
        for attribute in attributes {
            match attribute {
                Attribute::Id(bytes) => id = Some(bytes),
                Attribute::Value(bytes) => value = Some(bytes),
                _ => {}
            }
        }
        if let (Some(id), Some(value)) = (id, value) {
            found.push((hex::encode(id), hex::encode(value)));
        }
    }
    Ok(found)
}

fn sign(
    module: &Pkcs11,
    card: &str,
    key: &[u8],
    digest: &[u8],
    pin: Option<Zeroizing<String>>,
) -> Result<Vec<u8>, CardError> {
    let (slot, token) = slots(module)?
        .into_iter()
        .find(|(_, token)| token.serial_number().trim() == card)
        .ok_or(CardError::CardMissing)?;
    let session = module.open_ro_session(slot).map_err(|error| told(&error))?;
    let pin = match pin {
        Some(pin) => Some(AuthPin::new(pin.as_str().into())),
        None if token.protected_authentication_path() => None,
        None => return Err(CardError::PinLength),
    };
    match session.login(UserType::User, pin.as_ref()) {
        Ok(()) | Err(Error::Pkcs11(RvError::UserAlreadyLoggedIn, _)) => {}
        Err(Error::Pkcs11(RvError::PinIncorrect, _)) => {
            // Asked again: the card knows now what is left.
            let left = module.get_token_info(slot).map(|token| tries(&token));
            return Err(CardError::PinIncorrect(left.unwrap_or(PinTries::Few)));
        }
        Err(error) => return Err(told(&error)),
    }
    let template = [
        Attribute::Class(ObjectClass::PRIVATE_KEY),
        Attribute::Id(key.to_vec()),
    ];
    let objects = session
        .find_objects(&template)
        .map_err(|error| told(&error))?;
    let [private] = objects.as_slice() else {
        return Err(CardError::KeyMissing);
    };
    let signature = if kind(&session, *private)? == KeyType::RSA {
        session.sign(&Mechanism::RsaPkcs, *private, &digest_info(digest))
    } else {
        session
            .sign(&Mechanism::Ecdsa, *private, digest)
            .map(|raw| der_signature(&raw))
    };
    signature.map_err(|error| told(&error))
}

fn kind(session: &Session, key: ObjectHandle) -> Result<KeyType, CardError> {
    let attributes = session
        .get_attributes(key, &[AttributeType::KeyType])
        .map_err(|error| told(&error))?;
    match attributes.as_slice() {
        [Attribute::KeyType(kind)] => Ok(*kind),
        _ => Err(CardError::KeyMissing),
    }
}

/// What the module's refusal means to whoever holds the card.
fn told(error: &Error) -> CardError {
    let Error::Pkcs11(code, _) = error else {
        return CardError::Refused("library".to_owned());
    };
    match code {
        RvError::PinIncorrect => CardError::PinIncorrect(PinTries::Few),
        RvError::PinLenRange | RvError::PinInvalid => CardError::PinLength,
        RvError::PinLocked => CardError::PinLocked,
        RvError::PinExpired => CardError::PinExpired,
        RvError::FunctionCanceled | RvError::Cancel | RvError::FunctionRejected => {
            CardError::GivenUp
        }
        RvError::TokenNotPresent
        | RvError::TokenNotRecognized
        | RvError::DeviceRemoved
        | RvError::DeviceError
        | RvError::SlotIdInvalid
        | RvError::SessionClosed
        | RvError::SessionHandleInvalid => CardError::CardMissing,
        other => CardError::Refused(format!("{other:?}")),
    }
}
