//! `/security/recall`: one act takes a version from everybody, and the page shows who has confirmed.

use super::{Desk, RECIPIENT};
use crate::support::databases::{TestDatabase, on_both};
use crate::support::house::House;
use crate::support::mailbox::Mailbox;
use crate::support::visitor::{Page, Visitor};
use candor::identity::{Origin, Role};
use candor::ids::VersionId;
use candor::ledger::EventKind;
use candor::release::{Asker, Deny, Refused};
use diesel::RunQueryDsl as _;

/// Asks for the recall of a version, with this reason.
fn recall(visitor: &mut Visitor, version: VersionId, reason: &str) -> Page {
    let path = format!("/security/recall/{version}");
    let page = visitor.get(&path);
    visitor.submit(&page, &page.form(&path).fill("reason", reason))
}

/// A desk whose letters leave by real mail.
fn with_mail(database: &TestDatabase, mailbox: &Mailbox) -> Desk {
    let house = House::with(&format!(
        "database = \"{}\"\n[mail]\nhost = \"127.0.0.1\"\nport = {}\nsecurity = \"none\"\nfrom = \"trust@house.example\"",
        database.url(),
        mailbox.address().port()
    ));
    let security = house.staff("Sentinel", Role::Security);
    Desk { house, security }
}

/// Signs the recipient in by the code that was mailed to them.
fn recipient(desk: &Desk, mailbox: &Mailbox) -> Visitor {
    let mut mara = desk.house.visitor_from("198.51.100.23");
    let page = mara.get("/sign-in");
    assert_eq!(mara.submit(&page, &page.form("/sign-in").fill("email", RECIPIENT)).status, 303);
    let code = mailbox.wait_for(RECIPIENT, "code").code();
    let page = mara.get("/confirm");
    assert_eq!(mara.submit(&page, &page.form("/confirm").fill("code", &code)).status, 303);
    mara
}

#[test]
fn a_recalled_version_opens_nothing_is_never_granted_again_and_everybody_is_told() {
    on_both(|database| {
        let mailbox = Mailbox::open();
        let mut desk = with_mail(database, &mailbox);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let copy = desk.downloads(&grant);
        let asked = desk.security.get(&format!("/security/recall/{version}")).words();
        assert!(
            asked.contains("1 live grant is ended") && asked.contains("1 holder is written to"),
            "{asked}"
        );
        let refused = recall(&mut desk.security, version, " ");
        assert_eq!(refused.status, 422, "a recall without a reason");
        assert!(desk.entries(EventKind::ReportRecalled).is_empty());
        let sent = recall(&mut desk.security, version, "Page 12 names a customer.");
        let words = desk.security.follow(&sent).words();
        assert!(words.contains("Recalled. 1 grant was ended, and 1 holder is written to."), "{words}");
        assert!(words.contains(RECIPIENT) && words.contains("Confirmed 0 of 1"), "{words}");

        let (gate, asker) = (desk.house.app().gate.clone(), asker(&desk, grant.person));
        let id = grant.id;
        let opened = actix_web::rt::System::new().block_on(async move { gate.admit_copy(asker, id).await });
        assert!(matches!(opened, Err(Refused::Denied(Deny::Recalled))));
        assert_eq!(desk.entries(EventKind::AccessRefused)[0].leaf.facts["why"].to_string(), "recalled");
        refused_by_route(&desk, &mailbox);
        let revoked = desk.entries(EventKind::GrantRevoked);
        assert_eq!(revoked[0].leaf.facts["why"].to_string(), "recalled");
        assert_eq!(revoked[0].leaf.grant, Some(grant.id));

        let letter = mailbox.wait_for(RECIPIENT, "Recalled");
        assert!(letter.text().contains("Page 12 names a customer."), "{}", letter.text());
        assert_eq!(letter.link("/recalls/"), format!("/recalls/{version}"));
        let mut stranger = desk.house.visitor();
        let trust = stranger.get("/").words();
        assert!(trust.contains("Recalled: do not rely on these") && !trust.contains("Page 12"), "{trust}");
        let found = stranger.multipart(
            "/verify",
            &[crate::support::visitor::Part::File("file", "a.pdf", "application/pdf", &copy)],
        );
        assert!(found.words().contains("This version was recalled"), "{}", found.words());
        assert!(desk.security.get("/security/register").words().contains("Recalled"));
        never_granted_again(&desk, version);
        log_is_whole(&mut desk);
    });
}

