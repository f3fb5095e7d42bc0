//! What seals are bound to. Both sides build the same bytes from here; the ciphers themselves are in `relecture-crypto`.

use uuid::Uuid;

/// Kind of the sealing context of a piece; its parts are [`piece_parts`].
pub const PIECE: &str = "relecture/piece/1";

/// HPKE info of a case key on its way to a device; the additional data is the assignment's identifier.
pub const CASE_KEY: &str = "relecture/case-key/1";

/// HPKE info of the platform's half of the vault's key; the additional data is the device's identifier.
pub const VAULT_SECRET: &str = "relecture/vault-secret/1";

/// HPKE info of a secret that only the platform opens again, for the vault's key; the additional data are [`vault_seal`].
pub const VAULT_SEAL: &str = "relecture/vault-secret/2";

/// What binds such a secret to its device and to the vault's epoch.
pub fn vault_seal(device: Uuid, epoch: u64) -> Vec<u8> {
    [device.as_bytes().as_slice(), &epoch.to_be_bytes()].concat()
}

/// The parts that bind a sealed piece to its assignment, document and version, in the order of the context.
pub fn piece_parts(assignment: Uuid, document: Uuid, version: u32) -> [Vec<u8>; 3] {
    [
        assignment.as_bytes().to_vec(),
        document.as_bytes().to_vec(),
        version.to_be_bytes().to_vec(),
    ]
}
