//! Erasing a person and shredding a report, with what lies outside of the transaction: older pages of the database, letters written as files.

use super::App;
use crate::config::Mail;
use crate::db::shreds;
use crate::erasure::acts::{EraseError, Telling, erase};
use crate::erasure::{Erasure, Terms, store};
use crate::fault::Fault;
use crate::identity::store as people;
use crate::ids::PersonId;
use crate::keys::acts::shred::{LiveGrants, ShredError, Shredded, Target, shred};
use crate::ledger::Done;
use crate::notices::carrier;
use std::sync::Arc;

/// Days after an erasure in which older pages are looked for again: whoever read them then has let go.
const AGAIN_DAYS: i64 = 2;

impl App {
    /// Erases a person. After the act the embedded database lets go of its older pages; when somebody still reads them, the
    /// worker tries again.
    pub async fn erase(&self, by: Option<PersonId>, person: PersonId) -> Result<Done<Erasure>, EraseError> {
        let (house, terms) = (self.house.clone(), Terms::from(self.config.retention));
        let act = self
            .act_urgent("person.erase", move |act| erase(act, &house, (by, Telling::Letter), person, terms));
        self.erase_by(act, person).await
    }

    /// Erases a person by an act, and whatever of them lies outside of its transaction.
    pub async fn erase_by(
        &self,
        act: impl Future<Output = Result<Done<Erasure>, EraseError>>,
        person: PersonId,
    ) -> Result<Done<Erasure>, EraseError> {
        let keyring = Arc::clone(&self.keyring);
        let known = self.read(move |db| people::require_person(db, &keyring, person)).await;
        let done = act.await?;
        self.directory.forget_all();
        if let (Ok(known), Mail::Files(folder)) = (known, self.config.mail.clone()) {
            let address = known.email.to_string();
            self.work(move || carrier::forget_files(&folder, &address)).await?.map_err(Fault::from)?;
        }
        if !self.forget_old_pages().await? {
            tracing::warn!("somebody still reads older pages of the database; they are let go of later");
        }
        Ok(done)
    }

    /// Has the database let go of its older pages; `false` when somebody still reads them.
    async fn forget_old_pages(&self) -> Result<bool, Fault> {
        let database = self.database.clone();
        self.work(move || database.forget_old_pages()).await?
    }

    /// The same, if anybody was erased or anything shredded a short while ago: a crash or a long read may have left pages behind.
    pub async fn forget_again(&self) -> Result<bool, Fault> {
        let since = self.clock.now().plus_days(-AGAIN_DAYS);
        let any = self
            .read(move |db| Ok::<_, Fault>(store::any_since(db, since)? || shreds::any_since(db, since)?));
        if !any.await? {
            return Ok(false);
        }
        self.forget_old_pages().await
    }

    /// Shreds a report, or one version of it. The embedded database lets go of its older pages, as after an erasure.
    pub async fn shred(
        &self,
        by: PersonId,
        target: Target,
        live: LiveGrants,
    ) -> Result<Done<Shredded>, ShredError> {
        let (house, days) = (self.house.clone(), Terms::from(self.config.retention).backups_days);
        let done = self
            .act_urgent("report.shred", move |act| shred(act, &house, Some(by), (&target, live), days))
            .await?;
        if !self.forget_old_pages().await? {
            tracing::warn!("somebody still reads older pages of the database; they are let go of later");
        }
        Ok(done)
    }
}
