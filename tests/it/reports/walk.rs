//! A walk over the life of a report: random acts, each predicted by a small pure model, on the real database.
//!
//! The seeds are printed when a step goes otherwise than predicted; `CANDOR_WALK_SEED` walks one of them again.

#![expect(clippy::print_stdout, reason = "the seeds are printed so that a walk can be walked again")]

mod acts;

use super::desk::{Desk, card, facts};
use crate::support::databases::on_both;
use candor::exceptions::acts as exceptions;
use candor::exceptions::store::list_sealed;
use candor::fault::{Kind, Refusal};
use candor::ids::{ExceptionId, MemoId, VersionId};
use candor::remediation::{Status, store as remediation};
use candor::reports::review::Review;
use candor::reports::{State, store as reports};

/// Numbers that look random and come again for the same seed (`SplitMix64`).
struct Dice(u64);

impl Dice {
    /// A number below `sides`.
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(sides).unwrap()).unwrap()
    }
}

/// What the model knows of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Life {
    Draft,
    Finalized,
    Superseded,
    Withdrawn,
}

/// What the model knows of an exception.
#[derive(Clone, Debug)]
struct Found {
    id: ExceptionId,
    reference: String,
    newest: Option<Status>,
    implemented: bool,
}

/// What the model knows of a version.
#[derive(Clone, Debug)]
struct Kept {
    id: VersionId,
    life: Life,
    file: bool,
    /// Corrections, each with whether it was answered; `None` before the review.
    review: Option<Vec<(MemoId, bool)>>,
    exceptions: Vec<Found>,
    /// What must never change once it is finalized.
    fixed: Option<(Vec<u8>, String)>,
}

/// The acts of the walk.
#[derive(Clone, Copy, Debug)]
enum Step {
    Record,
    Remove,
    Attach,
    ChangeFacts,
    OpenReview,
    Ask,
    Settle,
    Finalize,
    Begin,
    Withdraw,
    Update,
}

const STEPS: [Step; 14] = [
    Step::Record,
    Step::Record,
    Step::Remove,
    Step::Attach,
    Step::ChangeFacts,
    Step::OpenReview,
    Step::Ask,
    Step::Settle,
    Step::Settle,
    Step::Finalize,
    Step::Finalize,
    Step::Begin,
    Step::Withdraw,
    Step::Update,
];

/// What an act came to: done, or refused as a conflict, as not there, or as something that cannot be meant.
type Came = Result<(), Kind>;

/// The outcome of an act as the model speaks of it.
fn came<T, E: Refusal>(outcome: Result<T, E>) -> Came {
    outcome.map(drop).map_err(|error| error.kind())
}

/// The walker: the house, what the model knows, and the dice.
struct Walk<'a> {
    desk: &'a Desk,
    versions: Vec<Kept>,
    dice: Dice,
    made: u32,
}

