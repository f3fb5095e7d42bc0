//! R118: the committed description is the one the types give.

use relecture_platform_api::{OPERATIONS, openapi_json};

#[test]
fn r118_the_committed_description_is_current() {
    let current = openapi_json().expect("the description serialises");
    let committed = include_str!("../openapi.json");
    assert!(
        current == committed,
        "openapi.json is out of date: run `cargo xtask openapi`"
    );
}

#[test]
fn r118_every_operation_is_described_once() {
    let current = openapi_json().expect("the description serialises");
    let description: serde_json::Value = serde_json::from_str(&current).expect("JSON");
    assert_eq!(description["openapi"], "3.1.0");
    let mut described = Vec::new();
    for (path, methods) in description["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("methods") {
            let id = operation["operationId"]
                .as_str()
                .expect("an identifier")
                .to_owned();
            described.push((id, method.to_uppercase(), path.clone()));
        }
    }
    let mut declared: Vec<_> = OPERATIONS
        .iter()
        .map(|operation| {
            (
                operation.id.to_owned(),
                operation.method.to_owned(),
                operation.path.to_owned(),
            )
        })
        .collect();
    described.sort();
    declared.sort();
    assert!(declared.len() >= 17, "the table is not empty by accident");
    assert_eq!(described, declared);
}
