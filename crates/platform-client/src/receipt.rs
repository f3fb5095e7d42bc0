//! The platform's signed receipt (R78).

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, jwk::Jwk};
use relecture_platform_api::Receipt;
use thiserror::Error;

/// The receipt is not one of this platform.
#[derive(Debug, Error)]
pub enum ReceiptError {
    /// The platform's receipt key is unreadable.
    #[error("the platform's receipt key is unreadable")]
    Key,
    /// The signature does not verify.
    #[error("the receipt's signature does not verify")]
    Signature(#[source] jsonwebtoken::errors::Error),
}

/// Verifies a receipt (compact JWS, ES256) under the key that the platform gave at enrolment (JWK, JSON).
///
/// # Errors
/// [`ReceiptError`].
pub fn verify_receipt(jws: &str, receipt_key: &str) -> Result<Receipt, ReceiptError> {
    let jwk: Jwk = serde_json::from_str(receipt_key).map_err(|_| ReceiptError::Key)?;
    let key = DecodingKey::from_jwk(&jwk).map_err(|_| ReceiptError::Key)?;
    let mut validation = Validation::new(Algorithm::ES256);
    // A receipt never expires and has no audience: it is a statement, not a token.
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    decode(jws, &key, &validation)
        .map(|receipt| receipt.claims)
        .map_err(ReceiptError::Signature)
}
