//! Work on a PDF in a process of its own, of the same binary: the side of the parent.
//!
//! The parent hands the PDF over a pipe and reads stages and one answer from another. The child has an empty
//! environment and closes its [sandbox](super::sandbox) before the first byte. Whatever the PDF does to it, crash,
//! hang or endless output, the parent kills it at the latest after the deadline and answers with a named refusal.
//!
//! A new command is a name, a [`Task`] here and a call of [`super::serving::answer`] in the child.

use super::frames::{self, Frames};
use super::limits::FILE_BYTES;
use super::password::Password;
use super::progress::{Progress, Watch};
use super::sandbox::Limits;
use crate::watermark::{IntakeRefusal, Reading};
use std::io::{self, Read};
use std::os::unix::process::ExitStatusExt as _;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, SyncSender};
use std::time::{Duration, Instant};

/// The hidden command that runs the child of [`read_in_child`].
pub const READ_COMMAND: &str = "read-child";
/// After this long the child is killed.
pub const DEADLINE: Duration = Duration::from_mins(1);
/// No answer is longer: a body may grow, but not without end.
pub(super) const ANSWER_BYTES: usize = 4 * FILE_BYTES;
/// As many frames may wait for the parent; a child that writes more waits itself.
const FRAMES: usize = 16;
/// As much is read of what a dying child complains, to find the reason in it.
const COMPLAINT_BYTES: u64 = 4096;

/// What a child is asked.
#[derive(Clone, Debug)]
pub struct Task<'a> {
    /// The hidden command.
    pub command: &'a str,
    /// The PDF.
    pub pdf: &'a [u8],
    /// What opens it.
    pub password: Option<&'a Password>,
    /// The body that was prepared from it, for a command that looks at both.
    pub body: Option<&'a [u8]>,
    /// What the command wants to know besides, in its own format.
    pub arguments: &'a [u8],
    /// What the child may spend.
    pub limits: Limits,
    /// How long it may take.
    pub deadline: Duration,
}

impl<'a> Task<'a> {
    /// A command for a file, within what its size allows.
    pub fn new(command: &'a str, pdf: &'a [u8]) -> Self {
        let limits = Limits::for_file(pdf.len());
        Self { command, pdf, password: None, body: None, arguments: &[], limits, deadline: DEADLINE }
    }
}

/// Reads which copy a PDF is, in a child process of `program`. Blocks up to [`DEADLINE`].
pub fn read_in_child(program: &Path, pdf: &[u8]) -> Result<Reading, IntakeRefusal> {
    let answer = ask(program, &Task::new(READ_COMMAND, pdf), &mut |_| {})?;
    let [reading]: [Vec<u8>; 1] = answer.try_into().map_err(|_| IntakeRefusal::Crashed)?;
    serde_json::from_slice(&reading).map_err(|_| IntakeRefusal::Crashed)
}

/// Asks a child of `program` and answers with the parts it answered with. Blocks up to the task's deadline.
pub fn ask(program: &Path, task: &Task<'_>, watch: Watch<'_>) -> Result<Vec<Vec<u8>>, IntakeRefusal> {
    if task.pdf.len() > FILE_BYTES {
        return Err(IntakeRefusal::TooLarge { limit_bytes: FILE_BYTES });
    }
    let mut child = Command::new(program);
    child.arg(task.command).args(task.limits.arguments()).env_clear();
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().map_err(|_| IntakeRefusal::Crashed)?;
    let (outcome, complaint) = converse(&mut child, task, watch);
    // Whatever was answered, nothing of the child stays behind.
    let _ = child.kill();
    let status = child.wait();
    match outcome {
        Outcome::Answered(parts) => Ok(parts),
        Outcome::Refused(refusal) => Err(refusal),
        Outcome::Late => Err(IntakeRefusal::TimedOut { limit_secs: task.deadline.as_secs() }),
        Outcome::Gone => Err(status.map_or(IntakeRefusal::Crashed, |status| {
            let refusal = cause_of_death(status, &complaint, task.limits);
            tracing::warn!(command = task.command, %status, refusal = refusal.code(), "a child ended without an answer");
            refusal
        })),
    }
}

/// What came of a conversation.
enum Outcome {
    /// An answer, whole.
    Answered(Vec<Vec<u8>>),
    /// A refusal by the child.
    Refused(IntakeRefusal),
    /// Nothing until the deadline.
    Late,
    /// The child is gone, or says what no child of ours says.
    Gone,
}

