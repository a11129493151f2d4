//! `/security/entries/{index}`: one entry, its exact bytes, what is disclosed of it, and the proof that it is in the log.
//!
//! Opening the page is recorded as `log.searched` with the index, each time: it shows personal data. The receipt holds
//! none and is not recorded.

use super::names::Names;
use super::networks;
use super::{reader, unreadable, words};
use crate::app::Template;
use crate::db::Db;
use crate::fault::{Fault, Kind};
use crate::ledger::acts::{self, Sought};
use crate::ledger::receipt::Receipt;
use crate::ledger::store::{self, Disclosed, Entry};
use crate::ledger::tree::leaf_hash;
use crate::ledger::{Leaf, PersonalField, VerifierKey, Writer};
use crate::seal::Keyring;
use crate::unusual::countries::{Countries, Source};
use crate::web::Answer;
use crate::web::file::text_file;
use crate::web::guard::{Staff, desk::LogReader};
use crate::web::page::{Desk, Page, Shell, Status, Tone, When, show as show_page};
use crate::web::partials::Fact;
use crate::web::problem::Problem;
use actix_web::web;
use serde::Serialize;
use std::sync::Arc;

/// The page.
#[derive(Serialize)]
struct EntryPage {
    shell: Shell,
    #[serde(flatten)]
    shown: Shown,
    newer: Option<String>,
    older: Option<String>,
}

impl Page for EntryPage {
    const TEMPLATE: Template = Template::SecurityEntry;
}

/// Everything about the entry.
#[derive(Serialize)]
struct Shown {
    entry: Head,
    facts: Vec<Fact>,
    leaf: LeafBytes,
    commitments: Vec<CommitmentRow>,
    countries: Option<Source>,
    proof: Proof,
}

/// What happened.
#[derive(Serialize)]
struct Head {
    index: u64,
    kind: &'static str,
    what: &'static str,
    at: When,
    tone: Tone,
}

/// The bytes that are hashed.
#[derive(Serialize)]
struct LeafBytes {
    json: String,
    sha256: String,
}

/// Personal data and its commitment.
#[derive(Serialize)]
struct CommitmentRow {
    name: &'static str,
    commitment: String,
    state: Status,
    plain: Option<String>,
    /// The other entries of an address.
    href: Option<String>,
    /// The country of an address.
    country: Option<String>,
}

/// The proof, and what the server itself finds of it.
#[derive(Serialize)]
struct Proof {
    /// The tree it is proven in; none when the proof fails.
    tree: Option<Tree>,
    path: Vec<Sibling>,
    state: Status,
    text: String,
    checkpoint: String,
    receipt_href: String,
}

/// The tree that a checkpoint covers.
#[derive(Serialize)]
struct Tree {
    size: u64,
    root: String,
}

/// A hash on the way up, and on which side it stands.
#[derive(Serialize)]
struct Sibling {
    side: &'static str,
    digest: String,
}

/// GET: the entry.
pub async fn show(staff: Staff<LogReader>, index: web::Path<u64>) -> Answer {
    let index = index.into_inner();
    if index >= staff.app.writer.head().size {
        return Err(nothing(index));
    }
    let (by, keyring) = (reader(&staff, staff.person.id), Arc::clone(&staff.app.keyring));
    staff.app.act("log.search", move |act| acts::search(act, by, &Sought::Entry(index))).await?;
    let writer = staff.app.writer.clone();
    let countries = staff.app.countries.clone();
    let shown = staff
        .app
        .read(move |db| read(db, (&keyring, &countries), &writer, index))
        .await
        .map_err(unreadable)?;
    let shown = shown.ok_or_else(|| nothing(index))?;
    let href = |index: u64| format!("/security/entries/{index}");
    let newer = index.checked_add(1).filter(|newer| *newer < staff.app.writer.head().size);
    show_page(
        &staff,
        &EntryPage {
            shell: staff.shell(Desk::Security, format!("Entry {index}")),
            shown,
            newer: newer.map(href),
            older: index.checked_sub(1).map(href),
        },
    )
}

/// GET: the receipt, to be checked with `candor ledger verify` or any verifier of C2SP `tlog-proof`.
pub async fn receipt(staff: Staff<LogReader>, index: web::Path<u64>) -> Answer {
    let index = index.into_inner();
    let receipt = staff.app.receipt(index).await?.ok_or_else(|| nothing(index))?;
    Ok(text_file(&format!("entry-{index}.tlog-proof.txt"), receipt.to_string()))
}

/// No such entry.
fn nothing(index: u64) -> Problem {
    Problem::new(Kind::NotFound, format!("The log has no entry {index}.")).action("/security", "To the log")
}

/// Reads the entry and everything about it.
fn read(
    db: &mut Db,
    (keyring, countries): (&Keyring, &Countries),
    writer: &Writer,
    index: u64,
) -> Result<Option<Shown>, Fault> {
    let Some(entry) = store::find(db, index)? else { return Ok(None) };
    let Some(receipt) = store::unproven(db, writer, index)? else { return Ok(None) };
    let mut names = Names::read(db, keyring)?;
    let leaf = &entry.leaf;
    Ok(Some(Shown {
        entry: Head {
            index,
            kind: leaf.kind.as_str(),
            what: leaf.kind.words(),
            at: leaf.at.into(),
            tone: words::tone(leaf.kind),
        },
        facts: facts(db, &mut names, leaf)?,
        leaf: LeafBytes {
            // The first byte is the format's version and no text.
            json: String::from_utf8_lossy(receipt.leaf.get(1..).unwrap_or_default()).into_owned(),
            sha256: format!("{:?}", leaf_hash(&receipt.leaf)),
        },
        commitments: commitments(db, (keyring, countries), &entry)?,
        countries: countries.source(),
        proof: proof(&receipt, writer.verifier()),
    }))
}

