//! Finalizing with regard to who holds the version before: they are told, and sales gets the list.

use crate::accounts::store as accounts;
use crate::exceptions::acts::finalize as fix;
use crate::fault::Fault;
use crate::grants::{Grant, State, store};
use crate::identity::{Role, store as people};
use crate::ids::{PersonId, VersionId};
use crate::ledger::{Act, Recorded};
use crate::notices::House;
use crate::notices::letter::LetterKind;
use crate::notices::outbox;
use crate::reports::acts::FinalizeError;
use crate::reports::{Version, store as reports};
use serde::Serialize;

/// To a holder of the version before.
#[derive(Serialize)]
struct SupersededLetter {
    company: String,
    person: String,
    title: String,
    number: String,
    until: String,
    link: String,
}

/// To sales: who holds the version before.
#[derive(Serialize)]
struct HoldersLetter {
    company: String,
    person: String,
    title: String,
    number: String,
    holders: Vec<String>,
    link: String,
}

/// Finalizes a version for ever; from then on it supersedes the one before, whose holders get a letter.
pub fn finalize<'a>(
    mut act: Act<'a>,
    house: &House,
    by: PersonId,
    version: VersionId,
) -> Result<Recorded<'a, Version>, FinalizeError> {
    let draft = reports::require(act.db(), version)?;
    if let Some(old) = reports::find_finalized_by_slug(act.db(), &draft.report.slug)? {
        tell(&mut act, house, &old, &draft)?;
    }
    fix(act, house, by, version)
}

/// Queues the letters. They leave only if the version is finalized in the same act.
fn tell(act: &mut Act<'_>, house: &House, old: &Version, new: &Version) -> Result<(), Fault> {
    let now = act.at();
    let held = store::list_by_version(act.db(), &house.keyring, old.id)?;
    // Grants of people who were erased are revoked, and there is nobody to write to.
    let held: Vec<Grant> = held.into_iter().filter(|grant| grant.state(now) == State::Active).collect();
    if held.is_empty() {
        return Ok(());
    }
    let company = accounts::find_company(act.db())?;
    let company = company.map(|company| company.name.to_string()).unwrap_or_default();
    let (title, number) = (new.card.title.to_string(), new.number.to_string());
    for grant in &held {
        let Some(mark) = &grant.mark else { continue };
        let letter = SupersededLetter {
            company: company.clone(),
            person: mark.name.to_string(),
            title: title.clone(),
            number: number.clone(),
            until: grant.expires_at.date_words(),
            link: house.link(&format!("/reports/{}", new.report.slug)),
        };
        let letter = house.letters.render(LetterKind::Superseded, &mark.email, &letter)?;
        outbox::enqueue(act.db(), house, grant.person, &letter)?;
    }
    let holder = |grant: &Grant| format!("{}, {}", grant.recipient().name, grant.recipient().company);
    for seller in people::list_by_role(act.db(), &house.keyring, Role::Sales)? {
        let letter = HoldersLetter {
            company: company.clone(),
            person: seller.shown_as().to_owned(),
            title: title.clone(),
            number: number.clone(),
            holders: held.iter().map(holder).collect(),
            link: house.link("/sales/grants"),
        };
        let letter = house.letters.render(LetterKind::SupersededHolders, &seller.email, &letter)?;
        outbox::enqueue(act.db(), house, seller.id, &letter)?;
    }
    Ok(())
}
