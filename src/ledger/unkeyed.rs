//! The check of a log's database without its keyring: of a copy that was taken when something was found, on another machine.
//!
//! As [`in_place`](mod@in_place): every entry, what is stored beside it, the head; then every checkpoint that was kept and those
//! from outside. Nothing is written. Without the keyring personal data stays sealed, and without the log's key nobody knows who
//! has signed a checkpoint: the answer names what was not checked.

use super::chain::{Chain, Lead};
use super::checkpoints;
use super::handover;
use super::in_place::{self, End, Entries, verdict};
use super::nodes;
use super::note::{Checkpoint, SignedNote, VerifierKey};
use super::origin::{life, origin};
use super::outside::Outside;
use super::path::TreeHead;
use super::signers::Signers;
use super::verify::{Stop, Verdict, Whole, tampered, tampered_at, unusable};
use crate::db::Db;
use crate::fault::Fault;

/// Checks the log in a database. Reads all of it.
pub fn verify(db: &mut Db, outside: &Outside) -> Result<Verdict, Fault> {
    verdict(check(db, outside))
}

/// See [`verify`].
fn check(db: &mut Db, outside: &Outside) -> Result<Whole, End> {
    let found = in_place::entries(db, &mut |_| Ok(()))?;
    let size = found.head.size;
    let chain = Chain::follow(&handover::list(db, size)?)?;
    let key = outside.key.as_ref().map(|key| newest(key, &chain, &found)).transpose()?;
    let signers = key.as_ref().map(|key| chain.signers(key));
    let anchored_at = kept(db, outside, (&chain, signers.as_ref()), size)?;
    let origin = match &key {
        Some(key) => key.name().to_owned(),
        None => told_origin(db)?,
    };
    let checkpoints = checkpoints::checked(db, size, |note| match &signers {
        Some(signers) => signers.open(note),
        None => Checkpoint::parse(SignedNote::parse(note)?.unchecked_text()),
    })?;
    Ok(Whole {
        key_from_outside: key.is_some(),
        handovers: chain.handovers(),
        replaced: chain.replaced(),
        checkpoints,
        anchored_at,
        undisclosed: found.commitments,
        unchecked: unchecked(outside),
        ..found.told(&key.map(|key| key.to_string()).unwrap_or_default(), &origin)
    })
}

/// The key that signs by the head, if the one that somebody kept leads to it.
fn newest(key: &VerifierKey, chain: &Chain, found: &Entries) -> Result<VerifierKey, Stop> {
    let end = chain.end().unwrap_or(key);
    let newest = end.with_name(&origin(life(key.name()).0, found.epoch));
    match (chain.lead(key, &newest), &found.signer) {
        (Lead::Replaced, _) => Err(unusable(format!(
            "the key you gave was replaced after a restore and has not signed for the one that follows; the house now signs by \
             {newest}. Ask for that key by a way that you trust, and give it"
        ))),
        (Lead::Signed, None) => Ok(newest),
        (Lead::Signed, Some(signer)) if *signer == *newest.public() => Ok(newest),
        _ => Err(tampered("the log names another key than the one you gave, and no hand-over leads to it")),
    }
}

/// Compares the log with what the person who checks has kept, and with what was signed when its key was handed over. Up to
/// which size it is anchored.
fn kept(
    db: &mut Db,
    outside: &Outside,
    (chain, signers): (&Chain, Option<&Signers>),
    size: u64,
) -> Result<Option<u64>, End> {
    let held = signers.map_or_else(|| outside.unsigned_heads(), |signers| outside.heads(signers))?;
    let anchored_at = held.last().map(|head| head.size);
    let mut all: Vec<TreeHead> = held.into_iter().chain(chain.heads().iter().copied()).collect();
    all.sort_by_key(|head| head.size);
    let mut good = 0;
    for head in all {
        if head.size > size {
            let why =
                format!("the log ends after {size} entries; a checkpoint from outside covers {}", head.size);
            return Err(tampered_at(size, why).into());
        }
        if nodes::root_at(db, head.size)? != head.root {
            let why = format!("entries {good} to {} are not those the checkpoint you hold covers", head.size);
            return Err(tampered_at(good, why).into());
        }
        good = head.size;
    }
    Ok(anchored_at)
}

/// The log's origin as its newest checkpoint says; nobody has checked it.
fn told_origin(db: &mut Db) -> Result<String, Fault> {
    let note = checkpoints::newest(db)?;
    Ok(note.and_then(|note| note.lines().next().map(str::to_owned)).unwrap_or_default())
}

/// What is left to check elsewhere.
fn unchecked(outside: &Outside) -> Vec<String> {
    let mut left = vec!["personal data against its commitments: only the keyring opens it".to_owned()];
    if outside.key.is_none() {
        left.push("who signed the checkpoints: give the log's key with --key".to_owned());
    }
    if outside.policy.is_some() {
        left.push("the signatures of witnesses: they stand in an export".to_owned());
    }
    left
}
