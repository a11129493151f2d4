//! What `candor doctor` has to say of keys.

use crate::clock::Micros;
use crate::db::Database;
use crate::keys::{QUARTER_DAYS, Rotation, State, store};
use crate::seal::Keyring;

/// Every data key can be opened, no rotation was left in the middle, and the current key is not too old.
pub(in crate::cli) fn examine(
    keyring: &Keyring,
    database: &Database,
    now: Micros,
    note: &str,
) -> Result<String, String> {
    let read = database
        .read()
        .and_then(|mut db| Ok((store::list(&mut db, keyring)?, store::rotation(&mut db, keyring)?)));
    let (listed, rotation) = read.map_err(|fault| format!("{fault:?}"))?;
    if let Some(kek) = listed.iter().find(|kek| kek.state == State::Missing && kek.data_keys > 0) {
        return Err(format!(
            "{} data keys are wrapped under {}, which the keyring lacks: bring back the keyring that has it",
            kek.data_keys, kek.name
        ));
    }
    match rotation {
        Rotation::Settled => {}
        Rotation::Prepared { kek } => {
            return Err(format!("the new key {kek} is not in force yet: go on with candor keys rotate"));
        }
        Rotation::UnderWay { left, .. } => {
            return Err(format!(
                "a rotation was cut off, {left} data keys are left: go on with candor keys rotate"
            ));
        }
    }
    let earlier = listed.iter().filter(|kek| kek.is_held && kek.state != State::Current).count();
    let current = listed.iter().find(|kek| kek.state == State::Current);
    let age_days = current.and_then(|kek| kek.current_from).map_or(0, |from| now.secs_since(from) / 86_400);
    if age_days > QUARTER_DAYS {
        return Ok(format!(
            "{note} the current key-encryption key is {age_days} days old, more than a quarter: candor keys rotate"
        ));
    }
    Ok(match earlier {
        0 => "one key-encryption key, younger than a quarter".to_owned(),
        _ => format!(
            "the current key-encryption key is younger than a quarter; {earlier} earlier can be retired when backups from their time are not needed"
        ),
    })
}
