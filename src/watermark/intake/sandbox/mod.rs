//! The sandbox: what a child process takes from itself before it reads the first byte of a PDF.
//!
//! * Limits of the system, everywhere: memory, computing time, no file of its own, no further open file, no process,
//!   no core dump. A child that cannot set them does not work at all.
//! * On Linux, where the kernel can: no file (Landlock), and only the system calls that reading, computing and
//!   answering need (module `calls`). What a kernel cannot do, [`super::probe`] finds out and `candor doctor` says.
//!
//! The environment is empty and only three pipes are open already: the parent sees to that.

#[cfg(target_os = "linux")]
mod calls;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io;

/// What a child may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::Args)]
pub struct Limits {
    /// Bytes of address space.
    #[arg(long)]
    pub memory_bytes: u64,
    /// Seconds of computing. It outlives no parent that way: a parent which lives kills by the clock on the wall.
    #[arg(long)]
    pub cpu_secs: u64,
}

/// A mebibyte.
const MIB: u64 = 1024 * 1024;

impl Limits {
    /// The most any child gets.
    pub const MOST: Self = Self { memory_bytes: 1024 * MIB, cpu_secs: 60 };

    /// What reading a file of this size may cost: a small file gets little, so that it cannot cost much.
    ///
    /// The file itself, its objects, its new body and one opened stream lie in memory at once.
    pub fn for_file(file_bytes: usize) -> Self {
        let file_bytes = u64::try_from(file_bytes).unwrap_or(u64::MAX);
        let memory_bytes = file_bytes.saturating_mul(8).saturating_add(384 * MIB);
        Self { memory_bytes: memory_bytes.min(Self::MOST.memory_bytes), ..Self::MOST }
    }

    /// What rewriting a file of this size may cost, which paints nothing. Whatever the parser is led to unpack beyond what was
    /// counted ends here. Of 75 reports and odd files none needs half of what is left beside its size.
    pub(in crate::watermark) fn to_write(file_bytes: usize) -> Self {
        let file_bytes = u64::try_from(file_bytes).unwrap_or(u64::MAX);
        let memory_bytes = file_bytes.saturating_mul(8).saturating_add(192 * MIB);
        Self { memory_bytes, ..Self::MOST }.within(Self::MOST)
    }

    /// As arguments of a command that flattens this type.
    pub(super) fn arguments(self) -> [String; 4] {
        let Self { memory_bytes, cpu_secs } = self.within(Self::MOST);
        ["--memory-bytes".to_owned(), memory_bytes.to_string(), "--cpu-secs".to_owned(), cpu_secs.to_string()]
    }

    /// The smaller of both in everything.
    pub(in crate::watermark) fn within(self, most: Self) -> Self {
        Self {
            memory_bytes: self.memory_bytes.min(most.memory_bytes),
            cpu_secs: self.cpu_secs.min(most.cpu_secs),
        }
    }
}

/// Closes the sandbox around this process, for good.
///
/// Call it in a process with one thread, before anything of the file is read. It fails when a limit cannot be set;
/// a kernel without Landlock or filters is no failure.
pub fn close(limits: Limits) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    {
        // The file system first: the rules take an open file for a moment, which the limits would refuse.
        calls::forbid_files();
        // A parent that dies takes the child along.
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
    }
    let limits = limits.within(Limits::MOST);
    for (resource, most) in [
        (Resource::As, limits.memory_bytes),
        (Resource::Core, 0),
        (Resource::Fsize, 0),
        // The three pipes are open: a number from three on is not to be had.
        (Resource::Nofile, 3),
        // Passed over for root, for whom the filter of system calls holds it.
        (Resource::Nproc, 0),
    ] {
        lower(resource, most, most)?;
    }
    // At the soft limit a signal that tells the parent the reason, at the hard one another that nothing survives.
    lower(Resource::Cpu, limits.cpu_secs, limits.cpu_secs.saturating_add(1))?;
    #[cfg(target_os = "linux")]
    calls::forbid_calls();
    Ok(())
}

/// Lowers a limit; one that is lower already stays.
fn lower(resource: Resource, soft: u64, hard: u64) -> io::Result<()> {
    let hard = getrlimit(resource).maximum.map_or(hard, |already| already.min(hard));
    Ok(setrlimit(resource, Rlimit { current: Some(soft.min(hard)), maximum: Some(hard) })?)
}
