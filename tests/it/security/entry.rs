//! One entry: its bytes, what is disclosed, and a receipt that an outsider can check.

use super::Desk;
use crate::support::databases::on_both;
use candor::ledger::EventKind;
use candor::ledger::receipt::Receipt;
use candor::ledger::tree::leaf_hash;
use candor::ledger::verify::{Outside, Verdict, verify_receipt};
use diesel::RunQueryDsl as _;

#[test]
fn an_entry_is_shown_with_its_bytes_its_disclosures_and_its_proof() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        desk.grants(version);
        let accepted = desk.entries(EventKind::NdaAccepted).remove(0);
        let href = format!("/security/entries/{}", accepted.index);
        let page = desk.security.get(&href);
        assert_eq!(page.status, 200, "{}", page.words());
        let words = page.words();
        let bytes = accepted.leaf.to_bytes().unwrap();
        let json = std::str::from_utf8(&bytes[1..]).unwrap();
        assert!(words.contains(json), "{words}");
        assert!(words.contains(&format!("{:?}", leaf_hash(&bytes))));
        for wanted in ["Head of Risk", "198.51.100.23", "Fits the commitment", "Proven", "Mara Lindqvist"] {
            assert!(words.contains(wanted), "{wanted} is not in {words}");
        }
        for commitment in accepted.leaf.personal.values() {
            assert!(words.contains(&format!("{commitment:?}")));
        }

        // Reading it is recorded, with which entry it was.
        let searched = desk.entries(EventKind::LogSearched);
        assert_eq!(searched.len(), 1);
        assert_eq!(searched[0].leaf.facts["entry"].to_string(), accepted.index.to_string());

        // The receipt holds against the key and nothing else.
        let sent = desk.security.get(&format!("{href}/receipt"));
        assert!(sent.header("content-disposition").unwrap().starts_with("attachment"));
        let key = desk.security.get("/security/integrity/key").html().trim().parse().unwrap();
        let receipt = Receipt::parse(&sent.html()).unwrap();
        assert_eq!((receipt.index, &receipt.leaf), (accepted.index, &bytes));
        let (leaf, checkpoint) = receipt.check(&key).unwrap();
        assert_eq!(
            (leaf, checkpoint.head.size),
            (accepted.leaf.clone(), desk.house.app().writer.head().size)
        );
        let outside = Outside {
            key: Some(key),
            notes: vec![desk.security.get("/security/integrity/checkpoint").html()],
            policy: None,
        };
        let Verdict::Whole(whole) = verify_receipt(&sent.html(), &outside) else {
            panic!("the receipt fails")
        };
        assert_eq!(whole.anchored_at, Some(checkpoint.head.size));
    });
}

#[test]
fn what_was_erased_is_said_to_be_and_the_proof_stays() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        desk.grants(version);
        let accepted = desk.entries(EventKind::NdaAccepted).remove(0);
        let sql = "DELETE FROM data_key WHERE owner_kind = 'person' AND owner_id = (SELECT person_id FROM report_grant)";
        assert_eq!(diesel::sql_query(sql).execute(&mut desk.intruder()).unwrap(), 1);
        let words = desk.security.get(&format!("/security/entries/{}", accepted.index)).words();
        assert!(
            words.contains("an erased person") && words.contains("Erased") && words.contains("Proven"),
            "{words}"
        );
        assert!(!words.contains("Head of Risk") && !words.contains("Mara"), "{words}");
        let words = desk.security.get("/security?kind=nda.accepted").words();
        assert!(words.contains("an erased person") && words.contains("erased"), "{words}");
    });
}

#[test]
fn an_entry_that_is_not_there_is_not_found_and_not_recorded() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        for path in ["/security/entries/4711", "/security/entries/4711/receipt", "/security/entries/first"] {
            assert_eq!(desk.security.get(path).status, 404, "{path}");
        }
        assert_eq!(desk.entries(EventKind::LogSearched).len(), 0);
    });
}
