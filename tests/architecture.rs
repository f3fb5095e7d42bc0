//! The house keeps its arrows: who may import whom (docs/architecture.md), and which library lives in which room.
//!
//! Reads `cargo metadata`; an arrow or a library that the tables below do not name fails the test.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "helpers of tests fail as tests do"
)]

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

/// Crate, then what it may use besides the outside world. Development dependencies may also use testkit.
const ARROWS: &[(&str, &[&str])] = &[
    (
        "relecture",
        &[
            "relecture-bridge",
            "relecture-desk",
            "relecture-imaging-worker",
        ],
    ),
    (
        "relecture-bridge",
        &[
            "relecture-crypto",
            "relecture-desk",
            "relecture-domain",
            "relecture-platform-api",
        ],
    ),
    (
        "relecture-desk",
        &[
            "relecture-vault",
            "relecture-journal",
            "relecture-identity",
            "relecture-imaging-worker",
            "relecture-report",
            "relecture-signature",
            "relecture-platform-client",
            "relecture-platform-api",
            "relecture-crypto",
            "relecture-domain",
        ],
    ),
    (
        "relecture-vault",
        &[
            "relecture-platform-api",
            "relecture-crypto",
            "relecture-domain",
        ],
    ),
    (
        "relecture-journal",
        &[
            "relecture-platform-api",
            "relecture-crypto",
            "relecture-domain",
        ],
    ),
    (
        "relecture-identity",
        &[
            "relecture-platform-api",
            "relecture-crypto",
            "relecture-domain",
        ],
    ),
    (
        "relecture-imaging-worker",
        &["relecture-imaging", "relecture-domain"],
    ),
    (
        "relecture-report",
        &["relecture-platform-api", "relecture-domain"],
    ),
    (
        "relecture-signature",
        &["relecture-crypto", "relecture-domain"],
    ),
    (
        "relecture-platform-client",
        &[
            "relecture-platform-api",
            "relecture-crypto",
            "relecture-domain",
        ],
    ),
    (
        "relecture-platform-server",
        &[
            "relecture-platform-api",
            "relecture-crypto",
            "relecture-signature",
            "relecture-domain",
        ],
    ),
    ("relecture-imaging", &["relecture-domain"]),
    (
        "relecture-platform-api",
        &["relecture-crypto", "relecture-domain"],
    ),
    ("relecture-crypto", &["relecture-domain"]),
    ("relecture-domain", &[]),
    ("xtask", &[]),
    ("empty-window", &[]),
];

/// May use every crate, and is used only by tests and by itself.
const TESTKIT: &str = "relecture-testkit";

/// A library (a name, or the beginning of one before `*`), and the only crates that may use it.
const ROOMS: &[(&str, &[&str])] = &[
    // The benchmark's peer is a Tauri window and nothing else.
    ("tauri*", &["relecture", "empty-window"]),
    // The platform is Pro Santé Connect's client; the workstation is the platform's.
    (
        "reqwest",
        &[
            "relecture-platform-client",
            "relecture-platform-server",
            TESTKIT,
        ],
    ),
    ("openidconnect", &["relecture-platform-server"]),
    ("webauthn*", &["relecture-platform-server"]),
    ("hyper*", &["relecture-platform-client", TESTKIT]),
    ("ureq", &["relecture-platform-client", TESTKIT]),
    ("fantoccini", &[TESTKIT]),
    (
        "rusqlite",
        &[
            "relecture-vault",
            "relecture-journal",
            "relecture-platform-server",
        ],
    ),
    ("typst", &["relecture-report", TESTKIT]),
    ("typst-layout", &["relecture-report", TESTKIT]),
    ("typst-pdf", &["relecture-report", TESTKIT]),
    ("typst-kit", &["relecture-report", TESTKIT]),
    // Fonts, and no typesetter.
    ("typst-assets", &["relecture-imaging"]),
    ("pdfium-render", &["relecture-imaging"]),
    ("libloading", &["relecture-imaging-worker"]),
    ("cryptoki*", &["relecture-signature"]),
    ("dicom*", &["relecture-imaging"]),
    ("keyring*", &["relecture-identity", "relecture-vault"]),
    ("rand", &["relecture-crypto"]),
    ("rand_core", &["relecture-crypto"]),
    ("getrandom", &["relecture-crypto"]),
];

