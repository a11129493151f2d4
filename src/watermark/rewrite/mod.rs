//! Rewrites a whole PDF so that every page paints the mark last.
//!
//! Promises:
//! * The new file holds what is reachable from its pages and nothing that acts, attaches or identifies; no earlier
//!   revision of the file is in it. Old objects are copied, never changed in place.
//! * Nothing of the old file is painted after the mark: the page's own content is closed, annotations are part of it.
//! * Boxes, turn and unit of a page are as written; what it inherited stands on the page itself.
//!
//! Not promised: that signatures stay valid (no change keeps them so), or that a page whose content breaks the
//! rules keeps its structure for screen readers.

mod active;
mod annotations;
mod catalog;
pub(crate) mod content;
mod copier;
pub(crate) mod decode;
mod fields;
mod file;
pub(crate) mod lexer;
mod metadata;
mod notes;
mod object;
mod page;
mod pages;
mod permissions;
pub(crate) mod pictures;
mod stencils;

use super::intake::limits::find;
use super::intake::{Progress, Stage, Watch};
use super::manifest::{SlotPlace, Warning};
use super::{IntakeRefusal, marks};
use crate::clock::Clock;
use copier::Copier;
use decode::Budget;
use file::{Node, Trailer};
use hayro_syntax::Pdf;
use notes::Note;
use object::{Dict, Value};
use page::Press;
use permissions::Permissions;
use stencils::Stencils;

/// A rewritten file.
pub(super) struct Rewritten {
    /// Its bytes, with the slot as an unissued copy has it.
    pub(super) body: Vec<u8>,
    /// Where the slot lies.
    pub(super) slot: SlotPlace,
    /// How many pages it has.
    pub(super) pages: usize,
    /// What the publisher should know.
    pub(super) warnings: Vec<Warning>,
}

/// Rewrites an opened file.
pub(super) fn rewrite(pdf: &Pdf, clock: &Clock, watch: Watch<'_>) -> Result<Rewritten, IntakeRefusal> {
    let xref = pdf.xref();
    let catalog = xref
        .get::<hayro_syntax::object::Dict<'_>>(xref.root_id())
        .ok_or_else(|| IntakeRefusal::damaged("the catalog cannot be read"))?;
    if catalog::is_dynamic_form(&catalog) {
        return Err(IntakeRefusal::DynamicXfa);
    }
    let mut copier = Copier::new(xref);
    let (found, said) = pages::find(pdf, &catalog)?;
    if said != i64::try_from(found.len()).ok() {
        copier.note(Note::CountDiffers);
    }
    if find(pdf.data().as_ref(), b"/Encrypt").is_some() {
        copier.note(Note::Decrypted(Permissions::of(pdf.data().as_ref())));
    }
    let slot = marks::slot::Lines::unassigned().to_slot(&marks::fonts::MarkFonts::bundled())?;
    let prefix = resource_prefix(clock);
    let stencils = Stencils::new(&mut copier.objects, slot);
    let slot = stencils.slot;
    let parent = copier.objects.reserve();
    let mut press =
        Press { stencils, budget: Budget::of_file(pdf.data().as_ref().len()), prefix: &prefix, parent };
    write_pages(&mut copier, &mut press, &found, watch)?;
    let (info, metadata) = metadata::write(&mut copier, pdf, &catalog, &mut press.budget)?;
    let root = catalog::write(&mut copier, &catalog, parent, metadata)?;
    copier.finish()?;
    let trailer = Trailer { root, info, id: clock.random::<16>().to_vec(), slot };
    let (body, slot) = file::write(copier.objects, &trailer);
    Ok(Rewritten { body, slot, pages: found.len(), warnings: copier.notes.into_warnings() })
}

/// Writes all pages and the one node above them.
fn write_pages<'a>(
    copier: &mut Copier<'a>,
    press: &mut Press<'_>,
    found: &[pages::Page<'a>],
    watch: Watch<'_>,
) -> Result<(), IntakeRefusal> {
    // Numbers first, so that links and bookmarks lead to the new pages from the beginning.
    let numbers: Vec<u32> = found.iter().map(|_| copier.objects.reserve()).collect();
    for (page, number) in found.iter().zip(&numbers) {
        if let Some(id) = page.id {
            copier.lead(id, Some(*number));
        }
    }
    for (done, (page, number)) in found.iter().zip(&numbers).enumerate() {
        watch(Progress { stage: Stage::Writing, done, of: found.len() });
        let dict = page::write(copier, press, page)?;
        copier.objects.put(*number, Node::Value(Value::Dict(dict)));
    }
    let mut tree = Dict::typed("Pages");
    tree.set("Count", Value::count(numbers.len()));
    tree.set("Kids", Value::Array(numbers.into_iter().map(Value::Ref).collect()));
    copier.objects.put(press.parent, Node::Value(Value::Dict(tree)));
    Ok(())
}

/// Six random letters that begin the names of our resources, so that they clash with none of the document's.
fn resource_prefix(clock: &Clock) -> String {
    let letters: [u8; 6] = clock.random();
    letters.iter().map(|byte| char::from(b'a' + byte % 26)).collect()
}
