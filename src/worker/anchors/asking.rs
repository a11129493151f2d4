//! Asking witnesses, and what to do when somebody outside has seen another log: that is no silence to be waited out.

use super::super::alarms::{self, Alarm};
use super::{Anchors, Told};
use crate::fault::Fault;
use crate::ledger::anchors;
use crate::ledger::witness::{self, Witness};
use crate::ledger::{EventKind, acts, store};

/// Why a checkpoint was not anchored.
#[derive(Clone, Debug)]
pub(super) enum Unanchored {
    /// The anchor has seen another log, or more of it than there is.
    Contradicts(String),
    /// It did not answer as it should.
    Silent(String),
}

/// How often a witness is asked again that knows another size than we remember.
const TURNS: u8 = 3;

impl Anchors {
    /// Sees what other nodes have appended: nothing is written.
    pub(super) async fn catch_up(&self) -> Result<(), Fault> {
        self.app.writer.housekeeping("head.read", |_| Ok::<_, Fault>(())).await
    }

    /// Asks a witness to sign, from what it knows on; keeps its signature.
    pub(super) async fn ask(&mut self, witness: &Witness) -> Result<Result<u64, Unanchored>, Fault> {
        let poster = match self.poster() {
            Ok(poster) => poster,
            Err(why) => return Ok(Err(Unanchored::Silent(why))),
        };
        let (name, mut told) = (anchors::of_witness(witness), self.newest());
        let mut old = self.app.read(move |db| anchors::known_size(db, &name)).await?;
        let url = format!("{}/add-checkpoint", witness.url.clone().unwrap_or_default());
        // A witness that knows another size says so: it may have seen this log without our remembering.
        for _ in 0..TURNS {
            if old > told.head.size {
                // By another node, whose entries are not known here yet.
                self.catch_up().await?;
                told = self.newest();
            }
            let new = told.head.size;
            let Some(proof) = self.app.read(move |db| store::consistency(db, old, new)).await? else {
                return Ok(Err(Unanchored::Contradicts(format!(
                    "it has seen {old} entries, and this log has {new}"
                ))));
            };
            let body = witness::request(old, &proof, &told.note);
            let answer = match poster.post(&url, body, None).await {
                Ok(answer) => answer,
                Err(error) => return Ok(Err(Unanchored::Silent(error.to_string()))),
            };
            let another = "it has seen another log, which this one does not extend";
            match (answer.status, answer.text.trim().parse::<u64>()) {
                (200, _) => return self.keep(witness, &told, &answer.text).await,
                (409, Ok(known)) if known != old => old = known,
                // The same size, and so another root.
                (409, Ok(known)) if known == new => {
                    return Ok(Err(Unanchored::Contradicts(another.to_owned())));
                }
                (422, _) => return Ok(Err(Unanchored::Contradicts(another.to_owned()))),
                (status, _) => {
                    return Ok(Err(Unanchored::Silent(format!("the witness answered {status}"))));
                }
            }
        }
        Ok(Err(Unanchored::Silent("the witness does not say what it has seen".to_owned())))
    }

    /// Keeps the signature in a witness's answer.
    async fn keep(
        &self,
        witness: &Witness,
        told: &Told,
        answer: &str,
    ) -> Result<Result<u64, Unanchored>, Fault> {
        let Some(line) = witness::cosignature(answer, &told.note, &witness.key) else {
            let why = "the witness answered without a signature that counts";
            return Ok(Err(Unanchored::Silent(why.to_owned())));
        };
        let (size, by) = (told.head.size, witness.key.name().to_owned());
        let keep = move |db: &mut crate::db::Db| anchors::insert_cosignature(db, size, &by, &line);
        self.app.writer.housekeeping("witness.cosigned", keep).await?;
        Ok(Ok(size))
    }

    /// Notes what came of a try; a contradiction is told at once, and stands on every page of the staff until it is over.
    pub(super) async fn heard(&self, name: String, outcome: Result<u64, Unanchored>) -> Result<(), Fault> {
        let checks = &self.app.checks;
        match &outcome {
            Ok(_) => drop(checks.object(&name, None)),
            Err(Unanchored::Silent(_)) => {}
            Err(Unanchored::Contradicts(why)) => {
                let alarm = disputed(&name, why);
                if checks.object(&name, Some(alarm.text.clone())) {
                    self.dispute(name.clone(), why.clone(), alarm).await?;
                }
            }
        }
        let outcome = outcome.map_err(|why| match why {
            Unanchored::Contradicts(why) | Unanchored::Silent(why) => why,
        });
        self.note(name, outcome).await
    }

    /// Records a contradiction, once until the anchor takes a checkpoint again, and tells those who guard the log.
    async fn dispute(&self, name: String, why: String, alarm: Alarm) -> Result<(), Fault> {
        tracing::error!(anchor = name, why, "somebody outside has seen another log");
        let known = self.app.read(anchors::list).await?;
        if let Some(anchor) = known.into_iter().find(|anchor| anchor.name == name)
            && self.is_told(EventKind::AnchorDisputed, &anchor).await?
        {
            return Ok(());
        }
        let (size, house, told) = (self.app.writer.head().size, self.app.house.clone(), alarm.clone());
        let recorded = self
            .app
            .act("anchor.disputed", move |mut act| {
                alarms::write(&mut act, &house, &told)?;
                acts::anchor_disputed(act, name, size, why)
            })
            .await;
        alarms::post(&self.app, &alarm).await;
        recorded.map(drop)
    }
}

/// What is said of an anchor that contradicts the log.
fn disputed(name: &str, why: &str) -> Alarm {
    Alarm {
        event: "anchor_disputed",
        what: "Somebody outside has seen another log",
        text: format!(
            "The anchor \u{201c}{name}\u{201d} contradicts the log: {why}. The log may have been rolled back or rewritten."
        ),
        todo: "Change and restore nothing. Copy database and anchor file, ask whoever runs the anchor for the checkpoint that it has \
               seen, and compare an export with it: candor ledger verify DIR --checkpoint FILE. If a backup was restored, \
               go on with candor ledger new-epoch.",
    }
}
