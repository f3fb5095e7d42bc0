//! The platform's secrets. One master key in a file that only its owner reads; everything else is sealed under it.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use jsonwebtoken::{DecodingKey, EncodingKey};
use relecture_crypto::{Context, DeviceKey, Digest, Key, derive_key, open, seal, sha256};
use relecture_signature::{
    CertifiedKey, EnrolmentCa, EnrolmentError, Signer as _, SoftwareKey, TimestampAuthority,
    TrustAnchors, VerifyError,
};
use rusqlite::Connection;
use zeroize::Zeroizing;

use crate::{
    config::{Authority, TimestampingService},
    store::keys,
};

/// Why the platform's keys could not be read or made.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    /// A key file could not be read or written.
    #[error("key file: {0}")]
    File(#[from] io::Error),
    /// A key is damaged, or belongs to another master key.
    #[error("key {0} does not open")]
    Damaged(&'static str),
    /// The database failed.
    #[error("database: {0}")]
    Store(#[from] rusqlite::Error),
    /// The authority of the signature certificates is not usable.
    #[error("enrolment authority: {0}")]
    Authority(#[from] EnrolmentError),
    /// The authority is no trust anchor.
    #[error("trust anchor: {0}")]
    Anchor(#[from] VerifyError),
}

/// A P-256 key that signs JSON Web Signatures.
pub(crate) struct JwsKey {
    pub(crate) signs: EncodingKey,
    pub(crate) verifies: DecodingKey,
    pub(crate) thumbprint: String,
    /// Public key as a JWK, JSON.
    pub(crate) jwk: String,
}

/// Authorities of others that are trusted.
#[derive(Clone, Copy)]
pub(crate) struct Trusted<'a> {
    pub(crate) timestamping: Option<&'a TimestampingService>,
    pub(crate) cards: &'a [Authority],
}

pub(crate) struct Keys {
    master: Key,
    /// Signs access tokens.
    pub(crate) tokens: JwsKey,
    /// Signs receipts (R78).
    pub(crate) receipts: JwsKey,
    /// Issues the signature certificates of installations.
    pub(crate) authority: EnrolmentCa,
    /// The platform's own timestamping service.
    pub(crate) timestamps: TimestampAuthority<CertifiedKey>,
    /// Whom the platform trusts to certify signers, and timestamping services.
    pub(crate) anchors: TrustAnchors,
}

impl Keys {
    /// Reads the keys, making those that do not exist yet.
    pub(crate) fn open(
        data_dir: &Path,
        db: &Connection,
        name: &str,
        trusted: Trusted<'_>,
        now: Timestamp,
    ) -> Result<Self, KeyError> {
        let master = master(&data_dir.join("master.key"))?;
        let tokens = jws_key(&master, db, "tokens")?;
        let receipts = jws_key(&master, db, "receipts")?;
        let authority = authority(&master, db, name, now)?;
        let timestamps = timestamps(&master, db, &authority, name, now)?;
        let own = authority.certificate_der();
        let of_cards = trusted
            .cards
            .iter()
            .map(|other| other.certificate.as_slice());
        let signers: Vec<&[u8]> = std::iter::once(own).chain(of_cards).collect();
        // Who vouches for physicians does not tell the time, nor the reverse.
        let timestamps_by: Vec<&[u8]> = match trusted.timestamping {
            None => vec![own],
            Some(service) => {
                let others = service.authorities.iter();
                others.map(|other| other.certificate.as_slice()).collect()
            }
        };
        let anchors = TrustAnchors::from_der(&signers)?.with_timestamps(&timestamps_by)?;
        Ok(Self {
            master,
            tokens,
            receipts,
            authority,
            timestamps,
            anchors,
        })
    }

    /// What is kept of a short secret that is only ever compared: nobody guesses it without the master key.
    pub(crate) fn tag(&self, kind: &str, owner: &[u8], secret: &[u8]) -> Digest {
        let key = derive_key(&[&self.master], &format!("relecture/tag/1/{kind}"));
        sha256(&[key.bytes().as_slice(), owner, secret].concat())
    }

    /// Seals a small secret of one object (a case key, a TOTP secret) under the master key.
    pub(crate) fn seal(&self, kind: &str, object: &[u8], secret: &[u8]) -> Vec<u8> {
        seal(&self.master, &Context::new(kind, &[object]), secret)
    }

    /// Opens what [`Keys::seal`] made for the same object; nothing when it was changed.
    pub(crate) fn open_sealed(
        &self,
        kind: &str,
        object: &[u8],
        sealed: &[u8],
    ) -> Option<Zeroizing<Vec<u8>>> {
        open(&self.master, &Context::new(kind, &[object]), sealed).ok()
    }
}

fn master(path: &PathBuf) -> Result<Key, KeyError> {
    if path.exists() {
        return Key::from_slice(&Zeroizing::new(fs::read(path)?))
            .ok_or(KeyError::Damaged("master"));
    }
    let key = Key::make();
    write_private(path, key.bytes())?;
    Ok(key)
}

/// Writes a file that only its owner may read, whole or not at all.
pub(crate) fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let draft = path.with_extension("new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_dir(path)
}

/// Makes the name of a file just written as durable as its bytes. Windows keeps names without being asked.
pub(crate) fn sync_dir(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        fs::File::open(folder)?.sync_all()?;
    }
    #[cfg(not(unix))]
    let _ = path;
    Ok(())
}

/// The secret called `name`, made by `make` at first use.
fn kept<E: From<rusqlite::Error> + From<KeyError>>(
    master: &Key,
    db: &Connection,
    name: &'static str,
    make: impl FnOnce() -> Result<Zeroizing<Vec<u8>>, E>,
) -> Result<Zeroizing<Vec<u8>>, E> {
    let context = Context::new("relecture/platform-key/1", &[name.as_bytes()]);
    if let Some(sealed) = keys::key(db, name)? {
        return Ok(open(master, &context, &sealed).map_err(|_| KeyError::Damaged(name))?);
    }
    let secret = make()?;
    keys::insert_key(db, name, &seal(master, &context, &secret))?;
    Ok(secret)
}

fn jws_key(master: &Key, db: &Connection, name: &'static str) -> Result<JwsKey, KeyError> {
    let pkcs8 = kept::<KeyError>(master, db, name, || {
        Ok(Zeroizing::new(DeviceKey::make().pkcs8().to_vec()))
    })?;
    let key = DeviceKey::from_pkcs8(&pkcs8).map_err(|_| KeyError::Damaged(name))?;
    let (x, y) = key.coordinates();
    let thumbprint = key.thumbprint();
    let jwk = format!(
        r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}","alg":"ES256","use":"sig","kid":"{thumbprint}"}}"#
    );
    Ok(JwsKey {
        signs: EncodingKey::from_ec_der(key.pkcs8()),
        verifies: DecodingKey::from_ec_components(x, y).map_err(|_| KeyError::Damaged(name))?,
        thumbprint,
        jwk,
    })
}

/// The key of the timestamping service, and its certificate by the authority.
fn timestamps(
    master: &Key,
    db: &Connection,
    authority: &EnrolmentCa,
    name: &str,
    now: Timestamp,
) -> Result<TimestampAuthority<CertifiedKey>, KeyError> {
    const KEY: &str = "timestamp-key";
    const CERTIFICATE: &str = "timestamp-certificate";
    let damaged = |_| KeyError::Damaged(KEY);
    let pkcs8 = kept::<KeyError>(master, db, KEY, || {
        SoftwareKey::generate()
            .and_then(|key| key.to_pkcs8())
            .map_err(damaged)
    })?;
    let key = || SoftwareKey::from_pkcs8(&pkcs8).map_err(damaged);
    let certificate = kept::<KeyError>(master, db, CERTIFICATE, || {
        let name = format!("{name} - timestamps (not qualified)");
        let certified = authority.certify_timestamping(key()?, &name, now)?;
        Ok(Zeroizing::new(certified.certificate_der().to_vec()))
    })?;
    let certified = key()?
        .certified(certificate.to_vec(), Vec::new())
        .map_err(|_| KeyError::Damaged(CERTIFICATE))?;
    TimestampAuthority::new(certified).map_err(|_| KeyError::Damaged(CERTIFICATE))
}

/// The certificate, then the key, both in PEM, as one secret.
fn authority(
    master: &Key,
    db: &Connection,
    name: &str,
    now: Timestamp,
) -> Result<EnrolmentCa, KeyError> {
    let pem = kept::<KeyError>(master, db, "authority", || {
        let authority =
            EnrolmentCa::generate(&format!("{name} - installations (not qualified)"), now)?;
        let pem = Zeroizing::new(
            [
                authority.certificate_pem()?.as_bytes(),
                authority.key_pem()?.as_bytes(),
            ]
            .concat(),
        );
        Ok(pem)
    })?;
    let pem = std::str::from_utf8(&pem).map_err(|_| KeyError::Damaged("authority"))?;
    let (certificate, key) = pem
        .find("-----BEGIN PRIVATE KEY-----")
        .and_then(|at| pem.split_at_checked(at))
        .ok_or(KeyError::Damaged("authority"))?;
    Ok(EnrolmentCa::from_pem(certificate, key)?)
}
