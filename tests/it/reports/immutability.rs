//! What is finalized never changes: not by an act, not by a statement.

use super::desk::{Desk, card, content, facts, line};

use crate::support::databases::on_both;
use candor::exceptions::acts::RecordError;
use candor::ledger::EventKind;
use candor::reports::acts::{ChangeError, CreateError, FinalizeError, WithdrawError};
use candor::reports::{Missing, Opinion, State, store};
use diesel::connection::SimpleConnection as _;

#[test]
fn every_change_of_a_finalized_report_is_refused() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, exception) = desk.publishes("soc2-2026");
        assert!(matches!(version.state, State::Finalized(by) if by.by == desk.officer));

        let id = version.id;
        assert!(matches!(desk.changes_facts(id, card(), facts()), Err(ChangeError::NotADraft(_))));
        assert!(matches!(desk.attaches(id, desk.file()), Err(ChangeError::NotADraft(_))));
        assert!(matches!(desk.records(id, content("E-2")), Err(RecordError::NotADraft(_))));
        assert!(matches!(desk.changes(exception, content("E-1")), Err(RecordError::NotADraft(_))));
        assert!(matches!(desk.removes(exception), Err(RecordError::NotADraft(_))));
        assert!(matches!(desk.finalizes(id), Err(FinalizeError::NotADraft(_))));

        let stored = desk.version(id);
        assert_eq!(stored.facts.as_bytes(), version.facts.as_bytes());
        assert_eq!(stored.card, version.card);
        assert_eq!(stored.file, version.file);
        assert_eq!(desk.exceptions(&stored).len(), 1);
    });
}

#[test]
fn the_database_refuses_what_the_program_never_does() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, _) = desk.publishes("soc2-2026");
        let mut db = desk.intruder();
        for statement in [
            "UPDATE report_version SET card = '{}'",
            "UPDATE report_version SET state = 'draft'",
            "UPDATE report_version SET state = 'withdrawn', pages = 48",
            "UPDATE report_version SET finalized_at = 1",
            "DELETE FROM report_version",
            "UPDATE report_exception SET changed_at = 1",
            "DELETE FROM report_exception",
            "INSERT INTO report_exception SELECT report_id, id, 9, facts, 1, 1 FROM report_version",
        ] {
            let refusal = db.batch_execute(statement).expect_err(statement).to_string();
            assert!(refusal.contains("a finalized report"), "{statement}: {refusal}");
        }
        assert_eq!(desk.version(version.id).card, version.card);
    });
}

#[test]
fn a_draft_changes_until_it_is_finalized() {
    on_both(|database| {
        let desk = Desk::new(database);
        let version = desk.creates("soc2-2026").unwrap();
        let mut other = card();
        other.title = line("SOC 2 Type II, third year");
        desk.changes_facts(version.id, other.clone(), facts()).unwrap();
        assert_eq!(desk.version(version.id).card, other);
        assert_eq!(desk.version(version.id).open_facts(&desk.key(&version)).unwrap(), facts());

        let first = desk.records(version.id, content("E-1")).unwrap();
        let second = desk.records(version.id, content("E-2")).unwrap();
        assert!(matches!(desk.records(version.id, content("E-2")), Err(RecordError::ReferenceTaken(_))));
        assert!(matches!(desk.changes(first, content("E-2")), Err(RecordError::ReferenceTaken(_))));
        desk.changes(first, content("E-9")).unwrap();
        desk.removes(second).unwrap();
        let third = desk.records(version.id, content("E-3")).unwrap();
        let listed: Vec<_> =
            desk.exceptions(&version).into_iter().map(|one| (one.id, one.content.reference)).collect();
        assert_eq!(listed, [(first, line("E-9")), (third, line("E-3"))]);
    });
}