#[derive(Debug)]
struct Arrow {
    from: String,
    to: String,
    is_dev: bool,
}

/// Every dependency that a crate of the workspace states, of the workspace or of the outside.
fn arrows() -> Vec<Arrow> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo runs");
    let metadata: Value = serde_json::from_slice(&output.stdout).expect("cargo prints JSON");
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let mut arrows = Vec::new();
    for package in metadata["packages"].as_array().expect("packages") {
        for dependency in package["dependencies"].as_array().expect("dependencies") {
            arrows.push(Arrow {
                from: text(&package["name"]),
                to: text(&dependency["name"]),
                is_dev: dependency["kind"].as_str() == Some("dev"),
            });
        }
    }
    arrows
}

fn refused(arrows: &[Arrow]) -> Vec<String> {
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ARROWS
        .iter()
        .map(|(from, to)| (*from, to.iter().copied().collect()))
        .collect();
    let inside =
        |name: &str| name.starts_with("relecture") || name == "xtask" || name == "empty-window";
    let mut refused = Vec::new();
    for Arrow { from, to, is_dev } in arrows {
        let known = from == TESTKIT || allowed.contains_key(from.as_str());
        if !known {
            refused.push(format!("{from} is not in the table"));
        } else if inside(to) {
            let by_table = allowed
                .get(from.as_str())
                .is_some_and(|to_these| to_these.contains(to.as_str()));
            let by_testkit = from == TESTKIT && to != "xtask" && to != "relecture";
            // The product's own tests look into every room.
            let in_tests = *is_dev && (to == TESTKIT || from == "relecture" && to != "xtask");
            if !(by_table || by_testkit || in_tests) {
                refused.push(format!("{from} -> {to}"));
            }
        }
        for (library, rooms) in ROOMS {
            let matches = match library.strip_suffix('*') {
                Some(beginning) => to.starts_with(beginning),
                None => to == library,
            };
            // A test may look at a library from outside; what is shipped may not.
            if matches && !is_dev && !rooms.contains(&from.as_str()) {
                refused.push(format!("{from} uses {to}, which lives in {rooms:?}"));
            }
        }
    }
    refused
}

#[test]
fn every_arrow_is_in_the_table() {
    let arrows = arrows();
    // Not vacuous: the arrows that make the product are there.
    for (from, to) in [
        ("relecture", "tauri"),
        ("relecture-imaging", "pdfium-render"),
        ("relecture-desk", "relecture-vault"),
    ] {
        assert!(
            arrows
                .iter()
                .any(|arrow| arrow.from == from && arrow.to == to),
            "{from} -> {to} is gone"
        );
    }
    assert_eq!(refused(&arrows), Vec::<String>::new());
}

#[test]
fn a_forbidden_arrow_would_be_seen() {
    let arrow = |from: &str, to: &str, is_dev| Arrow {
        from: from.to_owned(),
        to: to.to_owned(),
        is_dev,
    };
    for (from, to, is_dev) in [
        ("relecture-vault", "relecture-identity", false), // siblings
        ("relecture-domain", "relecture-crypto", false),  // upwards
        ("relecture-platform-server", "relecture-desk", true),
        ("relecture-desk", "tauri", false),
        ("relecture-desk", "reqwest", false),
        ("relecture-desk", "rusqlite", false),
        ("relecture-desk", "typst", false),
        ("relecture-imaging-worker", "pdfium-render", false),
        ("relecture-desk", TESTKIT, false),
        ("xtask", "relecture-domain", false),
        ("relecture-newcomer", "serde", false),
    ] {
        assert_eq!(
            refused(&[arrow(from, to, is_dev)]).len(),
            1,
            "{from} -> {to}"
        );
    }
    assert_eq!(
        refused(&[arrow("relecture-desk", TESTKIT, true)]),
        Vec::<String>::new()
    );
}
