//! Names of a log: `candor/<instance>` in its first life, `candor/<instance>/2` in the second, and so on.

/// Which log an origin is of, and which of its lives, from 1.
pub(super) fn life(origin: &str) -> (&str, u32) {
    let numbered = origin.rsplit_once('/').and_then(|(log, number)| {
        let epoch = number.parse::<u32>().ok().filter(|epoch| *epoch >= 2 && epoch.to_string() == number)?;
        Some((log, epoch))
    });
    numbered.unwrap_or((origin, 1))
}

/// The origin of a log in one of its lives.
pub(super) fn origin(log: &str, epoch: u32) -> String {
    if epoch <= 1 { log.to_owned() } else { format!("{log}/{epoch}") }
}
