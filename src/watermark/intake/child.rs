//! Intake in a process of its own, of the same binary.
//!
//! The parent writes the PDF to the child's standard input and reads one answer from its standard output; the child
//! has an empty environment and no other file. Whatever the PDF does to it, crash, hang or endless output, the
//! parent kills it after [`DEADLINE`] and answers with a named refusal. Limits on memory and system calls belong
//! into [`serve`], before the first byte is read.
//!
//! # The answer
//! ```text
//! "CANDOR1\n"                                                magic
//! 'P'  u64 manifest length  manifest  u64 body length  body  prepared
//! 'C'  u64 length  reading as JSON                           read
//! 'R'  u64 length  refusal as JSON                           refused
//! ```
//! Lengths are big-endian. Anything else, or less, is [`IntakeRefusal::Crashed`].

use super::limits::FILE_BYTES;
use crate::clock::Clock;
use crate::watermark::{IntakeRefusal, Manifest, Prepared, Reading, prepare, read_copy_id};
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::Duration;

/// The hidden command that runs the child of [`prepare_in_child`].
pub const COMMAND: &str = "intake-child";
/// The hidden command that runs the child of [`read_in_child`].
pub const READ_COMMAND: &str = "read-child";
/// After this long the child is killed.
pub const DEADLINE: Duration = Duration::from_mins(1);
/// Begins every answer.
const MAGIC: &[u8; 8] = b"CANDOR1\n";
/// No answer is longer: a body may grow, but not without end.
const ANSWER_BYTES: usize = 4 * FILE_BYTES;

/// Prepares a PDF in a child process of `program`, which is this binary. Blocks up to [`DEADLINE`].
pub fn prepare_in_child(program: &Path, pdf: &[u8]) -> Result<Prepared, IntakeRefusal> {
    prepare_within(program, pdf, DEADLINE)
}

/// The same with another deadline.
pub fn prepare_within(program: &Path, pdf: &[u8], deadline: Duration) -> Result<Prepared, IntakeRefusal> {
    parse(&ask(program, COMMAND, pdf, deadline)?)
}

/// Reads which copy a PDF is, in a child process of `program`. Blocks up to [`DEADLINE`].
pub fn read_in_child(program: &Path, pdf: &[u8]) -> Result<Reading, IntakeRefusal> {
    parse_reading(&ask(program, READ_COMMAND, pdf, DEADLINE)?)
}

/// The answer of a child that runs `command`.
fn ask(program: &Path, command: &str, pdf: &[u8], deadline: Duration) -> Result<Vec<u8>, IntakeRefusal> {
    if pdf.len() > FILE_BYTES {
        return Err(IntakeRefusal::TooLarge { limit_bytes: FILE_BYTES });
    }
    let mut child = Command::new(program);
    child.arg(command).env_clear().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = child.spawn().map_err(|_| IntakeRefusal::Crashed)?;
    let answer = converse(&mut child, pdf, deadline);
    // Whatever was answered, nothing of the child stays behind.
    let _ = child.kill();
    let _ = child.wait();
    answer
}

/// Writes the PDF and reads the answer, both at once, until the deadline.
fn converse(child: &mut Child, pdf: &[u8], deadline: Duration) -> Result<Vec<u8>, IntakeRefusal> {
    let mut input = child.stdin.take().ok_or(IntakeRefusal::Crashed)?;
    let output = child.stdout.take().ok_or(IntakeRefusal::Crashed)?;
    let (send, receive) = mpsc::channel();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            // A child that has answered already does not read to the end.
            let _ = input.write_all(pdf);
        });
        scope.spawn(move || {
            let most = u64::try_from(ANSWER_BYTES).unwrap_or(u64::MAX);
            let mut answer = Vec::new();
            let read = output.take(most).read_to_end(&mut answer);
            let _ = send.send(read.map(|_| answer));
        });
        let answer = receive.recv_timeout(deadline);
        // Killing closes both pipes, which ends both threads; they are joined when the scope ends.
        let _ = child.kill();
        match answer {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(mpsc::RecvTimeoutError::Disconnected) => Err(IntakeRefusal::Crashed),
            Err(mpsc::RecvTimeoutError::Timeout) => {
                Err(IntakeRefusal::TimedOut { limit_secs: deadline.as_secs() })
            }
        }
    })
}

