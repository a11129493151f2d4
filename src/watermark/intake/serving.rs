//! Work on a PDF in a process of its own: the side of the child.

use super::child::ANSWER_BYTES;
use super::frames::{self, Frames};
use super::limits::FILE_BYTES;
use super::password::Password;
use super::progress::{Progress, Watch};
use super::sandbox::{self, Limits};
use crate::watermark::{Intake, IntakeRefusal, read_copy_id};
use std::io::{self, Read, Write};
use zeroize::Zeroizing;

/// More than any arguments and password have, beside the largest file and its body.
const ROOM_BYTES: usize = 1024 * 1024;

/// What a parent asks.
#[derive(Debug)]
pub struct Request {
    /// The file and what opens it.
    pub intake: Intake,
    /// What was prepared from it, for a command that looks at both.
    pub body: Option<Vec<u8>>,
    /// What the command wants to know besides, in its own format.
    pub arguments: Vec<u8>,
}

/// The parts of an answer, or a refusal.
pub type Answer = Result<Vec<Vec<u8>>, IntakeRefusal>;

/// What every child command does: closes the sandbox, reads the request, works, answers.
///
/// The work never sees a file, a network or another process. It tells stages to whoever waits; one that has gone
/// away is no reason to stop.
pub fn answer(limits: Limits, work: impl FnOnce(Request, Watch<'_>) -> Answer) -> io::Result<()> {
    sandbox::close(limits)?;
    let request = take(io::stdin().lock())?;
    let mut output = io::stdout().lock();
    let mut tell = |progress: Progress| {
        let stage = serde_json::to_vec(&progress).unwrap_or_default();
        let _ = frames::write(&mut output, frames::STAGE, &stage);
    };
    let answer = work(request, &mut tell);
    give(&mut output, &answer)
}

/// Reads a request to its end.
fn take(input: impl Read) -> io::Result<Request> {
    let mut frames = Frames::new(input, FILE_BYTES.saturating_add(ANSWER_BYTES).saturating_add(ROOM_BYTES));
    let intake = Intake { pdf: Vec::new(), password: None };
    let mut request = Request { intake, body: None, arguments: Vec::new() };
    loop {
        match frames.next()? {
            (frames::ARGUMENTS, arguments) => request.arguments = arguments,
            (frames::BODY, body) => request.body = Some(body),
            (frames::DOCUMENT, pdf) => request.intake.pdf = pdf,
            (frames::PASSWORD, word) => {
                let word = Zeroizing::new(word);
                request.intake.password = std::str::from_utf8(&word).ok().and_then(Password::parse);
            }
            (frames::END, _) => return Ok(request),
            _ => return Err(io::Error::other("the parent says what no parent of ours says")),
        }
    }
}

/// Writes an answer.
fn give(output: &mut impl Write, answer: &Answer) -> io::Result<()> {
    match answer {
        Ok(parts) => {
            for part in parts {
                frames::write(output, frames::PART, part)?;
            }
            frames::write(output, frames::END, &[])
        }
        Err(refusal) => frames::write(output, frames::REFUSAL, &serde_json::to_vec(refusal)?),
    }
}

/// The work of the child of [`super::child::read_in_child`].
pub fn read(request: Request, _: Watch<'_>) -> Answer {
    let reading = read_copy_id(&request.intake.pdf)?;
    serde_json::to_vec(&reading)
        .map(|reading| vec![reading])
        .map_err(|_| IntakeRefusal::damaged("its mark cannot be told"))
}
