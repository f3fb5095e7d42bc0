//! The way from the window to the desk is as narrow as it is written down: one table of commands, one policy, one origin.
//!
//! The files are read as they are committed. That Tauri enforces them is shown on the built application (`tests/e2e`):
//! Tauri's mock runtime would need its `test` feature, and with it a second Tauri.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "helpers of tests fail as tests do"
)]

use std::{collections::BTreeMap, fs, path::PathBuf};

use serde_json::Value;

/// A path from the root of the checkout.
fn at(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    fs::read_to_string(at(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn json(path: &str) -> Value {
    serde_json::from_str(&read(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The files of a folder, by name. Another kind of file than `extension` is refused: Tauri would read it, this test would not.
fn files(folder: &str, extension: &str) -> Vec<String> {
    let mut files = Vec::new();
    for entry in fs::read_dir(at(folder)).expect("the folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name");
        assert!(
            entry.file_type().expect("a type").is_file() && name.ends_with(extension),
            "{folder}/{name} is not a file of kind {extension}"
        );
        files.push(format!("{folder}/{name}"));
    }
    assert!(!files.is_empty(), "{folder} is empty");
    files
}

/// How often each name occurs.
fn counted(names: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    counts
}

fn table() -> BTreeMap<String, usize> {
    counted(
        relecture_bridge::COMMANDS
            .iter()
            .map(|name| (*name).to_owned()),
    )
}

/// Every permission of `src-tauri/permissions`: its identifier and the commands it allows.
fn permissions() -> Vec<(String, Vec<String>)> {
    let mut permissions = Vec::new();
    for file in files("src-tauri/permissions", ".toml") {
        let policy: toml::Table =
            toml::from_str(&read(&file)).unwrap_or_else(|error| panic!("{file}: {error}"));
        assert_eq!(policy.keys().collect::<Vec<_>>(), ["permission"], "{file}");
        for permission in policy["permission"].as_array().expect("a list") {
            let identifier = permission["identifier"].as_str().expect("an identifier");
            let commands = permission["commands"].as_table().expect("commands");
            assert_eq!(
                commands.keys().collect::<Vec<_>>(),
                ["allow"],
                "{identifier}"
            );
            let allowed = commands["allow"].as_array().expect("a list").iter();
            let allowed = allowed.map(|name| name.as_str().expect("a name").to_owned());
            permissions.push((identifier.to_owned(), allowed.collect()));
        }
    }
    permissions
}

/// The names in the `commands!` list of the shell, and whether each is answered sealed.
fn handlers() -> Vec<(String, bool)> {
    let source = read("src-tauri/src/commands.rs");
    let (_, list) = source
        .split_once("\ncommands! {\n")
        .expect("the list of handlers");
    let (list, after) = list.split_once("\n}").expect("the end of the list");
    assert!(!after.contains("commands!"), "one list only");
    let handler = |line: &str| {
        let (name, rest) = line.split_once('(').expect("a handler");
        (name.trim().to_owned(), rest.ends_with(", sealed;"))
    };
    list.lines()
        .filter(|line| !line.trim().is_empty())
        .map(handler)
        .collect()
}

/// R19: what the window opens sealed is what the shell seals, and what tells of a patient is among it.
#[test]
fn r19_what_a_case_holds_is_answered_sealed() {
    let sealed = handlers().into_iter().filter(|(_, sealed)| *sealed);
    let sealed: Vec<String> = sealed.map(|(name, _)| name).collect();
    assert_eq!(sealed, relecture_bridge::SEALED);
    for name in ["worklist_view", "case_view", "case_search", "page_words"] {
        assert!(relecture_bridge::SEALED.contains(&name), "{name}");
    }
}

#[test]
fn every_command_is_allowed_by_exactly_one_permission_and_nothing_else_is() {
    let allowed = permissions().into_iter().flat_map(|(_, commands)| commands);
    assert_eq!(counted(allowed), table());
}

#[test]
fn every_command_has_exactly_one_handler_and_nothing_else_has() {
    let names = handlers().into_iter().map(|(name, _)| name);
    assert_eq!(counted(names), table());
    // A command outside the list would be one that no test has seen; one form is answered in clear, the other sealed.
    for file in files("src-tauri/src", ".rs") {
        let attributes = read(&file).matches("#[tauri::command").count();
        assert_eq!(
            attributes,
            2 * usize::from(file.ends_with("/commands.rs")),
            "{file}"
        );
    }
}

/// A capability: its windows, and how often it grants what.
fn capability(name: &str) -> (Value, BTreeMap<String, usize>) {
    let capability = json(&format!("src-tauri/capabilities/{name}.json"));
    let mut keys: Vec<&str> = capability
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect();
    keys.sort_unstable();
    // No `remote`, no `webviews`, no `platforms`.
    assert_eq!(
        keys,
        ["description", "identifier", "permissions", "windows"]
    );
    let granted = capability["permissions"].as_array().expect("a list").iter();
    let granted = granted.map(|name| name.as_str().expect("a plain name").to_owned());
    (capability["windows"].clone(), counted(granted))
}

#[test]
fn the_only_capabilities_are_those_of_the_two_local_windows() {
    let mut all = files("src-tauri/capabilities", ".json");
    all.sort();
    assert_eq!(
        all,
        [
            "src-tauri/capabilities/main.json",
            "src-tauri/capabilities/second.json"
        ]
    );
    let tauri = ["core:event:allow-listen", "core:event:allow-unlisten"].map(str::to_owned);
    let (windows, granted) = capability("main");
    assert_eq!(windows, serde_json::json!(["main"]));
    let own = permissions().into_iter().map(|(identifier, _)| identifier);
    assert_eq!(granted, counted(own.chain(tauri.clone())));
    // The second one reads: it neither signs in, nor writes the opinion, nor signs.
    let (windows, granted) = capability("second");
    assert_eq!(windows, serde_json::json!(["second"]));
    let reads = ["presence", "reading", "second-screen"].map(str::to_owned);
    assert_eq!(granted, counted(reads.into_iter().chain(tauri)));
}

/// The content security policy of `tauri.conf.json`, directive by directive.
fn policy(configuration: &Value) -> BTreeMap<String, Vec<String>> {
    let policy = configuration["app"]["security"]["csp"]
        .as_str()
        .expect("a policy");
    policy
        .split(';')
        .map(|directive| {
            let mut words = directive.split_whitespace().map(str::to_owned);
            (words.next().expect("a name"), words.collect())
        })
        .collect()
}

/// Every source that the policy may name. `case:` and `ipc:` are the application's own; the two `http:` ones are how Windows
/// spells them.
const SOURCES: &[&str] = &[
    "'none'",
    "'self'",
    "case:",
    "http://case.localhost",
    "ipc:",
    "http://ipc.localhost",
];

#[test]
fn the_content_policy_names_no_source_but_the_application() {
    let policy = policy(&json("tauri.conf.json"));
    assert_eq!(policy["default-src"], ["'none'"]);
    for (directive, sources) in &policy {
        for source in sources {
            // Neither data:, blob:, unsafe-*, a wildcard, nor a host.
            assert!(SOURCES.contains(&source.as_str()), "{directive} {source}");
        }
    }
    assert_eq!(policy["script-src"], ["'self'"]);
    assert_eq!(policy["style-src"], ["'self'"]);
    for closed in ["frame-src", "object-src", "base-uri", "form-action"] {
        assert_eq!(policy[closed], ["'none'"], "{closed}");
    }
}

#[test]
fn no_switch_of_tauri_widens_the_policy() {
    let app = &json("tauri.conf.json")["app"];
    let security = app["security"].as_object().expect("an object");
    let mut keys: Vec<&str> = security.keys().map(String::as_str).collect();
    keys.sort_unstable();
    // No devCsp, no assetProtocol, no dangerousDisableAssetCspModification.
    assert_eq!(keys, ["capabilities", "csp", "freezePrototype", "headers"]);
    assert_eq!(
        security["capabilities"],
        serde_json::json!(["main", "second"])
    );
    assert_eq!(security["freezePrototype"], true);
    assert_eq!(app["withGlobalTauri"], false);
    // A window of the configuration would open before the shell has closed it in.
    assert_eq!(app["windows"], serde_json::json!([]));
}
