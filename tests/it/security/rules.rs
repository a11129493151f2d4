//! `/security/rules`: thresholds and mutes are acts; whoever is told is told once of each occurrence.

use super::Desk;
use crate::support::databases::{TestDatabase, on_both};
use crate::support::house::House;
use crate::support::mailbox::Mailbox;
use crate::support::visitor::{Page, Visitor};
use crate::support::webhook::webhook;
use candor::identity::Role;
use candor::ledger::EventKind;
use candor::worker::Worker;

/// The page with its rules changed: each a field's name and its value, or a box to tick.
fn change(security: &mut Visitor, fields: &[(&str, &str)], boxes: &[&str]) -> Page {
    let page = security.get("/security/rules");
    let mut form = page.form("/security/rules");
    for (name, value) in fields {
        form = form.fill(name, value);
    }
    for name in boxes {
        form = form.tick(name, "yes");
    }
    security.submit(&page, &form)
}

/// A desk with a published report, whose letters leave by real mail.
fn with_mail(database: &TestDatabase, mailbox: &Mailbox, more: &str) -> Desk {
    let house = House::with(&format!(
        "database = \"{}\"\n[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"trust@house.example\"\n{more}",
        database.url(),
        mailbox.address().port()
    ));
    let security = house.staff("Sentinel", Role::Security);
    Desk { house, security }
}

/// Looks once, as a node's worker does.
fn look(worker: &mut Worker) -> usize {
    actix_web::rt::System::new().block_on(async { worker.watch_access().await.unwrap() })
}

#[test]
fn thresholds_are_acts_and_decide_what_is_unusual() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        // 21 November 2026 is a Saturday.
        assert!(desk.security.get("/security/overview").words().contains("Nothing unusual was found."));
        let sent = change(&mut desk.security, &[("threshold_outside_hours", "1")], &[]);
        assert!(desk.security.follow(&sent).words().contains("One rule is changed."));
        let words = desk.security.get("/security/overview").words();
        assert!(
            words.contains("A download outside working hours (Monday to Friday, 05:00 to 22:00, UTC)."),
            "{words}"
        );
        let changed = desk.entries(EventKind::UnusualRuleChanged);
        assert_eq!(changed.len(), 1, "what stays as it is leaves no entry");
        assert_eq!(changed[0].leaf.facts["rule"].to_string(), "outside_hours");
        assert_eq!(changed[0].leaf.facts["threshold"].to_string(), "1");

        let refused = change(&mut desk.security, &[("threshold_many_reports", "0")], &["told_many_reports"]);
        assert_eq!(refused.status, 422);
        assert!(
            refused
                .words()
                .contains("Many reports in an hour: the number must be a whole number from 1 to 720.")
        );
        assert_eq!(
            refused.form("/security/rules").value("told_many_reports"),
            Some("yes"),
            "nothing typed is lost"
        );
        let sent = change(&mut desk.security, &[], &[]);
        assert!(desk.security.follow(&sent).words().contains("Nothing was changed."));
        assert_eq!(desk.entries(EventKind::UnusualRuleChanged).len(), 1);
    });
}

#[test]
fn a_mute_keeps_a_rule_quiet_until_it_ends() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        change(&mut desk.security, &[("threshold_outside_hours", "1")], &[]);
        desk.downloads(&grant);
        let overview = desk.security.get("/security/overview");
        let link = overview.links().into_iter().find(|link| link.starts_with("/security/rules?")).unwrap();
        let page = desk.security.get(link.trim_end_matches("#mute"));
        let form = page.form("/security/rules/mute");
        assert_eq!(form.value("person"), Some(super::RECIPIENT));
        assert_eq!(form.value("rule"), Some("outside_hours"));
        let refused = desk.security.submit(&page, &form.clone().fill("person", "nobody@elsewhere.example"));
        assert!(refused.status == 422 && refused.words().contains("Nobody here has this address."));
        let sent = desk.security.submit(&page, &form.fill("days", "2").fill("reason", "On a business trip."));
        let page = desk.security.follow(&sent);
        assert!(page.words().contains("Muted until 23 November 2026"), "{}", page.words());
        assert!(page.words().contains("On a business trip."), "{}", page.words());
        let words = desk.security.get("/security/overview").words();
        assert!(
            words.contains("Nothing unusual was found besides what is muted.")
                && words.contains("Kept quiet by mutes: 1."),
            "{words}"
        );
        let muted = desk.entries(EventKind::UnusualMuted);
        assert_eq!(muted[0].leaf.about, Some(grant.person));
        assert!(!format!("{muted:?}").contains("business"), "the reason stands sealed, not in the log");
        let sent = desk.security.submit(&page, &page.form("/security/rules/unmute"));
        assert!(desk.security.follow(&sent).words().contains("The rule speaks again."));
        let again = desk.security.submit(&page, &page.form("/security/rules/unmute"));
        assert!(desk.security.follow(&again).words().contains("This is not muted any more."));
        assert!(desk.security.get("/security/overview").words().contains("outside working hours"));
        assert_eq!(desk.entries(EventKind::UnusualUnmuted).len(), 1);
    });
}

