//! The acts of the walk: each gives what the model predicts and what came.

use super::{Came, Found, Kept, Life, Walk, came};
use crate::reports::desk::{content, day, line, words};
use candor::exceptions::acts::RecordError;
use candor::exceptions::acts::version::{BeginError, begin_version};
use candor::exceptions::store::list_sealed;
use candor::fault::Kind;
use candor::ids::{ExceptionId, MemoId, PersonId};
use candor::remediation::acts::update;
use candor::remediation::{Note, Status};
use candor::reports::acts::FinalizeError;
use candor::reports::acts::review::{ask_correction, open_review, settle_correction};
use candor::reports::memos::About;
use candor::reports::review::{Correction, Settled, Verdict};

impl Walk<'_> {
    /// Records an exception; now and then under a reference that is taken.
    pub(super) fn record(&mut self, at: usize) -> (Came, Came) {
        let taken = self.versions[at].exceptions.first().map(|one| one.reference.clone());
        let reference = match taken {
            Some(taken) if self.dice.throw(5) == 0 => taken,
            _ => {
                self.made += 1;
                format!("E-{}", self.made)
            }
        };
        let is_taken = self.versions[at].exceptions.iter().any(|one| one.reference == reference);
        let predicted = self.draft(at).and(if is_taken { Err(Kind::Conflict) } else { Ok(()) });
        let outcome = self.desk.records(self.versions[at].id, content(&reference));
        if let Ok(id) = &outcome {
            let found = Found { id: *id, reference, newest: None, implemented: false };
            self.versions[at].exceptions.push(found);
        }
        (predicted, came(outcome))
    }
    /// Removes an exception; when there is none, one of another version's.
    pub(super) fn remove(&mut self, at: usize) -> (Came, Came) {
        let many = self.versions[at].exceptions.len();
        if many == 0 {
            let nobody = ExceptionId::from_bytes([7; 16]);
            return (Err(Kind::NotFound), came::<_, RecordError>(self.desk.removes(nobody)));
        }
        let which = self.dice.throw(many);
        let predicted = self.draft(at);
        let outcome = self.desk.removes(self.versions[at].exceptions[which].id);
        if outcome.is_ok() {
            self.versions[at].exceptions.remove(which);
        }
        (predicted, came(outcome))
    }
    /// Gives a file.
    pub(super) fn attach(&mut self, at: usize) -> (Came, Came) {
        let outcome = self.desk.attaches(self.versions[at].id, self.desk.file());
        self.versions[at].file |= outcome.is_ok();
        (self.draft(at), came(outcome))
    }
    /// Opens the review; now and then with a day that is over.
    pub(super) fn open_review(&mut self, at: usize) -> (Came, Came) {
        let due = day(if self.dice.throw(4) == 0 { "2026-11-20" } else { "2026-12-01" });
        let predicted = if due < day("2026-11-21") { Err(Kind::Invalid) } else { self.draft(at) };
        let (house, by, id) = (self.desk.house.clone(), self.desk.officer, self.versions[at].id);
        let outcome =
            self.desk.writer.act_blocking("report.review", move |act| open_review(act, &house, by, id, due));
        if outcome.is_ok() {
            self.versions[at].review.get_or_insert_default();
        }
        (predicted, came(outcome))
    }
    /// Asks for a correction.
    pub(super) fn ask(&mut self, at: usize) -> (Came, Came) {
        let opened = if self.versions[at].review.is_some() { Ok(()) } else { Err(Kind::Conflict) };
        let predicted = self.draft(at).and(opened);
        let about = About { version: self.versions[at].id, exception: None };
        let correction = Correction {
            asked_by: line("The auditor"),
            asked_on: day("2026-11-20"),
            text: words("The sample was 26."),
        };
        let (house, by) = (self.desk.house.clone(), self.desk.officer);
        let outcome = self.desk.writer.act_blocking("report.correction", move |act| {
            ask_correction(act, &house, by, about, &correction)
        });
        if let (Ok(done), Some(review)) = (&outcome, &mut self.versions[at].review) {
            review.push((done.value, false));
        }
        (predicted, came(outcome))
    }
    /// Answers a correction; also one that was answered, or that is another version's.
    pub(super) fn settle(&mut self, at: usize) -> (Came, Came) {
        let from = self.pick();
        let known = self.versions[from].review.clone().unwrap_or_default();
        let picked = if known.is_empty() { None } else { Some(known[self.dice.throw(known.len())]) };
        let correction = picked.map_or(MemoId::from_bytes([7; 16]), |(id, _)| id);
        let own = self.versions[at].review.as_ref();
        let predicted =
            self.draft(at).and(match own.map(|all| all.iter().find(|(id, _)| *id == correction)) {
                None | Some(Some((_, true))) => Err(Kind::Conflict),
                Some(None) => Err(Kind::NotFound),
                Some(Some((_, false))) => Ok(()),
            });
        let settled = Settled { correction, verdict: Verdict::Declined, words: words("It was 25.") };
        let (house, by, id) = (self.desk.house.clone(), self.desk.officer, self.versions[at].id);
        let outcome = self
            .desk
            .writer
            .act_blocking("report.settle", move |act| settle_correction(act, &house, by, id, &settled));
        if let (Ok(_), Some(review)) = (&outcome, &mut self.versions[at].review) {
            review.iter_mut().filter(|(id, _)| *id == correction).for_each(|(_, answered)| *answered = true);
        }
        (predicted, came(outcome))
    }
    /// Finalizes; what came before is superseded.
    pub(super) fn finalize(&mut self, at: usize) -> (Came, Came) {
        let kept = &self.versions[at];
        let answered = kept.review.iter().flatten().all(|(_, answered)| *answered);
        let ready = kept.life == Life::Draft && answered && kept.file;
        let predicted = if ready { Ok(()) } else { Err(Kind::Conflict) };
        let outcome: Result<_, FinalizeError> = self.desk.finalizes(kept.id);
        if outcome.is_ok() {
            for earlier in self.versions[..at].iter_mut().filter(|one| one.life == Life::Finalized) {
                earlier.life = Life::Superseded;
            }
            self.versions[at].life = Life::Finalized;
            self.versions[at].fixed = Some(self.fixed(at));
        }
        (predicted, came(outcome))
    }
    /// Begins the next version.
    pub(super) fn begin(&mut self, at: usize) -> (Came, Came) {
        let newest = at + 1 == self.versions.len();
        let ready = self.versions[at].life == Life::Finalized && newest;
        let predicted = if ready { Ok(()) } else { Err(Kind::Conflict) };
        let (house, by, id) = (self.desk.house.clone(), self.desk.officer, self.versions[at].id);
        let outcome: Result<_, BeginError> = self
            .desk
            .writer
            .act_blocking("report.begin_version", move |act| begin_version(act, &house, by, id));
        if let Ok(done) = &outcome {
            let id = done.value.id;
            let own = list_sealed(&mut self.desk.read(), id).unwrap();
            let exceptions = own
                .iter()
                .zip(&self.versions[at].exceptions)
                .map(|(row, old)| Found { id: row.id, newest: None, implemented: false, ..old.clone() })
                .collect();
            let draft = Kept { id, life: Life::Draft, file: false, review: None, exceptions, fixed: None };
            self.versions.push(draft);
        }
        (predicted, came(outcome))
    }
    /// Withdraws what is offered.
    pub(super) fn withdraw(&mut self, at: usize) -> (Came, Came) {
        let offered = self.versions[at].life == Life::Finalized;
        // Seldom, or the walk would end early.
        if offered && self.dice.throw(4) > 0 {
            return (Ok(()), Ok(()));
        }
        let outcome = self.desk.withdraws(self.versions[at].id);
        if outcome.is_ok() {
            self.versions[at].life = Life::Withdrawn;
        }
        (if offered { Ok(()) } else { Err(Kind::Conflict) }, came(outcome))
    }
    /// Tells what happened since; verified only by somebody else, after implemented, with what prevents it.
    pub(super) fn update(&mut self, at: usize) -> (Came, Came) {
        let many = self.versions[at].exceptions.len();
        if many == 0 {
            return (Ok(()), Ok(()));
        }
        let which = self.dice.throw(many);
        let status = Status::ALL[self.dice.throw(Status::ALL.len())];
        let by_other = self.dice.throw(2) == 0;
        let prevented = self.dice.throw(2) == 0;
        let kept = self.versions[at].clone();
        let found = &kept.exceptions[which];
        let told = matches!(kept.life, Life::Finalized | Life::Superseded);
        let done = found.newest.is_some_and(Status::is_done) && found.implemented;
        let predicted = match (told, status) {
            (false, _) => Err(Kind::Conflict),
            (true, Status::Verified) if !done => Err(Kind::Conflict),
            (true, Status::Verified) if !prevented => Err(Kind::Invalid),
            (true, Status::Verified) if !by_other => Err(Kind::Forbidden),
            (true, _) => Ok(()),
        };
        let mut note = Note::new(day("2026-11-20"), words("A step."));
        note.prevented_by = prevented.then(|| words("It happens by itself now."));
        let by = if by_other && status == Status::Verified { self.verifier() } else { self.desk.officer };
        let (house, id) = (self.desk.house.clone(), found.id);
        let outcome = self
            .desk
            .writer
            .act_blocking("remediation.update", move |act| update(act, &house, by, id, (status, &note)));
        if outcome.is_ok() {
            let found = &mut self.versions[at].exceptions[which];
            found.newest = Some(status);
            found.implemented |= status == Status::Implemented;
        }
        (predicted, came(outcome))
    }
    /// Somebody who did not do the work.
    pub(super) fn verifier(&mut self) -> PersonId {
        self.made += 1;
        self.desk.colleague(&format!("v{}@halvorsen.example", self.made), "Vera Vermeer")
    }
}
