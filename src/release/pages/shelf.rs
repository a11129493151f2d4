//! What reading keeps in memory: views that last, pictures, and how fast sessions turn pages.

use super::{KEPT_BYTES, PAGES_A_MINUTE, Pass, VIEW_SECS, Wanted};
use crate::clock::Micros;
use crate::ids::{GrantId, PersonId, SessionId, VersionId};
use crate::watermark::render::child::PaintedPage;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;

/// The most views that are remembered; the oldest go first, and cost a further entry when they are wanted again.
const VIEWS: usize = 20_000;
/// A minute.
const MINUTE_SECS: i64 = 60;

/// Whose copy a picture is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Whose {
    /// The copy of a grant.
    Grant(GrantId),
    /// What a member of staff sees of a version.
    Preview(VersionId, PersonId),
}

/// A page that one session looks at.
pub(super) type View = (SessionId, Whose, u32);

/// Views, pictures and paces.
#[derive(Debug, Default)]
pub(super) struct Shelf {
    views: HashMap<View, (Pass, Micros)>,
    pictures: HashMap<(Whose, u32, crate::watermark::render::child::PageSize), (Arc<PaintedPage>, u64)>,
    bytes: usize,
    used: u64,
    paces: HashMap<SessionId, VecDeque<Micros>>,
}

impl Shelf {
    /// The pass of a view that lasts.
    pub(super) fn view(&self, view: &View, now: Micros) -> Option<Pass> {
        let (pass, since) = self.views.get(view)?;
        (now.secs_since(*since) < VIEW_SECS).then(|| pass.clone())
    }
    /// Remembers a view that begins.
    pub(super) fn put_view(&mut self, view: View, pass: Pass, now: Micros) {
        if self.views.len() >= VIEWS {
            self.views.retain(|_, (_, since)| now.secs_since(*since) < VIEW_SECS);
        }
        if self.views.len() >= VIEWS {
            self.views.clear();
        }
        self.views.insert(view, (pass, now));
    }
    /// A picture, which is used now.
    pub(super) fn picture(&mut self, whose: Whose, wanted: Wanted) -> Option<Arc<PaintedPage>> {
        self.used += 1;
        let (picture, used) = self.pictures.get_mut(&(whose, wanted.page, wanted.size))?;
        *used = self.used;
        Some(Arc::clone(picture))
    }
    /// Keeps a picture; those that were not used for the longest time go.
    pub(super) fn put_picture(&mut self, whose: Whose, wanted: Wanted, picture: Arc<PaintedPage>) {
        self.used += 1;
        self.bytes = self.bytes.saturating_add(weight(&picture));
        let key = (whose, wanted.page, wanted.size);
        if let Some((old, _)) = self.pictures.insert(key, (picture, self.used)) {
            self.bytes = self.bytes.saturating_sub(weight(&old));
        }
        while self.bytes > KEPT_BYTES {
            let oldest = self.pictures.iter().min_by_key(|(_, (_, used))| *used).map(|(key, _)| *key);
            let Some((old, _)) = oldest.and_then(|key| self.pictures.remove(&key)) else { return };
            self.bytes = self.bytes.saturating_sub(weight(&old));
        }
    }
    /// Forgets every view and picture of a copy.
    pub(super) fn forget(&mut self, whose: Whose) {
        self.views.retain(|(_, of, _), _| *of != whose);
        self.pictures.retain(|(of, _, _), _| *of != whose);
        self.bytes = self.pictures.values().map(|(picture, _)| weight(picture)).sum();
    }
    /// Whether a session may begin another view; counts it if so.
    pub(super) fn begins(&mut self, session: SessionId, now: Micros) -> bool {
        let is_recent = |at: &Micros| now.secs_since(*at) < MINUTE_SECS;
        // Sessions that read nothing any more are not remembered.
        self.paces.retain(|_, began| began.back().is_some_and(is_recent));
        let began = self.paces.entry(session).or_default();
        began.retain(is_recent);
        if began.len() >= PAGES_A_MINUTE {
            return false;
        }
        began.push_back(now);
        true
    }
}

/// What a picture costs.
fn weight(picture: &PaintedPage) -> usize {
    picture.png.len().saturating_add(picture.words.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::watermark::render::child::PageSize;

    /// A picture of so many bytes.
    fn picture(bytes: usize) -> Arc<PaintedPage> {
        Arc::new(PaintedPage { png: vec![0; bytes], words: String::new(), pages: 1 })
    }

    /// A page of the copy of a grant.
    fn page(page: u32) -> Wanted {
        Wanted { page, size: PageSize::Column }
    }

    #[test]
    fn pictures_stay_within_their_bytes_and_the_longest_unused_goes() {
        let mut shelf = Shelf::default();
        let whose = Whose::Grant(GrantId::new(&Clock::system()));
        for number in 1..=4 {
            shelf.put_picture(whose, page(number), picture(KEPT_BYTES / 4));
        }
        assert!(shelf.picture(whose, page(1)).is_some());
        shelf.put_picture(whose, page(5), picture(KEPT_BYTES / 4));
        assert!(shelf.picture(whose, page(1)).is_some() && shelf.picture(whose, page(2)).is_none());
        assert!(shelf.bytes <= KEPT_BYTES);
        // A picture larger than the whole shelf does not stay.
        shelf.put_picture(whose, page(6), picture(KEPT_BYTES + 1));
        assert_eq!((shelf.bytes, shelf.pictures.len()), (0, 0));
    }

    #[test]
    fn what_is_forgotten_is_gone_and_others_stay() {
        let (mut shelf, clock) = (Shelf::default(), Clock::system());
        let (mine, theirs) = (Whose::Grant(GrantId::new(&clock)), Whose::Grant(GrantId::new(&clock)));
        shelf.put_picture(mine, page(1), picture(10));
        shelf.put_picture(theirs, page(1), picture(20));
        shelf.forget(mine);
        assert!(shelf.picture(mine, page(1)).is_none() && shelf.picture(theirs, page(1)).is_some());
        assert_eq!(shelf.bytes, 20);
    }

    #[test]
    fn a_session_begins_thirty_pages_a_minute() {
        let (mut shelf, clock) = (Shelf::default(), Clock::system());
        let (session, now) = (SessionId::new(&clock), clock.now());
        assert!((0..PAGES_A_MINUTE).all(|_| shelf.begins(session, now)));
        assert!(!shelf.begins(session, now.plus_secs(59)));
        assert!(shelf.begins(SessionId::new(&clock), now));
        assert!(shelf.begins(session, now.plus_secs(60)));
    }
}
