//! What Rust says and what the pages were built against are the same: types, commands, failures.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::{collections::BTreeSet, fs, path::Path};

use relecture_bridge::FailureCode;

fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The word of a code in JSON and in the locale files.
fn word(code: FailureCode) -> String {
    let json = serde_json::to_value(code).expect("a code serialises");
    json.as_str().expect("a word").to_owned()
}

/// The messages of a Fluent file with whether they say something.
fn messages(file: &str) -> BTreeSet<String> {
    let text = read(file);
    text.lines()
        .filter_map(|line| line.split_once(" ="))
        .map(|(name, _)| name)
        .filter(|name| name.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_pages_were_built_against_the_bridge_as_it_is() {
    let committed = read("ui/src/bridge/generated.ts");
    let made = relecture_bridge::typescript();
    let differs = committed
        .lines()
        .zip(made.lines())
        .position(|(a, b)| a != b);
    assert!(
        committed == made,
        "ui/src/bridge/generated.ts is out of date from line {}: run `cargo xtask bindings`",
        differs.unwrap_or_else(|| committed.lines().count().min(made.lines().count())) + 1
    );
}

/// Issue 2: each failure says what happened and what to do.
#[test]
fn every_failure_has_its_two_sentences_and_no_sentence_is_left_over() {
    let messages = messages("ui/locales/fr.ftl");
    let wanted: BTreeSet<String> = FailureCode::ALL
        .iter()
        .flat_map(|code| {
            let word = word(*code);
            [format!("failure-{word}"), format!("failure-{word}-next")]
        })
        .collect();
    assert_eq!(
        wanted.len(),
        2 * FailureCode::ALL.len(),
        "two codes have one word"
    );
    let missing: Vec<_> = wanted.difference(&messages).collect();
    assert!(missing.is_empty(), "ui/locales/fr.ftl lacks {missing:?}");
    let left_over: Vec<_> = messages
        .iter()
        .filter(|name| name.starts_with("failure-") && !wanted.contains(*name))
        .filter(|name| *name != "failure-reference")
        .collect();
    assert!(left_over.is_empty(), "no failure says {left_over:?}");
}