impl Walk<'_> {
    /// One of the versions, the newest more often than the others.
    fn pick(&mut self) -> usize {
        let all = self.versions.len();
        if self.dice.throw(3) > 0 { all - 1 } else { self.dice.throw(all) }
    }
    /// Whether a draft may be changed, as the model says.
    fn draft(&self, at: usize) -> Came {
        if self.versions[at].life == Life::Draft { Ok(()) } else { Err(Kind::Conflict) }
    }
    /// Does one step and says what was predicted and what came.
    fn step(&mut self, step: Step) -> (Came, Came) {
        let at = self.pick();
        match step {
            Step::Record => self.record(at),
            Step::Remove => self.remove(at),
            Step::Attach => self.attach(at),
            Step::ChangeFacts => {
                (self.draft(at), came(self.desk.changes_facts(self.versions[at].id, card(), facts())))
            }
            Step::OpenReview => self.open_review(at),
            Step::Ask => self.ask(at),
            Step::Settle => self.settle(at),
            Step::Finalize => self.finalize(at),
            Step::Begin => self.begin(at),
            Step::Withdraw => self.withdraw(at),
            Step::Update => self.update(at),
        }
    }
    /// The sealed words of a version, and the digest over its exceptions.
    fn fixed(&self, at: usize) -> (Vec<u8>, String) {
        let id = self.versions[at].id;
        let rows = list_sealed(&mut self.desk.read(), id).unwrap();
        (self.desk.version(id).facts.as_bytes().to_vec(), exceptions::digest(&rows).sealed_sha256)
    }
    /// Compares what is stored with what the model knows.
    fn compare(&self) {
        let db = &mut self.desk.read();
        for (at, kept) in self.versions.iter().enumerate() {
            let version = reports::require(db, kept.id).unwrap();
            let life = match version.state {
                State::Draft => Life::Draft,
                State::Finalized(_) => Life::Finalized,
                State::Superseded(_) => Life::Superseded,
                State::Withdrawn(_) => Life::Withdrawn,
                State::Recalled(_) => panic!("nobody recalls anything on this walk"),
            };
            assert_eq!((life, version.file.is_some()), (kept.life, kept.file), "version {at}");
            let key = self.desk.key(&version);
            let stored = self.desk.exceptions(&version);
            let ids: Vec<_> = stored.iter().map(|one| one.id).collect();
            assert_eq!(ids, kept.exceptions.iter().map(|one| one.id).collect::<Vec<_>>(), "version {at}");
            let review = Review::find(db, &key, kept.id).unwrap().map(|review| review.open());
            let open = kept.review.as_ref().map(|all| all.iter().filter(|(_, answered)| !answered).count());
            assert_eq!(review, open, "version {at}");
            let updates = remediation::list_sealed(db, kept.id).unwrap();
            for found in &kept.exceptions {
                let newest = updates.iter().rev().find(|update| update.exception == found.id);
                assert_eq!(newest.map(|update| update.status), found.newest, "version {at}");
            }
            if let Some(fixed) = &kept.fixed {
                assert_eq!(&self.fixed(at), fixed, "what was finalized has changed: version {at}");
            }
        }
    }
}

/// Walks so many steps and says how many acts were done and refused.
fn walk(desk: &Desk, seed: u64, steps: usize) -> (usize, usize) {
    let mut walk = Walk { desk, versions: vec![], dice: Dice(seed), made: 0 };
    let (mut done, mut refused) = (0, 0);
    for number in 0..steps {
        // A line of versions that is withdrawn goes no further: another report begins.
        if walk.versions.last().is_none_or(|newest| newest.life == Life::Withdrawn) {
            let id = desk.creates(&format!("walk-{seed:x}-{number}")).unwrap().id;
            let draft =
                Kept { id, life: Life::Draft, file: false, review: None, exceptions: vec![], fixed: None };
            walk.versions.push(draft);
        }
        // What is told in one and the same moment has no order.
        desk.house.clock.advance_secs(1);
        let step = STEPS[walk.dice.throw(STEPS.len())];
        let (predicted, came) = walk.step(step);
        assert_eq!(came, predicted, "step {number}, {step:?}, of the walk with seed {seed}");
        if came.is_ok() {
            done += 1;
        } else {
            refused += 1;
        }
        if number % 10 == 9 {
            walk.compare();
        }
    }
    walk.compare();
    (done, refused)
}

#[test]
fn every_act_of_a_walk_comes_to_what_the_model_says() {
    let asked = std::env::var("CANDOR_WALK_SEED").ok().map(|seed| seed.parse().unwrap());
    let seeds: Vec<u64> = match asked {
        Some(seed) => vec![seed],
        None => vec![1, 2, 3, u64::from(std::process::id())],
    };
    on_both(|database| {
        let desk = Desk::new(database);
        for seed in &seeds {
            let (done, refused) = walk(&desk, *seed, 120);
            println!("walk with seed {seed}: {done} acts done, {refused} refused as predicted");
            assert!(done > 20 && refused > 10, "seed {seed}: {done} done, {refused} refused");
        }
    });
}