/// Writes the request and reads the answer, both at once, until the deadline. What the child complained comes along.
fn converse(child: &mut Child, task: &Task<'_>, watch: Watch<'_>) -> (Outcome, Vec<u8>) {
    let (input, output, complaints) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let (Some(input), Some(output), Some(complaints)) = (input, output, complaints) else {
        return (Outcome::Gone, Vec::new());
    };
    let (send, receive) = mpsc::sync_channel(FRAMES);
    std::thread::scope(|scope| {
        // A child that has answered already does not read to the end.
        scope.spawn(move || request(input, task).ok());
        scope.spawn(move || forward(output, &send));
        let complaint = scope.spawn(move || listen(complaints));
        let outcome = await_answer(&receive, Instant::now() + task.deadline, watch);
        // The reader may wait for a place: without a receiver it ends.
        drop(receive);
        if !matches!(outcome, Outcome::Gone) {
            // Killing closes the pipes, which ends the threads. One that is gone keeps its own cause of death.
            let _ = child.kill();
        }
        let complaint = complaint.join().unwrap_or_default();
        (outcome, complaint)
    })
}

/// Writes the request. The password goes this way and no other: arguments and environment can be read by others.
fn request(mut input: ChildStdin, task: &Task<'_>) -> io::Result<()> {
    if !task.arguments.is_empty() {
        frames::write(&mut input, frames::ARGUMENTS, task.arguments)?;
    }
    if let Some(password) = task.password {
        frames::write(&mut input, frames::PASSWORD, password.expose().as_bytes())?;
    }
    if let Some(body) = task.body {
        frames::write(&mut input, frames::BODY, body)?;
    }
    frames::write(&mut input, frames::DOCUMENT, task.pdf)?;
    frames::write(&mut input, frames::END, &[])
}

/// Hands frames on until the child or the receiver has enough.
fn forward(output: impl Read, send: &SyncSender<(u8, Vec<u8>)>) {
    let mut frames = Frames::new(output, ANSWER_BYTES);
    while let Ok(frame) = frames.next() {
        if send.send(frame).is_err() {
            return;
        }
    }
}

/// The beginning of what a child complains; the rest is read and forgotten, so that it never waits.
fn listen(complaints: impl Read) -> Vec<u8> {
    let mut beginning = Vec::new();
    let mut complaints = complaints.take(COMPLAINT_BYTES);
    let _ = complaints.read_to_end(&mut beginning);
    let _ = io::copy(&mut complaints.into_inner(), &mut io::sink());
    beginning
}

/// Puts frames together to an answer.
fn await_answer(receive: &mpsc::Receiver<(u8, Vec<u8>)>, deadline: Instant, watch: Watch<'_>) -> Outcome {
    let mut parts = Vec::new();
    loop {
        match receive.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok((frames::PART, part)) => parts.push(part),
            Ok((frames::STAGE, stage)) => match serde_json::from_slice::<Progress>(&stage) {
                Ok(progress) => watch(progress),
                Err(_) => return Outcome::Gone,
            },
            Ok((frames::END, _)) => return Outcome::Answered(parts),
            Ok((frames::REFUSAL, refusal)) => {
                return serde_json::from_slice(&refusal).map_or(Outcome::Gone, Outcome::Refused);
            }
            Err(RecvTimeoutError::Timeout) => return Outcome::Late,
            Ok(_) | Err(RecvTimeoutError::Disconnected) => return Outcome::Gone,
        }
    }
}

/// What ended a child that gave no answer, as far as its status and its last words tell.
///
/// The last words come from Rust's runtime and may hold bytes of the PDF: they are searched, never shown or logged.
fn cause_of_death(status: ExitStatus, complaint: &[u8], limits: Limits) -> IntakeRefusal {
    /// The filter of system calls.
    const SIGSYS: i32 = 31;
    /// The limit on computing time.
    const SIGXCPU: i32 = 24;
    let says = |words: &str| complaint.windows(words.len()).any(|window| window == words.as_bytes());
    match status.signal() {
        Some(SIGSYS) => IntakeRefusal::Forbidden,
        Some(SIGXCPU) => IntakeRefusal::TooMuchWork { limit_secs: limits.cpu_secs },
        _ if says("memory allocation of") => {
            IntakeRefusal::TooMuchMemory { limit_bytes: limits.memory_bytes }
        }
        _ => IntakeRefusal::Crashed,
    }
}
