//! What a hand does to a window, through the window manager (EWMH): no driver closes a window as its owner does.

use x11rb::{
    connection::Connection as _,
    protocol::xproto::{AtomEnum, ClientMessageEvent, ConnectionExt as _, EventMask, Window},
};

/// Asks the window manager of a screen to close the window of this title, as its button would; tells whether there was one.
///
/// # Errors
/// The screen does not answer.
pub(super) fn close(display: &str, title: &str) -> Result<bool, Box<dyn std::error::Error>> {
    let (screen_of, number) = x11rb::connect(Some(display))?;
    let root = screen_of
        .setup()
        .roots
        .get(number)
        .ok_or("there is no screen")?
        .root;
    let atom = |name: &str| -> Result<u32, Box<dyn std::error::Error>> {
        Ok(screen_of.intern_atom(false, name.as_bytes())?.reply()?.atom)
    };
    let property = |window: Window, name: &str, kind: u32| {
        let name = atom(name)?;
        let asked = screen_of.get_property(false, window, name, kind, 0, 1_024)?;
        Ok::<_, Box<dyn std::error::Error>>(asked.reply()?)
    };
    let windows = property(root, "_NET_CLIENT_LIST", AtomEnum::WINDOW.into())?;
    for window in windows.value32().into_iter().flatten() {
        let name = property(window, "_NET_WM_NAME", atom("UTF8_STRING")?)?;
        if name.value != title.as_bytes() {
            continue;
        }
        let close = ClientMessageEvent::new(32, window, atom("_NET_CLOSE_WINDOW")?, [0; 5]);
        let mask = EventMask::SUBSTRUCTURE_NOTIFY | EventMask::SUBSTRUCTURE_REDIRECT;
        // The screen has it before the connection ends: what is on its way then is lost.
        screen_of.send_event(false, root, mask, close)?.check()?;
        return Ok(true);
    }
    Ok(false)
}
