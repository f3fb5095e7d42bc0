//! R96, R98-R100, R104: the audit, and what the patient reads of it.

use jiff::SignedDuration;
use relecture_platform_api::AccessList;

use crate::support::{House, Tweak};

#[tokio::test]
async fn r98_the_list_says_who_when_what_and_from_where() {
    let house = House::open();
    let (expert, mut client, id) = house.accepted().await;
    let documents = client.manifest(id).await.documents;
    for (document, range) in [(0, "bytes=0-9"), (0, "bytes=10-"), (1, "bytes=0-")] {
        house.clock.advance(SignedDuration::from_secs(1));
        let tweak = Tweak {
            headers: vec![("range", range.to_owned())],
            ..Tweak::default()
        };
        client
            .call(
                "document_content",
                &[id, documents[document].id],
                None,
                &tweak,
            )
            .await;
    }
    house.clock.advance(SignedDuration::from_hours(24));
    client.sign_in(&expert).await;
    client.get("document_content", &[id, documents[0].id]).await;
    let list: AccessList = client.get("access_list", &[id]).await.json();
    let shown: Vec<_> = list
        .items
        .iter()
        .map(|item| {
            (
                item.action.as_str(),
                item.role.as_str(),
                item.count,
                item.device.as_deref(),
            )
        })
        .collect();
    let pc = Some("PC du bureau 214");
    assert_eq!(
        shown,
        [
            ("documents.downloaded", "expert", Some(1), pc),
            ("documents.downloaded", "expert", Some(2), pc),
            ("manifest.viewed", "expert", Some(1), pc),
            ("assignment.accepted", "expert", None, pc),
            ("assignment.offered", "platform", None, None),
        ],
        "newest first; two ranges of one piece are one piece; the staff is there too"
    );
    assert!(list.items.windows(2).all(|pair| pair[0].at >= pair[1].at));
    assert_eq!(list.items[0].who, expert.new.name);
    assert_eq!(list.items[4].who, "Plateforme d’essai");
}

#[tokio::test]
async fn r99_r104_entries_hold_identifiers_and_both_times() {
    let house = House::open();
    let (expert, client, id) = house.accepted().await;
    let tweak = Tweak {
        iat_offset: -42,
        ..Tweak::default()
    };
    client.call("manifest_view", &[id], None, &tweak).await;
    let audit = house.audit();
    let entry = audit
        .iter()
        .find(|entry| entry.action == "manifest.viewed")
        .expect("audited");
    let now = house.clock.now();
    assert_eq!(
        (entry.at_server, entry.at_device),
        (now, Some(now - SignedDuration::from_secs(42)))
    );
    assert_eq!((entry.actor, entry.assignment), (Some(expert.id), Some(id)));
    assert_eq!(
        entry.device,
        client.device.as_ref().map(|device| device.device_id)
    );
    let text = serde_json::to_string(&audit).expect("JSON");
    assert!(audit.len() > 6, "{} entries", audit.len());
    for personal in [
        expert.new.name.as_str(),
        &expert.new.email,
        crate::support::FAMILY_NAME,
        "Sarcome",
    ] {
        assert!(!text.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn r100_the_audit_cannot_be_rewritten_unnoticed() {
    let house = House::open();
    let (_, client, _) = house.accepted().await;
    client.get("assignment_list", &[]).await;
    let count = i64::try_from(house.audit().len()).expect("fits");
    assert!(count > 5);
    let db = rusqlite::Connection::open(house.folder.path().join("platform/platform.sqlite"))
        .expect("opens");
    for sql in [
        "UPDATE audit SET outcome = 'done'",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE seq = 3",
    ] {
        let error = db.execute(sql, []).expect_err("refused");
        assert!(error.to_string().contains("append-only"), "{error}");
    }
    // Somebody with the file and without scruples removes the triggers first: the chain tells.
    db.execute_batch("DROP TRIGGER audit_no_update; DROP TRIGGER audit_no_delete;")
        .expect("drops");
    let check = || house.platform.audit().expect("reads");
    db.execute("UPDATE audit SET outcome = 'other' WHERE seq = 3", [])
        .expect("changes");
    assert_eq!(check(), Err(3), "changed");
    db.execute("DELETE FROM audit WHERE seq = 3", [])
        .expect("deletes");
    assert_eq!(check(), Err(4), "removed");
}
