//! The first entry of a log.

use super::event::Event;
use super::kind::EventKind;
use super::writer::Writer;
use crate::fault::Fault;

impl Writer {
    /// Appends the first entry, unless another process was faster.
    pub(super) fn open_log(&self) -> Result<(), Fault> {
        let origin = self.verifier().name().to_owned();
        self.act_blocking("log.open", move |act| {
            let event = Event::new(EventKind::LogOpened).fact("origin", origin);
            if act.index() == 0 { Ok(act.record(event, ())) } else { Err(Opening::Opened) }
        })
        .map(drop)
        .or_else(|opening| match opening {
            Opening::Opened => Ok(()),
            Opening::Fault(fault) => Err(fault),
        })
    }
}

/// Why the first entry was not appended.
enum Opening {
    /// It is there already.
    Opened,
    /// Something unexpected.
    Fault(Fault),
}

impl From<Fault> for Opening {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}
