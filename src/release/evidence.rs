//! What the gate knows, read in one statement inside the act.

use super::decide::{Evidence, GrantEvidence, Taking};
use crate::clock::Micros;
use crate::db::Db;
use crate::db::nda_schema::nda_withdrawal;
use crate::db::schema::{download, nda, nda_acceptance, report_grant, report_version};
use crate::fault::Fault;
use crate::ids::{AcceptanceId, GrantId, NdaId, PersonId, ReportId, VersionId};
use crate::reports::recalls;
use crate::watermark::CopyId;
use diesel::prelude::*;

/// The stored word of a version that is offered.
const OFFERED: &str = "finalized";

/// A grant with everything the decision needs.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// The evidence.
    pub(super) evidence: Evidence,
    /// The report.
    pub(super) report: ReportId,
    /// The version.
    pub(super) version: VersionId,
    /// The copy's id.
    pub(super) copy: CopyId,
}

/// The columns of the one statement.
type Row = (
    VersionId,
    CopyId,
    Micros,
    i32,
    Option<Micros>,
    ReportId,
    String,
    Option<i64>,
    Option<NdaId>,
    Option<AcceptanceId>,
    Option<NdaId>,
    Option<Micros>,
    Option<Micros>,
);

/// Reads the evidence of a grant, when it is this person's.
pub(super) fn find(
    db: &mut Db,
    grant: GrantId,
    person: PersonId,
    (confirmed_at, taking): (Micros, Taking),
) -> Result<Option<Found>, Fault> {
    let started = download::table.filter(download::grant_id.eq(report_grant::id)).count().single_value();
    let in_force = nda::table.order(nda::number.desc()).select(nda::id).limit(1).single_value();
    let newest = || {
        nda_acceptance::table
            .filter(nda_acceptance::person_id.eq(report_grant::person_id))
            .order(nda_acceptance::accepted_at.desc())
    };
    let withdrawn = nda_withdrawal::table
        .filter(nda_withdrawal::person_id.eq(report_grant::person_id))
        .order(nda_withdrawal::at.desc())
        .select(nda_withdrawal::at)
        .limit(1)
        .single_value();
    let row: Option<Row> = report_grant::table
        .inner_join(report_version::table)
        .filter(report_grant::id.eq(grant))
        .filter(report_grant::person_id.eq(person))
        .select((
            report_grant::version_id,
            report_grant::copy_id,
            report_grant::expires_at,
            report_grant::downloads_allowed,
            report_grant::revoked_at,
            report_version::report_id,
            report_version::state,
            started,
            in_force,
            newest().select(nda_acceptance::id).limit(1).single_value(),
            newest().select(nda_acceptance::nda_id).limit(1).single_value(),
            newest().select(nda_acceptance::accepted_at).limit(1).single_value(),
            withdrawn,
        ))
        .first(db)
        .optional()?;
    let Some(row) = row else { return Ok(None) };
    let mut found = found(row, confirmed_at, taking);
    // Only what opens nothing anyway is asked about once more, to say why.
    if !found.evidence.offered {
        found.evidence.recalled = recalls::is_recalled(db, found.version)?;
    }
    Ok(Some(found))
}

/// Turns the row into evidence.
fn found(row: Row, confirmed_at: Micros, taking: Taking) -> Found {
    let (version, copy, expires_at, allowed, revoked_at, report, state, ..) = row;
    let (.., started, in_force, acceptance, text, accepted_at, withdrawn_at) = row;
    // Whoever withdrew has accepted nothing until they accept anew.
    let stands = accepted_at.is_some_and(|accepted| withdrawn_at.is_none_or(|at| at < accepted));
    let grant = GrantEvidence {
        expires_at,
        revoked: revoked_at.is_some(),
        downloads_allowed: i64::from(allowed),
        downloads_started: started.unwrap_or(0),
    };
    let evidence = Evidence {
        confirmed_at: Some(confirmed_at),
        nda_in_force: in_force,
        accepted: acceptance.zip(text).filter(|_| stands),
        grant: Some(grant),
        offered: state == OFFERED,
        recalled: false,
        // Whoever asks for a document beside the report says whether it is shown.
        shown: taking != Taking::Companion,
        taking,
    };
    Found { evidence, report, version, copy }
}