/// Runs in the child of [`prepare_in_child`]: reads a PDF to its end, writes one answer.
pub fn serve(input: impl Read, mut output: impl Write, clock: &Clock) -> std::io::Result<()> {
    let pdf = take(input)?;
    output.write_all(MAGIC)?;
    match prepare(pdf, clock) {
        Ok(prepared) => {
            output.write_all(b"P")?;
            write_part(&mut output, &prepared.manifest.to_bytes())?;
            write_part(&mut output, &prepared.body)?;
        }
        Err(refusal) => refuse(&mut output, &refusal)?,
    }
    output.flush()
}

/// Runs in the child of [`read_in_child`]: reads a PDF to its end, writes one answer.
pub fn serve_reading(input: impl Read, mut output: impl Write) -> std::io::Result<()> {
    let pdf = take(input)?;
    output.write_all(MAGIC)?;
    match read_copy_id(&pdf) {
        Ok(reading) => {
            output.write_all(b"C")?;
            write_part(&mut output, &serde_json::to_vec(&reading)?)?;
        }
        Err(refusal) => refuse(&mut output, &refusal)?,
    }
    output.flush()
}

/// Everything that is sent, up to one byte more than a file may have.
fn take(input: impl Read) -> std::io::Result<Vec<u8>> {
    let most = u64::try_from(FILE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
    let mut pdf = Vec::new();
    input.take(most).read_to_end(&mut pdf)?;
    Ok(pdf)
}

/// Writes a refusal.
fn refuse(output: &mut impl Write, refusal: &IntakeRefusal) -> std::io::Result<()> {
    output.write_all(b"R")?;
    write_part(output, &serde_json::to_vec(refusal)?)
}

/// Writes a length and as many bytes.
fn write_part(output: &mut impl Write, part: &[u8]) -> std::io::Result<()> {
    output.write_all(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes())?;
    output.write_all(part)
}

/// Takes a length and as many bytes off the answer.
fn split_part(answer: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = answer.split_first_chunk::<8>()?;
    rest.split_at_checked(usize::try_from(u64::from_be_bytes(*length)).ok()?)
}

/// Understands an answer; a broken one is a crash.
fn parse(answer: &[u8]) -> Result<Prepared, IntakeRefusal> {
    let rest = answer.strip_prefix(MAGIC).ok_or(IntakeRefusal::Crashed)?;
    let (kind, rest) = rest.split_first().ok_or(IntakeRefusal::Crashed)?;
    let (first, rest) = split_part(rest).ok_or(IntakeRefusal::Crashed)?;
    match kind {
        b'P' => {
            let (body, _) = split_part(rest).ok_or(IntakeRefusal::Crashed)?;
            let manifest = Manifest::from_bytes(first).map_err(|_| IntakeRefusal::Crashed)?;
            if u64::try_from(body.len()) != Ok(manifest.body_bytes) {
                return Err(IntakeRefusal::Crashed);
            }
            Ok(Prepared { body: body.to_vec(), manifest })
        }
        b'R' => Err(serde_json::from_slice(first).unwrap_or(IntakeRefusal::Crashed)),
        _ => Err(IntakeRefusal::Crashed),
    }
}

/// Understands the answer of a child that reads; a broken one is a crash.
fn parse_reading(answer: &[u8]) -> Result<Reading, IntakeRefusal> {
    let rest = answer.strip_prefix(MAGIC).ok_or(IntakeRefusal::Crashed)?;
    let (kind, rest) = rest.split_first().ok_or(IntakeRefusal::Crashed)?;
    let (first, _) = split_part(rest).ok_or(IntakeRefusal::Crashed)?;
    match kind {
        b'C' => serde_json::from_slice(first).map_err(|_| IntakeRefusal::Crashed),
        b'R' => Err(serde_json::from_slice(first).unwrap_or(IntakeRefusal::Crashed)),
        _ => Err(IntakeRefusal::Crashed),
    }
}
