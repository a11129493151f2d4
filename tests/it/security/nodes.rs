//! Several nodes on one database: each closes only what the dead left open, and sends only what nobody else is sending.

use super::Desk;
use crate::support::databases::on_both;
use candor::app::App;
use candor::identity::Origin;
use candor::ids::NodeId;
use candor::ledger::EventKind;
use candor::notices::outbox;
use candor::release::Asker;
use diesel::connection::SimpleConnection as _;

#[test]
fn a_download_that_another_node_sends_is_left_alone_until_that_node_is_dead() {
    on_both(|database| {
        let desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let grant = desk.grants(version);
        let app = desk.house.app();
        let asker = Asker {
            person: grant.person,
            confirmed_at: app.clock.now(),
            origin: Origin { address: "198.51.100.23".parse().unwrap(), user_agent: "Browser".to_owned() },
        };
        let other = App::open(app.config.clone(), app.clock.clone()).unwrap();
        let system = actix_web::rt::System::new();
        let close =
            |alive: &[NodeId]| system.block_on(async { other.gate.close_unknown(alive).await.unwrap() });
        let gate = app.gate.clone();
        let mut copy = system.block_on(async { gate.admit_copy(asker, grant.id).await }).unwrap();
        copy.next_chunk().unwrap().unwrap();
        assert_eq!(close(&[app.gate.node]), 0);
        assert!(desk.entries(EventKind::DownloadOutcomeUnknown).is_empty());
        assert_eq!(close(&[]), 1);
        assert_eq!(desk.entries(EventKind::DownloadOutcomeUnknown).len(), 1);
        assert_eq!(close(&[]), 0, "closed once");
        other.writer.finish();
    });
}

#[test]
fn a_letter_is_claimed_by_one_node_until_its_time_is_over() {
    on_both(|database| {
        let desk = Desk::open(database);
        let (version, _) = desk.publishes();
        let app = desk.house.app();
        let (one, two) = (NodeId::new(&app.clock), NodeId::new(&app.clock));
        let system = actix_web::rt::System::new();
        let later = app.clock.now().plus_days(1);
        let claim = |node: NodeId, at| {
            let due = move |db: &mut candor::db::Db| outbox::claim_due(db, node, at, 50);
            let claimed = async { app.writer.housekeeping("letter.claimed", due).await.unwrap() };
            system.block_on(claimed).len()
        };
        desk.grants(version);
        for _ in 0..200 {
            if desk.read(outbox::count_waiting) == 0 {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        // Due again, at a time that the server's own worker has not reached.
        desk.intruder()
            .batch_execute(&format!("UPDATE letter SET state = 'waiting', next_try_at = {}", later.0))
            .unwrap();
        let first = claim(one, later);
        assert!(first > 0);
        assert_eq!(claim(one, later), first, "whoever has claimed them may go on");
        assert_eq!(claim(two, later), 0, "they are another node's");
        assert_eq!(claim(two, later.plus_secs(601)), first);
    });
}