/// Whoever asks for the recipient's copy.
fn asker(desk: &Desk, person: candor::ids::PersonId) -> Asker {
    Asker {
        person,
        confirmed_at: desk.house.app().clock.now(),
        origin: Origin { address: "198.51.100.23".parse().unwrap(), user_agent: "Browser".to_owned() },
    }
}

/// Whoever held it is refused at each of its addresses, and each refusal is recorded.
fn refused_by_route(desk: &Desk, mailbox: &Mailbox) {
    let mut mara = recipient(desk, mailbox);
    for (before, path) in ["", "/print", "/pages/1"].iter().enumerate() {
        let page = mara.get(&format!("/reports/soc2{path}"));
        assert_eq!(page.status, 410, "{}", page.words());
        let refused = desk.entries(EventKind::AccessRefused);
        assert_eq!(refused.len(), before + 2, "{path}");
        assert!(refused.iter().all(|entry| entry.leaf.facts["why"].to_string() == "recalled"));
    }
}

/// Neither the house nor somebody at its database grants the version again.
fn never_granted_again(desk: &Desk, version: VersionId) {
    let app = desk.house.app();
    let by = desk.house.add_staff("Viktor", Role::Sales);
    let invitation = candor::grants::acts::Invitation {
        email: candor::text::EmailAddress::parse("other@customer.example").unwrap(),
        name: candor::text::PersonName::parse("Other").unwrap(),
        company: candor::text::CompanyName::parse("Customer AG").unwrap(),
        items: vec![version],
        terms: candor::grants::Terms::new(30, 3),
        reason: None,
        pressing: candor::grants::acts::Pressing::Refused,
    };
    let house = app.house.clone();
    let invited = app
        .writer
        .act_blocking("invite", move |act| candor::grants::acts::invite(act, &house, by, &invitation));
    assert!(matches!(invited, Err(candor::grants::acts::GrantError::NotOffered)));
    let again = diesel::sql_query(
        "INSERT INTO report_grant (id, person_id, version_id, copy_id, mark, granted_at, granted_by, expires_at, \
         downloads_allowed) SELECT person_id, person_id, version_id, 'AGAIN', mark, granted_at, granted_by, expires_at, 1 \
         FROM report_grant",
    )
    .execute(&mut desk.intruder());
    assert!(again.unwrap_err().to_string().contains("never granted again"));
}

