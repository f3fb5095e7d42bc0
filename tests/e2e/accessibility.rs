//! What a screen reader is told: the accessibility tree of the real webview, over the real accessibility bus (AT-SPI 2).

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail, ensure};
use relecture_testkit::{
    desktop::{button, css},
    walk,
};
use zbus::{
    blocking::{Connection, Proxy, connection},
    zvariant::OwnedObjectPath,
};

use crate::Stage;

const REGISTRY: &str = "org.a11y.atspi.Registry";
const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";
/// Objects of a tree: a window has a few thousand.
const MOST: usize = 20_000;
/// How long the tree may take to follow the screen.
const PATIENCE: Duration = Duration::from_secs(30);

/// The accessibility bus of a desktop session.
fn bus(session: &str) -> Result<Connection> {
    let session = connection::Builder::address(session)?.build()?;
    let launcher = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus")?;
    let address: String = launcher.call("GetAddress", &())?;
    Ok(connection::Builder::address(address.as_str())?.build()?)
}

/// An object of the tree: the name of its program on the bus, and its path there.
type Object = (String, String);

/// What stands under an object, in order.
fn children(object: &Proxy<'_>) -> Vec<Object> {
    let path = |(name, path): (String, OwnedObjectPath)| (name, path.to_string());
    let all: zbus::Result<Vec<(String, OwnedObjectPath)>> = object.call("GetChildren", &());
    match all {
        Ok(all) if !all.is_empty() => all.into_iter().map(path).collect(),
        // The socket in which the page stands names what is plugged into it by number only.
        _ => object
            .call("GetChildAtIndex", &(0,))
            .map(path)
            .into_iter()
            .collect(),
    }
}

/// Every word of the tree, in the order in which a screen reader reads it.
fn words(bus: &Connection) -> Result<Vec<String>> {
    let mut waiting: Vec<Object> = vec![(REGISTRY.to_owned(), ROOT.to_owned())];
    let mut words = Vec::new();
    let mut met = 0;
    while let Some((name, path)) = waiting.pop() {
        met += 1;
        ensure!(met < MOST, "the tree has no end");
        let object = Proxy::new(bus, name.as_str(), path.as_str(), ACCESSIBLE)?;
        let Ok(interfaces) = object.call::<_, _, Vec<String>>("GetInterfaces", &()) else {
            // Gone meanwhile.
            continue;
        };
        if interfaces.iter().any(|interface| interface == TEXT) {
            let text = Proxy::new(bus, name.as_str(), path.as_str(), TEXT)?;
            words.extend(text.call::<_, _, String>("GetText", &(0, -1)));
        }
        waiting.extend(children(&object).into_iter().rev());
    }
    Ok(words)
}

/// Waits until these are read one after the other, others between them.
async fn read_in_order(session: &str, wanted: &'static [&'static str]) -> Result<()> {
    let session = session.to_owned();
    tokio::task::spawn_blocking(move || {
        let bus = bus(&session).context("the accessibility bus")?;
        // As a screen reader does: the page tells its tree only to who listens.
        let registry = "/org/a11y/atspi/registry";
        let registry = Proxy::new(&bus, REGISTRY, registry, REGISTRY)?;
        registry.call::<_, _, ()>("RegisterEvent", &("object:children-changed",))?;
        let begun = Instant::now();
        loop {
            let all = words(&bus)?.join("\n");
            let mut left = all.as_str();
            let missing = wanted.iter().find(|wanted| {
                let after = left.split_once(**wanted).map(|(_, after)| after);
                left = after.unwrap_or(left);
                after.is_none()
            });
            let Some(missing) = missing else {
                return Ok(());
            };
            if begun.elapsed() > PATIENCE {
                bail!("{missing:?} is not read where it should be, in:\n{all}");
            }
            std::thread::sleep(Duration::from_millis(300));
        }
    })
    .await?
}

/// R117: the words of a page reach the screen reader in reading order, from a tagged PDF (typst) and from one without tags (pdfTeX).
#[tokio::test]
async fn r117_the_words_of_a_page_reach_the_screen_reader_in_reading_order() -> Result<()> {
    // The automatic tests do without the bus otherwise.
    let stage = Stage::open(&[("NO_AT_BRIDGE", "0")]).await?;
    let desktop = &stage.desktop;
    stage.open_case().await?;
    walk::open_piece(desktop, 3).await?;
    desktop
        .wait_for(&css("[data-page='1'] .words span"))
        .await?;
    read_in_order(stage.session.bus(), TAGGED).await?;

    let (case, _) = stage.platform.case(ARTICLE)?;
    desktop.click(&button("Se déconnecter")).await?;
    walk::sign_in(desktop, stage.platform.expert_of(ARTICLE)?).await?;
    walk::examine(desktop, case).await?;
    walk::accept(desktop).await?;
    walk::open_case(desktop, case).await?;
    walk::wait_for_pieces(desktop).await?;
    let number = case
        .file
        .pieces
        .iter()
        .find(|piece| piece.foreign.as_deref() == Some("survival-article"));
    walk::open_piece(desktop, number.context("the article")?.number).await?;
    desktop
        .wait_for(&css("[data-page='1'] .words span"))
        .await?;
    read_in_order(stage.session.bus(), UNTAGGED).await
}

/// The case whose piece has no tags.
const ARTICLE: &str = "valve";

/// Of the report of pathology: a heading, the words under it, a table row by row.
const TAGGED: &[&str] = &[
    "Pièces",
    "Laboratoire d’anatomie et de cytologie pathologiques",
    "Macroscopie",
    "Microscopie",
    "Les noyaux sont ronds",
    "Anticorps",
    "Interprétation",
    "PAX8",
    "Origine rénale",
    "CA IX",
    "Commentaire",
    "Conclusion",
];

/// Of the article.
const UNTAGGED: &[&str] = &[
    "Adjusted Survival Curves",
    "Terry M Therneau, Cynthia S Crowson, Elizabeth J Atkinson",
    "Jan 2015",
];
