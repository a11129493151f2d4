//! The main job from an empty folder to a copy in the recipient's hands.

use super::{REPORT, accepts, downloads, play, publish};
use candor::watermark::read_copy_id;

#[test]
fn the_main_job_from_init_to_a_marked_copy_and_a_whole_log() {
    play(|mut house| {
        let mut officer = house.staff("Tobias", "compliance");
        let mut seller = house.staff("Sam", "sales");
        let mut watch = house.staff("Priya", "security");
        assert!(house.visitor("198.51.100.7").get("/request").words().contains("no NDA text is in force"));
        publish(&mut officer, REPORT);

        let mut ada = house.visitor("198.51.100.7");
        let request = house.asks(&mut ada, "ada@buyer.example");
        assert!(ada.get(&request).words().contains("Read the NDA"));
        assert_eq!(ada.get("/reports/audit").status, 403, "nothing opens before the approval");
        accepts(&mut ada);
        house.approves(&mut seller, "ada@buyer.example");
        house.mailbox.wait_for("ada@buyer.example", "You may now read");

        let room = ada.get("/reports/audit").words();
        assert!(room.contains("access was disabled late"), "the auditor's words are in the room: {room}");
        let copy = downloads(&mut ada);
        assert_eq!(copy.status, 200, "{}", copy.words());
        let reading = read_copy_id(&copy.body).unwrap();
        let access = ada.get("/access").words();
        let [number] = reading.copies().try_into().unwrap_or_else(|all| panic!("one copy, not {all:?}"));
        let number = number.to_string();
        assert!(access.contains(&number), "{access}");

        let log = watch.get("/security").words();
        for kind in
            ["download.completed", "download.started", "report.viewed", "request.approved", "nda.accepted"]
        {
            assert!(log.contains(kind), "{kind} is not in the log: {log}");
        }
        let page = watch.get("/security/integrity");
        let sent = watch.submit(&page, &page.form("/security/integrity"));
        let verified = if sent.status == 303 { watch.follow(&sent) } else { sent };
        assert!(verified.words().contains("whole"), "{} {}", verified.status, verified.words());

        let certificate = house.mailbox.wait_for("ada@buyer.example", "certificate").text();
        let note =
            certificate.split_once("candor/").map(|(_, rest)| format!("candor/{}", rest.trim_end())).unwrap();
        house.stop();
        let said = house.log_is_whole(Some(&format!("{note}\n")));
        assert!(!said.contains("not anchored"), "the letter's checkpoint anchors the log: {said}");
        assert!(house.log_is_whole(None).contains("not anchored"));
    });
}

#[test]
fn a_revoked_recipient_is_out_at_the_next_request_and_told_so() {
    play(|house| {
        let mut officer = house.staff("Tobias", "compliance");
        let mut seller = house.staff("Sam", "sales");
        publish(&mut officer, REPORT);
        let mut ada = house.visitor("198.51.100.7");
        house.asks(&mut ada, "ada@buyer.example");
        accepts(&mut ada);
        house.approves(&mut seller, "ada@buyer.example");
        assert_eq!(ada.get("/reports/audit").status, 200);
        let grants = seller.get("/sales/grants");
        let link = grants.links().into_iter().find(|link| link.starts_with("/sales/grants/")).unwrap();
        let grant = seller.get(&link);
        let action = format!("{link}/revoke");
        assert_eq!(seller.submit(&grant, &grant.form(&action)).status, 303);
        let refused = ada.get("/reports/audit");
        assert_eq!(refused.status, 410);
        assert!(refused.words().contains("has been revoked"), "{}", refused.words());
        let copy = ada.get("/access");
        let token = copy.form("/sign-out").value("csrf").unwrap().to_owned();
        assert_eq!(ada.post_form("/reports/audit/copy", &[("csrf", &token)]).status, 410);
    });
}
