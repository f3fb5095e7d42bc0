//! What a subverted reader may write to its parent, and a parent to its reader.
#![no_main]

use libfuzzer_sys::fuzz_target;
use relecture_imaging_worker::{Images, OutlineEntry};
use relecture_imaging_worker::protocol::{
    Ask, Begin, Framed, Hello, Indexed, Linked, MAX_PAGE_BYTES, Opened, Recognised, Rendered, Say, Worded, receive,
    receive_bytes, send,
};
use serde::{Serialize, de::DeserializeOwned};

fuzz_target!(|bytes: &[u8]| {
    message::<Hello>(bytes);
    message::<Say<Opened>>(bytes);
    message::<Say<Rendered>>(bytes);
    message::<Say<Worded>>(bytes);
    message::<Say<Linked>>(bytes);
    message::<Say<Recognised>>(bytes);
    message::<Say<Vec<OutlineEntry>>>(bytes);
    message::<Say<Images>>(bytes);
    message::<Say<Framed>>(bytes);
    message::<Say<Indexed>>(bytes);
    message::<Begin>(bytes);
    message::<Ask>(bytes);
    let _ = receive_bytes(&mut &*bytes, MAX_PAGE_BYTES);
});

/// As a whole frame, and as what a frame of its length carries. What is understood can be said again.
fn message<M: Serialize + DeserializeOwned>(bytes: &[u8]) {
    let _ = receive::<M>(&mut &*bytes);
    let mut frame = Vec::with_capacity(4 + bytes.len());
    frame.extend(u32::try_from(bytes.len()).unwrap_or(0).to_le_bytes());
    frame.extend(bytes);
    if let Ok(understood) = receive::<M>(&mut frame.as_slice()) {
        let mut again = Vec::new();
        send(&mut again, &understood).expect("it was said once");
        assert!(receive::<M>(&mut again.as_slice()).is_ok());
    }
}
