//! What letters say of an erasure: what names a person in those to others, and the last one to them.

use crate::accounts::store as accounts;
use crate::clock::Micros;
use crate::db::Db;
use crate::fault::Fault;
use crate::grants::Grant;
use crate::holds::Hold;
use crate::identity::Person;
use crate::ids::PersonId;
use crate::notices::House;
use crate::notices::letter::{Letter, LetterKind};
use crate::requests::store as requests;
use serde::Serialize;

/// What names a person in letters to others: address and name, as they are now and as copies have them.
pub(super) fn names(person: &Person, held: &[Grant]) -> Vec<String> {
    let mut names = vec![person.email.to_string()];
    names.extend(person.name.iter().map(ToString::to_string));
    for mark in held.iter().filter_map(|grant| grant.mark.as_ref()) {
        names.extend([mark.name.to_string(), mark.email.to_string()]);
    }
    names.sort();
    names.dedup();
    names
}

/// The companies that they gave, which letters that name them say beside the name.
pub(super) fn companies(
    db: &mut Db,
    house: &House,
    person: PersonId,
    held: &[Grant],
) -> Result<Vec<String>, Fault> {
    let asked = requests::list_by_person(db, &house.keyring, person)?;
    let asked = asked.into_iter().filter_map(|request| request.details.map(|details| details.company));
    let granted = held.iter().filter_map(|grant| grant.mark.as_ref().map(|mark| mark.company.clone()));
    let mut companies: Vec<String> = asked.chain(granted).map(|company| company.to_string()).collect();
    companies.sort();
    companies.dedup();
    Ok(companies)
}

/// To the person: what was done, and what stays.
#[derive(Serialize)]
struct ErasedLetter {
    company: String,
    person: String,
    evidence: Option<Remains>,
    backups_until: String,
    contact: String,
}

/// The evidence that stays.
#[derive(Serialize)]
struct Remains {
    hold: String,
    until: String,
}

/// The last letter.
pub(super) fn letter(
    db: &mut Db,
    house: &House,
    person: &Person,
    hold: Option<&Hold>,
    backups_until: Micros,
) -> Result<Letter, Fault> {
    let company = accounts::find_company(db)?;
    let words = ErasedLetter {
        company: company.as_ref().map(|company| company.name.to_string()).unwrap_or_default(),
        person: person.shown_as().to_owned(),
        evidence: hold.map(|hold| Remains {
            hold: hold.name().to_owned(),
            until: hold.ends_at.map(Micros::date_words).unwrap_or_default(),
        }),
        backups_until: backups_until.date_words(),
        contact: company.map(|company| company.contact.to_string()).unwrap_or_default(),
    };
    house.letters.render(LetterKind::Erased, &person.email, &words)
}
