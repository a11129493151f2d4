//! Prepares a file in child processes: one writes the body, then several look at its pages, each at a share of them.
//!
//! A child has a minute. Writing two thousand pages fits into it, looking at them does not: every page is painted three
//! times. So each share of the pages is looked at by a child of its own, with limits of its own, and never more children
//! work at once than there are processors, whoever asked for them.
//!
//! Promises:
//! * A [`Prepared`] comes out only after every page was looked at. A share counts when its child answered with as many
//!   looks as it has pages, and the looks are judged here once more.
//! * The refusal is that of the first page that fails, however the children are scheduled.

use super::gates::looks::{Look, Seen};
use super::gates::{self, Way, Written};
use super::intake::child::{Task, ask};
use super::intake::sandbox::Limits;
use super::intake::serving::{Answer, Request};
use super::intake::{self, Watch};
use super::manifest::{Manifest, sha256_hex};
use super::{IntakeRefusal, Prepared, Progress, Stage, signatures};
use crate::clock::Clock;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::mpsc;
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError};

/// The hidden command that writes a body.
pub const COMMAND: &str = "intake-child";
/// The hidden command that looks at a share of its pages.
pub const LOOK_COMMAND: &str = "look-child";
/// No share has more pages: at the pace of an ordinary report a child is done in a twentieth of its minute, so that a
/// report ten times as slow is still looked at in time.
const SHARE_MOST: usize = 64;
/// No share has fewer, unless there are no more: opening the file anew costs as much as a few pages.
const SHARE_LEAST: usize = 8;

/// Prepares a PDF in child processes of `program`, which is this binary. Blocks.
pub fn prepare_in_child(program: &Path, pdf: &[u8]) -> Result<Prepared, IntakeRefusal> {
    prepare_by(program, &Task::new(COMMAND, pdf), &mut |_| {})
}

/// The same for a task with a password or other limits, which hold for each child, and for somebody who wants to hear
/// how far it is.
pub fn prepare_by(program: &Path, task: &Task<'_>, watch: Watch<'_>) -> Result<Prepared, IntakeRefusal> {
    gates::best(|way| {
        let written = write_by(program, task, way, watch)?;
        let seen = look_by(program, task, &written, watch)?;
        written.seen(&seen)
    })
}

/// Has the body written.
fn write_by(program: &Path, task: &Task<'_>, way: Way, watch: Watch<'_>) -> Result<Written, IntakeRefusal> {
    let arguments = serde_json::to_vec(&way).unwrap_or_default();
    let limits = match way {
        Way::Pictures => task.limits,
        Way::Rewritten => task.limits.within(Limits::to_write(task.pdf.len())),
    };
    let task = Task { command: COMMAND, arguments: &arguments, limits, ..task.clone() };
    let place = Place::take();
    let answer = ask(program, &task, watch)?;
    drop(place);
    let [manifest, body]: [Vec<u8>; 2] = answer.try_into().map_err(|_| IntakeRefusal::Crashed)?;
    let manifest = Manifest::from_bytes(&manifest).map_err(|_| IntakeRefusal::Crashed)?;
    // The children that look are shown these bytes, and these are stored.
    if u64::try_from(body.len()) == Ok(manifest.body_bytes) && sha256_hex(&body) == manifest.body_sha256 {
        Ok(Written { body: Arc::new(body), manifest, way })
    } else {
        Err(IntakeRefusal::Crashed)
    }
}

/// What a child that looks is told besides the two files.
#[derive(Debug, Serialize, Deserialize)]
struct Share {
    /// Of the body.
    manifest: Manifest,
    /// How the body was made.
    way: Way,
    /// The pages to be looked at, counted from 0.
    pages: Range<usize>,
}

/// What came of the shares, each by its first page.
type Shares = BTreeMap<usize, Result<Vec<Look>, IntakeRefusal>>;

/// What is heard of the children that look.
enum News {
    /// One more page was looked at.
    Page,
    /// A share, by its first page, and what was seen of it.
    Share(usize, Result<Vec<Look>, IntakeRefusal>),
}

/// Has every page looked at, and judges what was seen.
fn look_by(
    program: &Path,
    task: &Task<'_>,
    written: &Written,
    watch: Watch<'_>,
) -> Result<Seen, IntakeRefusal> {
    let of = written.pages();
    let mut done = 0_usize;
    let mut page = || {
        done = done.saturating_add(1);
        watch(Progress { stage: Stage::Rendering, done: done.min(of), of });
    };
    let look = |pages, page: &mut dyn FnMut()| look_in_child(program, task, written, pages, page);
    let looks = match shares(of, processors()).collect::<Vec<_>>().as_slice() {
        [all] => Shares::from([(0, look(all.clone(), &mut page))]),
        several => side_by_side(several, &look, &mut page),
    };
    let mut seen = Seen::default();
    for (first, looks) in looks {
        for (place, look) in (first..).zip(looks?) {
            seen.add(place, look)?;
        }
    }
    Ok(seen)
}

/// Looks at shares in order, as many at once as there are processors; none behind one that is refused.
fn side_by_side(
    shares: &[Range<usize>],
    look: &(impl Fn(Range<usize>, &mut dyn FnMut()) -> Result<Vec<Look>, IntakeRefusal> + Sync),
    page: &mut dyn FnMut(),
) -> Shares {
    let (tell, told) = mpsc::channel();
    let (waiting, mut looks) = (Mutex::new(shares.iter()), Shares::new());
    std::thread::scope(|scope| {
        for _ in 0..processors().min(shares.len()) {
            let (tell, waiting) = (tell.clone(), &waiting);
            scope.spawn(move || {
                // In a closure, so that the lock is not held while a child works.
                let next = || locked(waiting).next();
                while let Some(pages) = next() {
                    let seen = look(pages.clone(), &mut || drop(tell.send(News::Page)));
                    drop(tell.send(News::Share(pages.start, seen)));
                }
            });
        }
        drop(tell);
        for news in told {
            match news {
                News::Page => page(),
                News::Share(first, seen) => {
                    if seen.is_err() {
                        // Those before it are being looked at already, those behind it change nothing.
                        locked(&waiting).by_ref().for_each(drop);
                    }
                    looks.insert(first, seen);
                }
            }
        }
    });
    looks
}

