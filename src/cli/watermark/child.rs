//! The hidden commands: each is one kind of work on a PDF, in a child that has closed its sandbox.

use crate::watermark::intake::probe;
use crate::watermark::intake::sandbox::Limits;
use crate::watermark::intake::serving::{self, answer};
use crate::watermark::{preparing, render};
use std::io;
use std::process::ExitCode;

/// Paints a page.
pub(in crate::cli) fn page(limits: Limits) -> ExitCode {
    end(answer(limits, render::child::serve))
}

/// Looks at pages of what was prepared.
pub(in crate::cli) fn look(limits: Limits) -> ExitCode {
    end(answer(limits, preparing::look))
}

/// Writes what is prepared from a PDF.
pub(in crate::cli) fn prepare(limits: Limits) -> ExitCode {
    end(answer(limits, preparing::write))
}

/// Tries to break out.
pub(in crate::cli) fn probe(limits: Limits) -> ExitCode {
    end(answer(limits, |request, _| probe::try_it(request)))
}

/// Reads which copy a PDF is.
pub(in crate::cli) fn read(limits: Limits) -> ExitCode {
    end(answer(limits, serving::read))
}

/// The parent reads the answer; the code is for a person who runs the command by hand.
fn end(answered: io::Result<()>) -> ExitCode {
    if answered.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
