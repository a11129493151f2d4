//! Tries in a real child whether the [sandbox](super::sandbox) holds on this machine.
//!
//! A kernel may lack Landlock or filters, and a container may take them away. Nobody has to believe a version number:
//! `candor doctor` runs every [`Attempt`] in a child of its own and says which one succeeded.

use super::child::{Task, ask};
use super::sandbox::Limits;
use super::serving::{Answer, Request};
use crate::watermark::IntakeRefusal;
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The hidden command that runs an attempt.
pub const COMMAND: &str = "probe-child";

/// What a PDF that has taken the child over would try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attempt {
    /// Takes more memory than it may.
    Memory,
    /// Opens a socket.
    Network,
    /// Runs another program.
    Program,
    /// Opens a file to read.
    Read,
    /// Computes without end.
    Time,
    /// Runs beside itself.
    Thread,
    /// Makes a file.
    Write,
}

impl Attempt {
    /// All, in the order in which they are told.
    pub const ALL: [Self; 7] =
        [Self::Memory, Self::Time, Self::Read, Self::Write, Self::Network, Self::Program, Self::Thread];
    /// As words after "could".
    pub const fn words(self) -> &'static str {
        match self {
            Self::Memory => "take memory without end",
            Self::Network => "open a socket",
            Self::Program => "start a program",
            Self::Read => "open a file",
            Self::Time => "compute without end",
            Self::Thread => "start a thread",
            Self::Write => "make a file",
        }
    }
}

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Held {
    /// The child was refused and lived to tell, in the words of the system.
    Answered(String),
    /// The child died of it.
    Killed(IntakeRefusal),
    /// It succeeded: the sandbox does not hold.
    No,
}

impl Held {
    /// Whether it was the sandbox that stopped the attempt; a child that merely crashes proves nothing.
    pub const fn holds(&self) -> bool {
        matches!(
            self,
            Self::Answered(_)
                | Self::Killed(
                    IntakeRefusal::Forbidden
                        | IntakeRefusal::TooMuchMemory { .. }
                        | IntakeRefusal::TooMuchWork { .. }
                )
        )
    }
}

/// Runs an attempt in a child of `program`.
pub fn attempt(program: &Path, attempt: Attempt) -> Held {
    let arguments = serde_json::to_vec(&attempt).unwrap_or_default();
    let mut task = Task::new(COMMAND, &[]);
    task.arguments = &arguments;
    if attempt == Attempt::Time {
        task.limits = Limits { cpu_secs: 1, ..task.limits };
    }
    match ask(program, &task, &mut |_| {}) {
        Ok(parts) => match parts.as_slice() {
            [words] if !words.is_empty() => Held::Answered(String::from_utf8_lossy(words).into_owned()),
            _ => Held::No,
        },
        Err(refusal) => Held::Killed(refusal),
    }
}

/// The work of the child: tries, and answers with why it failed, or with nothing when it succeeded.
pub fn try_it(request: Request) -> Answer {
    let attempt = serde_json::from_slice(&request.arguments)
        .map_err(|_| IntakeRefusal::damaged("no attempt of ours"))?;
    let failed = match attempt {
        Attempt::Memory => {
            // As an ordinary program takes it, touched so that it is really there.
            let much = vec![1_u8; 2 * 1024 * 1024 * 1024];
            std::hint::black_box(&much);
            None
        }
        Attempt::Network => std::net::UdpSocket::bind("127.0.0.1:0").err(),
        Attempt::Program => std::process::Command::new("/bin/true").status().err(),
        Attempt::Read => std::fs::File::open("/etc/hostname").err(),
        Attempt::Time => loop {
            std::hint::black_box(0);
        },
        Attempt::Thread => std::thread::Builder::new().spawn(|| ()).err(),
        Attempt::Write => {
            let path = Path::new("/tmp/candor-probe");
            let made = std::fs::File::create(path);
            let _ = std::fs::remove_file(path);
            made.err()
        }
    };
    Ok(vec![failed.map(|error| error.to_string()).unwrap_or_default().into_bytes()])
}