/// The pages in shares, in order: as even as the processors allow.
fn shares(pages: usize, hands: usize) -> impl Iterator<Item = Range<usize>> {
    let most = pages.div_ceil(hands.max(1)).clamp(SHARE_LEAST, SHARE_MOST);
    (0..pages).step_by(most).map(move |first| first..first.saturating_add(most).min(pages))
}

/// Looks at a share in a child, when there is a place for one.
fn look_in_child(
    program: &Path,
    task: &Task<'_>,
    written: &Written,
    pages: Range<usize>,
    page: &mut dyn FnMut(),
) -> Result<Vec<Look>, IntakeRefusal> {
    let expected = pages.len();
    let share = Share { manifest: written.manifest.clone(), way: written.way, pages };
    let arguments = serde_json::to_vec(&share).unwrap_or_default();
    // Pictures are compared with nothing: their child need not see the original.
    let pdf = if written.way == Way::Pictures { &[] } else { task.pdf };
    let body = Some(written.body.as_slice());
    let task = Task { command: LOOK_COMMAND, arguments: &arguments, pdf, body, ..task.clone() };
    let _place = Place::take();
    let answer = ask(program, &task, &mut |_| page())?;
    let [looks]: [Vec<u8>; 1] = answer.try_into().map_err(|_| IntakeRefusal::Crashed)?;
    let looks: Vec<Look> = serde_json::from_slice(&looks).map_err(|_| IntakeRefusal::Crashed)?;
    if looks.len() == expected { Ok(looks) } else { Err(IntakeRefusal::Crashed) }
}

/// The work of the child that writes.
pub fn write(request: Request, watch: Watch<'_>) -> Answer {
    let way = serde_json::from_slice(&request.arguments).map_err(|_| IntakeRefusal::Crashed)?;
    let written = write_watched(request.intake, way, &Clock::system(), watch)?;
    Ok(vec![written.manifest.to_bytes(), Arc::unwrap_or_clone(written.body)])
}

/// Writes the body of a file.
fn write_watched(
    intake: intake::Intake,
    way: Way,
    clock: &Clock,
    watch: Watch<'_>,
) -> Result<Written, IntakeRefusal> {
    watch(Progress::begun(Stage::Opening, 0));
    let source_sha256 = sha256_hex(&intake.pdf);
    let source = intake::open(intake)?;
    let mut written = gates::write(&source, way, clock, watch)?;
    written.manifest.source_sha256 = source_sha256;
    written.manifest.signatures = Some(signatures::of(&source));
    Ok(written)
}

/// The work of a child that looks.
pub fn look(request: Request, watch: Watch<'_>) -> Answer {
    let share: Share = serde_json::from_slice(&request.arguments).map_err(|_| IntakeRefusal::Crashed)?;
    let Share { manifest, way, pages } = share;
    let body = Arc::new(request.body.ok_or(IntakeRefusal::Crashed)?);
    let source = match way {
        Way::Pictures => None,
        Way::Rewritten => Some(intake::open_again(request.intake)?),
    };
    let written = Written { body, manifest, way };
    let (of, mut seen, mut looks) = (pages.len(), Seen::default(), Vec::new());
    gates::look(source.as_ref(), &written, pages, &mut |place, look| {
        // Judged here too, so that nobody waits for the pages behind one that fails.
        seen.add(place, look)?;
        looks.push(look);
        watch(Progress { stage: Stage::Rendering, done: looks.len(), of });
        Ok(())
    })?;
    Ok(vec![serde_json::to_vec(&looks).unwrap_or_default()])
}

/// A place for a child at work. There are as many as processors: more children would only wait for each other.
struct Place;

/// How many places are free.
static FREE: LazyLock<Mutex<usize>> = LazyLock::new(|| Mutex::new(processors()));
/// A place became free.
static FREED: Condvar = Condvar::new();

impl Place {
    /// Waits for a place and takes it.
    fn take() -> Self {
        let free = locked(&FREE);
        let mut free = FREED.wait_while(free, |free| *free == 0).unwrap_or_else(PoisonError::into_inner);
        *free = free.saturating_sub(1);
        Self
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut free = locked(&FREE);
        *free = free.saturating_add(1);
        FREED.notify_one();
    }
}

/// How many children may work at once.
fn processors() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// A lock, also after somebody who held it panicked: what these guard is never half changed.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_page_is_in_exactly_one_share() {
        for pages in [1, 7, 8, 9, 49, 128, 129, 2_000] {
            for hands in [1, 2, 3, 64] {
                let all: Vec<_> = shares(pages, hands).collect();
                assert!(all.iter().all(|share| (1..=SHARE_MOST).contains(&share.len())));
                let found: Vec<usize> = all.into_iter().flatten().collect();
                assert_eq!(found, (0..pages).collect::<Vec<_>>(), "{pages} pages, {hands} processors");
            }
        }
        // A short report is not cut into more opened files than it gains.
        assert_eq!(shares(5, 64).count(), 1);
        assert_eq!(shares(49, 2).count(), 2);
    }
}
