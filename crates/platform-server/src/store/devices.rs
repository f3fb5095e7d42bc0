//! Enrolled installations and their signature certificates.

use jiff::Timestamp;
use relecture_crypto::Digest;
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use uuid::Uuid;

pub(crate) struct Device {
    pub(crate) id: Uuid,
    pub(crate) expert: Uuid,
    pub(crate) key_thumbprint: String,
    pub(crate) key_jwk: String,
    pub(crate) name: String,
    pub(crate) sealing_key: Vec<u8>,
    /// JSON list of base64 DER.
    pub(crate) signature_chain: String,
    pub(crate) vault_key_sealed: Vec<u8>,
    /// What its vault sealed in an epoch before this is not opened any more.
    pub(crate) vault_epoch: u64,
    pub(crate) enrolled_at: Timestamp,
    pub(crate) revoked_at: Option<Timestamp>,
}

fn device(row: &Row<'_>) -> Result<Device> {
    Ok(Device {
        id: row.get("id")?,
        expert: row.get("expert")?,
        key_thumbprint: row.get("key_thumbprint")?,
        key_jwk: row.get("key_jwk")?,
        name: row.get("name")?,
        sealing_key: row.get("sealing_key")?,
        signature_chain: row.get("signature_chain")?,
        vault_key_sealed: row.get("vault_key_sealed")?,
        vault_epoch: row.get::<_, i64>("vault_epoch")?.unsigned_abs(),
        enrolled_at: row.get("enrolled_at")?,
        revoked_at: row.get("revoked_at")?,
    })
}

/// Writes a device; one that enrols again keeps its identifier and its vault key.
pub(crate) fn save(db: &Connection, device: &Device, certificate: Digest) -> Result<()> {
    db.execute(
        "INSERT INTO device (id, expert, key_thumbprint, key_jwk, name, sealing_key, signature_chain, vault_key_sealed, enrolled_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, sealing_key = excluded.sealing_key,
            signature_chain = excluded.signature_chain, enrolled_at = excluded.enrolled_at",
        params![
            device.id, device.expert, device.key_thumbprint, device.key_jwk, device.name,
            device.sealing_key, device.signature_chain, device.vault_key_sealed, device.enrolled_at,
        ],
    )?;
    db.execute(
        "INSERT INTO device_certificate (sha256, device) VALUES (?1, ?2)",
        params![certificate.0, device.id],
    )?;
    Ok(())
}

pub(crate) fn by_key(db: &Connection, thumbprint: &str) -> Result<Option<Device>> {
    db.query_row(
        "SELECT * FROM device WHERE key_thumbprint = ?1",
        [thumbprint],
        device,
    )
    .optional()
}

pub(crate) fn by_id(db: &Connection, id: Uuid) -> Result<Option<Device>> {
    db.query_row("SELECT * FROM device WHERE id = ?1", [id], device)
        .optional()
}

/// Every device of an expert, the newest first.
pub(crate) fn of_expert(db: &Connection, expert: Uuid) -> Result<Vec<Device>> {
    db.prepare("SELECT * FROM device WHERE expert = ?1 ORDER BY enrolled_at DESC, id DESC")?
        .query_map([expert], device)?
        .collect()
}

/// The device that a signature certificate was issued to.
pub(crate) fn by_certificate(db: &Connection, certificate: Digest) -> Result<Option<Device>> {
    db.query_row(
        "SELECT device.* FROM device JOIN device_certificate ON device.id = device_certificate.device WHERE sha256 = ?1",
        params![certificate.0],
        device,
    )
    .optional()
}

/// Whether this key is that of a revoked installation.
pub(crate) fn is_revoked(db: &Connection, thumbprint: &str) -> Result<bool> {
    Ok(by_key(db, thumbprint)?.is_some_and(|device| device.revoked_at.is_some()))
}

/// The certificates of revoked devices (as in [`Device::signature_chain`]), and since when.
pub(crate) fn revoked(db: &Connection) -> Result<Vec<(String, Timestamp)>> {
    db.prepare("SELECT signature_chain, revoked_at FROM device WHERE revoked_at IS NOT NULL")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect()
}

pub(crate) fn revoke(db: &Connection, id: Uuid, at: Timestamp) -> Result<()> {
    db.execute(
        "UPDATE device SET revoked_at = coalesce(revoked_at, ?2) WHERE id = ?1",
        params![id, at],
    )?;
    Ok(())
}

/// Whether the vault of a device may be in this epoch; if so, no former one is any more.
pub(crate) fn raise_vault_epoch(db: &Connection, id: Uuid, epoch: u64) -> Result<bool> {
    let Ok(epoch) = i64::try_from(epoch) else {
        return Ok(false);
    };
    let rows = db.execute(
        "UPDATE device SET vault_epoch = ?2 WHERE id = ?1 AND vault_epoch <= ?2",
        params![id, epoch],
    )?;
    Ok(rows == 1)
}
