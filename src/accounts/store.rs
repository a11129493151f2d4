//! The row of the hosting company.

use super::Company;
use crate::clock::Micros;
use crate::db::Db;
use crate::db::schema::company;
use crate::fault::Fault;
use crate::text::{CompanyName, Domain, EmailAddress, LongText};
use diesel::prelude::*;

/// The hosting company, once compliance has entered it.
pub fn find_company(db: &mut Db) -> Result<Option<Company>, Fault> {
    let row: Option<(String, String, String, String)> = company::table
        .find(1)
        .select((company::name, company::contact, company::domain, company::statement))
        .first(db)
        .optional()?;
    row.map(|(name, contact, domain, statement)| {
        let broken = |error| Fault::new("row of the company", error);
        Ok(Company {
            name: CompanyName::parse(&name).map_err(broken)?,
            contact: EmailAddress::parse(&contact).map_err(broken)?,
            domain: Domain::parse(&domain).map_err(broken)?,
            statement: LongText::parse(&statement).map_err(broken)?,
        })
    })
    .transpose()
}

/// Writes the company's row, the first time or again.
pub fn update_company(db: &mut Db, new: &Company, now: Micros) -> Result<(), Fault> {
    let values = (
        company::name.eq(new.name.as_str()),
        company::contact.eq(new.contact.as_str()),
        company::domain.eq(new.domain.as_str()),
        company::statement.eq(new.statement.as_str()),
        company::changed_at.eq(now),
    );
    if diesel::update(company::table.find(1)).set(values).execute(db)? == 0 {
        diesel::insert_into(company::table).values((company::id.eq(1), values)).execute(db)?;
    }
    Ok(())
}