#[test]
fn whoever_watches_is_told_once_of_each_occurrence_over_restarts_and_nodes() {
    on_both(|database| {
        let mailbox = Mailbox::open();
        let mut desk = with_mail(database, &mailbox, "");
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        change(&mut desk.security, &[("threshold_outside_hours", "1")], &["told_outside_hours"]);
        desk.downloads(&grant);
        let mut worker = Worker::new(desk.house.app().clone());
        assert_eq!(look(&mut worker), 1);
        let letter = mailbox.wait_for("sentinel@house.example", "Unusual access");
        let noticed = desk.entries(EventKind::UnusualNoticed);
        let entry = noticed[0].leaf.facts["entry"].to_string();
        assert_eq!(letter.link("/security/entries/"), format!("/security/entries/{entry}"));
        assert!(!letter.text().contains("mara"), "letters name nobody: {}", letter.text());
        assert_eq!(noticed[0].leaf.about, Some(grant.person));
        // The same again, another node, a restart: nothing is told twice.
        assert_eq!(look(&mut worker), 0);
        desk.downloads(&grant);
        assert_eq!(look(&mut worker), 0);
        assert_eq!(look(&mut Worker::new(desk.house.app().clone())), 0);
        assert_eq!(desk.entries(EventKind::UnusualNoticed).len(), 1);
        // On the next day it is another occurrence.
        desk.house.advance_secs(86_400);
        desk.downloads(&grant);
        assert_eq!(look(&mut worker), 1);
        assert_eq!(desk.entries(EventKind::UnusualNoticed).len(), 2);
    });
}

#[test]
fn the_webhook_hears_of_it_signed_again_after_an_outage_and_never_who_it_was() {
    let (url, heard) = webhook("/alerts", &[503, 200]);
    let lines = format!(
        "mail = \"files\"\n[log]\nalert_webhook = {{ url = \"{url}\", secret = \"0123456789abcdef\" }}"
    );
    let house = House::with(&lines);
    let security = house.staff("Sentinel", Role::Security);
    let mut desk = Desk { house, security };
    let (version, _) = desk.publishes();
    let grant = desk.grants(version);
    change(&mut desk.security, &[("threshold_outside_hours", "1")], &["told_outside_hours"]);
    desk.downloads(&grant);
    let mut worker = Worker::new(desk.house.app().clone());
    assert_eq!(look(&mut worker), 1);
    let (_, refused) = heard.recv().unwrap();
    assert_eq!(look(&mut worker), 0, "told already, and posted again");
    let (head, body) = heard.recv().unwrap();
    assert_eq!(body, refused);
    let signature = candor::notices::webhook::sign("0123456789abcdef", &body);
    assert!(head.contains(&signature), "{head}");
    let message: serde_json::Value = serde_json::from_str(&body).unwrap();
    assert_eq!(message["rule"], "outside_hours");
    assert!(!body.contains("mara") && !body.contains("Mara"), "{body}");
    assert_eq!(look(&mut worker), 0, "a third post would find nobody listening");
    assert!(desk.read(|db| candor::unusual::store::list_unposted(db, 9)).is_empty());
}

/// The page with other working hours.
fn sets_hours(security: &mut Visitor, fields: &[(&str, &str)], days: &[&str]) -> Page {
    let page = security.get("/security/rules");
    let csrf = page.form("/security/rules/hours").value("csrf").unwrap().to_owned();
    let mut sent = vec![("csrf", csrf.as_str()), ("hours", "sent")];
    sent.extend(fields);
    sent.extend(days.iter().map(|day| ("weekdays", *day)));
    security.post_form("/security/rules/hours", &sent)
}

#[test]
fn working_hours_are_set_in_the_companys_own_time_zone_and_recorded() {
    on_both(|database| {
        let mut desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        change(&mut desk.security, &[("threshold_outside_hours", "1")], &[]);
        // 21 November 2026 is a Saturday: a working day where the week begins on it.
        desk.downloads(&grant);
        assert!(desk.security.get("/security/overview").words().contains("A download outside working hours"));
        let refused = sets_hours(
            &mut desk.security,
            &[("zone", "Asia/Atlantis"), ("begins", "8"), ("ends", "17:00")],
            &[],
        );
        let words = refused.words();
        assert_eq!(refused.status, 422, "{words}");
        for wanted in [
            "The time zone is not one of the choices",
            "The beginning is not a time of day; write it as 08:30.",
            "Choose at least one day on which somebody works.",
        ] {
            assert!(words.contains(wanted), "{wanted}: {words}");
        }
        assert_eq!(
            refused.form("/security/rules/hours").value("ends"),
            Some("17:00"),
            "nothing typed is lost"
        );
        let week = ["Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];
        let fields = [("zone", "Asia/Riyadh"), ("begins", "08:00"), ("ends", "23:30")];
        let sent = sets_hours(&mut desk.security, &fields, &week);
        assert!(desk.security.follow(&sent).words().contains("The working hours are set."));
        let words = desk.security.get("/security/overview").words();
        assert!(words.contains("Nothing unusual was found."), "{words}");
        let rules = desk.security.get("/security/rules").words();
        let shown = "Monday, Tuesday, Wednesday, Saturday, Sunday, 08:00 to 23:30, Asia/Riyadh";
        assert!(rules.contains(&format!("Accesses outside the working hours: {shown}")), "{rules}");
        let changed = desk.entries(EventKind::UnusualRuleChanged);
        assert_eq!((changed.len(), changed[0].leaf.facts["zone"].to_string().as_str()), (2, "Asia/Riyadh"));
        let again = sets_hours(&mut desk.security, &fields, &week);
        assert!(desk.security.follow(&again).words().contains("Nothing was changed."));
        // Auditors see what decides, and change nothing.
        let mut audrey = desk.house.staff("Audrey", Role::Auditor);
        let page = audrey.get("/security/rules");
        assert!(page.words().contains(shown) && !page.html().contains("/security/rules/hours"));
        let csrf = audrey.get("/security").form("/sign-out").value("csrf").unwrap().to_owned();
        assert_eq!(audrey.post_form("/security/rules/hours", &[("csrf", &csrf)]).status, 403);
        assert_eq!(desk.entries(EventKind::UnusualRuleChanged).len(), 2);
    });
}