/// What the entry says, in words.
fn facts(db: &mut Db, names: &mut Names<'_>, leaf: &Leaf) -> Result<Vec<Fact>, Fault> {
    let mut facts = vec![Fact::new("Done by", names.actor(db, leaf.by)?)];
    facts.extend(names.subject(db, leaf)?.map(|name| Fact::new("About", name)));
    facts.extend(names.report_of(leaf).map(|title| Fact::new("Report", title)));
    facts.extend(leaf.copy.as_ref().map(|copy| Fact::new("Copy", copy)));
    facts.extend(leaf.closes.map(|start| Fact::new("Ends the start", format!("entry {start}"))));
    let ids = [
        ("Grant", leaf.grant.map(|id| id.to_string())),
        ("Access request", leaf.request.map(|id| id.to_string())),
        ("NDA acceptance", leaf.acceptance.map(|id| id.to_string())),
        ("Download", leaf.download.map(|id| id.to_string())),
    ];
    facts.extend(ids.into_iter().filter_map(|(term, id)| id.map(|id| Fact::new(term, id))));
    facts.extend(leaf.facts.iter().map(|(key, fact)| {
        let (term, value) = (words::term(key), words::value(key, fact));
        if words::is_digest(fact) { Fact::hash(term, value) } else { Fact::new(term, value) }
    }));
    Ok(facts)
}

/// What is disclosed, beside its commitments.
fn commitments(
    db: &mut Db,
    (keyring, countries): (&Keyring, &Countries),
    entry: &Entry,
) -> Result<Vec<CommitmentRow>, Fault> {
    let disclosed = store::disclosures(db, keyring, entry)?;
    let rows = entry.leaf.personal.values().zip(disclosed).map(|(commitment, (field, disclosed))| {
        let (state, plain) = match disclosed {
            Disclosed::Erased => (Status::new(Tone::Quiet, "Erased"), None),
            Disclosed::Mismatch => (Status::new(Tone::Danger, "Does not fit the commitment"), None),
            Disclosed::Value(value) => (Status::new(Tone::Ok, "Fits the commitment"), Some(value)),
        };
        let address = plain.as_deref().filter(|_| field == PersonalField::NetworkAddress);
        let country = address.and_then(|address| countries.words(address));
        let href = address.and_then(networks::href);
        CommitmentRow {
            name: field.words(),
            commitment: format!("{commitment:?}"),
            state,
            plain,
            href,
            country,
        }
    });
    Ok(rows.collect())
}

/// The proof, checked as an outsider would.
fn proof(receipt: &Receipt, key: &VerifierKey) -> Proof {
    let checked = receipt.check(key);
    let (state, text) = match &checked {
        Ok((_, checkpoint)) => (
            Status::new(Tone::Ok, "Proven"),
            format!(
                "This entry is one of the {} that the checkpoint below covers: {} hashes lead from its leaf to the signed root. \
                 This server has followed them; the receipt lets anybody do the same.",
                checkpoint.head.size,
                receipt.path.len()
            ),
        ),
        Err(error) => (
            Status::new(Tone::Danger, "Not proven"),
            format!("The proof fails: {error}. Verify the whole log under Integrity."),
        ),
    };
    let head = checked.ok().map(|(_, checkpoint)| checkpoint.head);
    let sides = sides(receipt.index, head.map_or(0, |head| head.size), receipt.path.len());
    Proof {
        tree: head.map(|head| Tree { size: head.size, root: format!("{:?}", head.root) }),
        path: sides
            .into_iter()
            .zip(&receipt.path)
            .map(|(side, hash)| Sibling { side, digest: format!("{hash:?}") })
            .collect(),
        state,
        text,
        checkpoint: receipt.note.clone(),
        receipt_href: format!("/security/entries/{}/receipt", receipt.index),
    }
}

/// On which side the siblings of a path stand, from the leaf up (RFC 9162, section 2.1.3.2).
fn sides(index: u64, size: u64, steps: usize) -> Vec<&'static str> {
    let (mut at, mut last) = (index, size.saturating_sub(1));
    let mut sides = Vec::with_capacity(steps);
    for _ in 0..steps {
        if at & 1 == 1 || at == last {
            sides.push("left");
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            sides.push("right");
        }
        at >>= 1;
        last >>= 1;
    }
    sides
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::path::{inclusion, root_at};
    use crate::ledger::tree::{Edge, HASH_BYTES, Hash, node_hash};

    #[test]
    fn the_shown_sides_lead_to_the_root() {
        let (mut edge, mut rows) = (Edge::new(), Vec::new());
        for leaf in 0..40_u8 {
            rows.push(edge.append(leaf_hash(&[leaf])));
        }
        let read = |node: crate::ledger::tree::Node| {
            let (row, at) = node.place().unwrap();
            Ok::<_, ()>(Hash::read(&rows[usize::try_from(row).unwrap()][at..at + HASH_BYTES]).unwrap())
        };
        for size in 1..40 {
            let root = root_at(size, read).unwrap();
            for index in 0..size {
                let path = inclusion(index, size, read).unwrap().unwrap();
                let leaf = leaf_hash(&[u8::try_from(index).unwrap()]);
                let followed = sides(index, size, path.len()).into_iter().zip(&path).fold(
                    leaf,
                    |below, (side, hash)| {
                        if side == "left" { node_hash(*hash, below) } else { node_hash(below, *hash) }
                    },
                );
                assert_eq!(followed, root, "{index} of {size}");
            }
        }
    }
}