#[test]
fn only_what_is_finalized_and_not_withdrawn_is_offered() {
    on_both(|database| {
        let desk = Desk::new(database);
        let draft = desk.creates("next-year").unwrap();
        let (version, _) = desk.publishes("soc2-2026");
        let offered = |desk: &Desk| -> Vec<_> {
            store::list_offered(&mut desk.read()).unwrap().into_iter().map(|version| version.id).collect()
        };
        assert_eq!(offered(&desk), [version.id]);
        assert!(store::find_offered(&mut desk.read(), draft.id).unwrap().is_none());
        assert!(store::require_offered_by_slug(&mut desk.read(), &draft.report.slug).is_err());
        assert_eq!(store::require_by_slug(&mut desk.read(), &draft.report.slug).unwrap().id, draft.id);
        assert_eq!(store::list(&mut desk.read()).unwrap().len(), 2);

        assert!(matches!(desk.withdraws(draft.id), Err(WithdrawError::NotFinalized)));
        desk.withdraws(version.id).unwrap();
        assert!(offered(&desk).is_empty());
        let withdrawn = desk.version(version.id);
        assert!(matches!(withdrawn.state, State::Withdrawn(_)));
        assert_eq!(withdrawn.card, version.card);
        assert!(matches!(desk.withdraws(version.id), Err(WithdrawError::NotFinalized)));
    });
}

#[test]
fn a_report_is_finalized_only_when_it_lacks_nothing() {
    on_both(|database| {
        let desk = Desk::new(database);
        let version = desk.creates("soc2-2026").unwrap();
        let mut bare = card();
        bare.summary = None;
        bare.opinion = Opinion::Qualified;
        desk.changes_facts(version.id, bare, facts()).unwrap();
        let Err(FinalizeError::Incomplete(missing)) = desk.finalizes(version.id) else {
            panic!("an incomplete report was finalized")
        };
        assert_eq!(missing, [Missing::File, Missing::Summary, Missing::Explanation, Missing::ExceptFor]);

        desk.changes_facts(version.id, card(), facts()).unwrap();
        desk.attaches(version.id, desk.file()).unwrap();
        desk.finalizes(version.id).unwrap();
    });
}

#[test]
fn a_slug_belongs_to_one_report() {
    on_both(|database| {
        let desk = Desk::new(database);
        desk.creates("soc2-2026").unwrap();
        assert!(matches!(desk.creates("soc2-2026"), Err(CreateError::SlugTaken)));
        desk.creates("soc2-2027").unwrap();
        assert_eq!(store::list(&mut desk.read()).unwrap().len(), 2);
    });
}

#[test]
fn the_finalizing_entry_holds_the_digests_of_everything() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, _) = desk.publishes("soc2-2026");
        let rows = candor::exceptions::store::list_sealed(&mut desk.read(), version.id).unwrap();
        let exceptions = candor::exceptions::acts::digest(&rows);
        let facts = ring::digest::digest(&ring::digest::SHA256, version.facts.as_bytes());
        let leaf = super::sealing::leaf(&desk, EventKind::ReportFinalized);
        for digest in [
            candor::text::hex(&[7; 32]),
            store::card_sha256(&version.card).unwrap(),
            candor::text::hex(facts.as_ref()),
            exceptions.sealed_sha256,
        ] {
            assert!(leaf.contains(&digest), "{digest} is not in {leaf}");
        }
    });
}

#[test]
fn what_is_written_beside_a_report_is_only_ever_added_to() {
    on_both(|database| {
        let desk = Desk::new(database);
        let (version, exception) = desk.publishes("soc2-2026");
        let mut db = desk.intruder();
        // A memo under any id will do for the triggers; nobody opens it.
        db.batch_execute(
            "INSERT INTO memo SELECT id, id, NULL, 'review_opened', 1, finalized_by, facts FROM report_version;
             INSERT INTO reminder SELECT id, id, 0, 1 FROM report_exception;
             INSERT INTO remediation SELECT id, id, 1, (SELECT finalized_by FROM report_version), 'planned', content
             FROM report_exception",
        )
        .unwrap();
        for statement in [
            "UPDATE memo SET at = 2",
            "UPDATE memo SET kind = 'priority'",
            "DELETE FROM memo",
            "UPDATE reminder SET number = 1",
            "DELETE FROM reminder",
            "UPDATE remediation SET status = 'verified'",
            "DELETE FROM remediation",
        ] {
            let refusal = db.batch_execute(statement).expect_err(statement).to_string();
            assert!(refusal.contains("append-only"), "{statement}: {refusal}");
        }
        db.batch_execute("INSERT INTO reminder SELECT id, id, 0, 2 FROM report_exception")
            .expect_err("one letter was noted twice");
        db.batch_execute("INSERT INTO memo SELECT id, version_id, NULL, '', 1, (SELECT finalized_by FROM report_version), content FROM report_exception")
            .expect_err("a memo of no kind was taken");
        assert_eq!(desk.exceptions(&version).first().unwrap().id, exception);
    });
}
