//! `candor keys shred`: a report's keys are destroyed here, after its name was typed.

use super::super::place::{Place, Trouble, say, types};
use crate::keys::acts::shred::{LiveGrants, Plan, ShredError, Target, plan, shred};
use crate::text::Slug;
use clap::Args;

/// Arguments of `candor keys shred`.
#[derive(Debug, Args)]
pub(super) struct Shred {
    /// The report's name in its address.
    #[arg(value_name = "REPORT", value_parser = Slug::parse)]
    report: Slug,
    /// Only this version; all of them otherwise.
    #[arg(long, value_name = "NUMBER")]
    version: Option<u32>,
    /// Grants that still open it end with it; without this word they keep it from being shredded.
    #[arg(long)]
    end_grants: bool,
    /// The report's name once more, instead of being asked for it; for scripts.
    #[arg(long, value_name = "REPORT")]
    yes: Option<String>,
    #[command(flatten)]
    place: Place,
}

impl From<ShredError> for Trouble {
    fn from(error: ShredError) -> Self {
        match error {
            ShredError::Fault(fault) => Self::Fault(fault),
            ShredError::Live(count) => Self::refused(format_args!(
                "{count} people can read it now. Add --end-grants to end their grants with it, or revoke them first."
            )),
            refusal => Self::refused(refusal),
        }
    }
}

/// Shreds.
pub(super) fn run(arguments: &Shred) -> Result<(), Trouble> {
    let app = arguments.place.open()?;
    let target = Target { slug: arguments.report.clone(), number: arguments.version };
    let live = if arguments.end_grants { LiveGrants::End } else { LiveGrants::Refuse };
    let planned = plan(&mut *app.database.read()?, &app.house, &target, app.clock.now())?;
    if live == LiveGrants::Refuse && !planned.live.is_empty() {
        return Err(ShredError::Live(planned.live.len()).into());
    }
    warn(&planned);
    if !typed(arguments)? {
        return Err(Trouble::refused("nothing was changed: the name typed is not that of the report"));
    }
    let (house, days) = (app.house.clone(), i64::from(app.config.retention.backups_days));
    let done = app.writer.act_blocking::<_, _, ShredError>("report.shred", move |act| {
        shred(act, &house, None, (&target, live), days)
    })?;
    app.close()?;
    let done = done.value;
    if !app.database.forget_old_pages()? {
        say(
            "Somebody reads older pages of the database at this moment; a running server lets go of them within the hour.",
        );
    }
    say(format_args!(
        "Shredded: {}. Versions: {}; grants that ended: {}.",
        arguments.report, done.versions, done.grants_ended
    ));
    let keks: Vec<String> = done.keks.into_iter().collect();
    say(format_args!(
        "Backups made before now can be read until they are deleted ({} by your settings), or until {} is retired and gone from every copy of the keyring: candor keys rotate, then candor keys retire.",
        done.backups_until.date_words(),
        keks.join(", ")
    ));
    Ok(())
}

/// Says what will happen, before the name is asked for.
fn warn(planned: &Plan) {
    for version in &planned.versions {
        say(format_args!(
            "{}, version {}: its key is destroyed here, for good.",
            version.card.title, version.number
        ));
    }
    say(format_args!(
        "File, exceptions, responses, updates, evidence and letters beside it cannot be read here any more. {} people were granted it, {} can read it now; copies they hold stay theirs.",
        planned.holders,
        planned.live.len()
    ));
}

/// Whether the report's name was typed once more.
fn typed(arguments: &Shred) -> Result<bool, Trouble> {
    let name = arguments.report.as_str();
    match &arguments.yes {
        Some(given) => Ok(given == name),
        None => types("Shred it?", name, "--yes with the report's name"),
    }
}