/// The whole log passes the desk's own check.
fn log_is_whole(desk: &mut Desk) {
    let page = desk.security.get("/security/integrity");
    let sent = desk.security.submit(&page, &page.form("/security/integrity"));
    let mut words = desk.security.follow(&sent).words();
    for _ in 0..200 {
        if !words.contains("The log is being checked") {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        words = desk.security.get("/security/integrity").words();
    }
    assert!(words.contains("The log is whole"), "{words}");
}

#[test]
fn holders_confirm_by_the_letters_link_and_the_silent_ones_are_reminded() {
    on_both(|database| {
        let mailbox = Mailbox::open();
        let mut desk = with_mail(database, &mailbox);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        assert_eq!(recall(&mut desk.security, version, "Page 12 names a customer.").status, 303);
        let here = format!("/security/recall/{version}");
        let page = desk.security.get(&here);
        let reminder = page.form(&format!("{here}/remind"));
        let sent = desk.security.submit(&page, &reminder);
        assert!(desk.security.follow(&sent).words().contains("written to within the last ten minutes"));
        desk.house.advance_secs(600);
        let sent = desk.security.submit(&page, &reminder);
        assert!(desk.security.follow(&sent).words().contains("1 holder is reminded by letter."));
        let link = mailbox.wait_for(RECIPIENT, "Reminder").link("/recalls/");

        // Nobody else sees what was recalled, or why.
        let stranger = desk.house.visitor().get(&link);
        assert!(stranger.header("location").unwrap().starts_with("/sign-in"), "{}", stranger.words());
        let mut mara = recipient(&desk, &mailbox);
        assert!(mara.get("/access").words().contains("Destroy your copies of version 1 and confirm it."));
        let room = mara.get("/reports/soc2");
        assert_eq!(room.status, 410);
        assert!(room.links().contains(&link), "{}", room.words());
        let page = mara.get(&link);
        assert!(page.words().contains("Page 12 names a customer."), "{}", page.words());
        let unticked = mara.submit(&page, &page.form(&link).fill("name", "Mara L."));
        assert_eq!(unticked.status, 422);
        assert_eq!(unticked.form(&link).value("name"), Some("Mara L."), "what was typed stays");
        assert!(desk.entries(EventKind::DestructionConfirmed).is_empty());
        let filled = page.form(&link).tick("destroyed", "yes").fill("name", "Mara Lindqvist");
        let sent = mara.submit(&page, &filled);
        let confirmed = mara.follow(&sent);
        assert!(
            confirmed.words().contains("You have confirmed that nothing is left"),
            "{}",
            confirmed.words()
        );
        let href = confirmed.links().into_iter().find(|link| link.starts_with("/access/receipts/")).unwrap();
        let receipt = candor::ledger::receipt::Receipt::parse(&mara.get(&href).html()).unwrap();
        receipt.check(desk.house.app().writer.verifier()).unwrap();
        let again = mara.submit(&page, &filled);
        assert!(mara.follow(&again).words().contains("You have confirmed this already."));
        assert_eq!(desk.entries(EventKind::DestructionConfirmed).len(), 1);

        let page = desk.security.get(&here);
        assert!(page.words().contains("Confirmed 1 of 1"), "{}", page.words());
        assert!(!page.html().contains("/remind\""), "nobody is left to remind");
    });
}

#[test]
fn only_security_and_compliance_recall_and_only_what_was_issued() {
    on_both(|database| {
        let desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let path = format!("/security/recall/{version}");
        let mut audrey = desk.house.staff("Audrey", Role::Auditor);
        assert_eq!(audrey.get(&path).status, 409, "an auditor is told that it was not recalled");
        let token = audrey.get("/security").form("/sign-out").value("csrf").unwrap().to_owned();
        let sent = audrey.post_form(&path, &[("csrf", &token), ("reason", "Because.")]);
        assert_eq!(sent.status, 403, "{}", sent.words());
        let mut carl = desk.house.staff("Carl", Role::Compliance);
        let sent = recall(&mut carl, version, "The auditor has withdrawn the opinion.");
        assert!(carl.follow(&sent).words().contains("Recalled. 0 grants were ended"));
        let page = carl.get("/compliance/reports/soc2");
        assert!(page.words().contains("Recalled"), "{}", page.words());
        assert_eq!(audrey.get(&path).status, 200);
        assert_eq!(carl.get("/security/recall/019a0000-0000-7000-8000-000000000000").status, 404);
        assert_eq!(desk.entries(EventKind::ReportRecalled).len(), 1);
    });
}

#[test]
fn after_a_recalled_version_is_shredded_its_holders_confirm_and_the_desk_sees_who_did() {
    on_both(|database| {
        let mailbox = Mailbox::open();
        let mut desk = with_mail(database, &mailbox);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        desk.downloads(&grant);
        assert_eq!(recall(&mut desk.security, version, "Page 12 names a customer.").status, 303);
        let link = mailbox.wait_for(RECIPIENT, "Recalled").link("/recalls/");
        let shred = format!("/security/keys/shred/{version}");
        let page = desk.security.get(&shred);
        let sent = desk.security.submit(&page, &page.form(&shred).fill("report", "soc2"));
        assert_eq!(sent.status, 303, "{}", sent.words());

        let here = format!("/security/recall/{version}");
        let page = desk.security.get(&here);
        assert_eq!(page.status, 200, "{}", page.words());
        assert!(
            page.words().contains("Mara Lindqvist") && page.words().contains("Shredded here"),
            "{}",
            page.words()
        );
        assert!(!page.words().contains("Page 12 names"), "the reason went with the key");
        desk.house.advance_secs(600);
        let sent = desk.security.submit(&page, &page.form(&format!("{here}/remind")));
        assert!(desk.security.follow(&sent).words().contains("1 holder is reminded by letter."));
        let reminder = mailbox.wait_for(RECIPIENT, "Reminder");
        assert!(!reminder.text().contains("The reason:"), "{}", reminder.text());

        let mut mara = recipient(&desk, &mailbox);
        let page = mara.get(&link);
        assert_eq!(page.status, 200, "{}", page.words());
        let filled = page.form(&link).tick("destroyed", "yes").fill("name", "Mara Lindqvist");
        let sent = mara.submit(&page, &filled);
        assert!(mara.follow(&sent).words().contains("You have confirmed that nothing is left"));
        assert!(desk.security.get(&here).words().contains("Confirmed 1 of 1"));
    });
}
