//! What this process has used: CPU time of its living threads, and memory, as the kernel counts them.

use std::fs;

/// CPU time used so far.
pub(crate) struct Cpu(u64);

impl Cpu {
    /// The time that all living threads have run, in nanoseconds (`schedstat` of each, first field).
    fn used_nanos() -> u64 {
        let tasks = fs::read_dir("/proc/self/task").unwrap();
        let of = |path: std::path::PathBuf| fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        let texts = tasks.map(|task| of(task.unwrap().path()));
        texts.filter_map(|text| text.split(' ').next()?.parse::<u64>().ok()).sum()
    }
    /// From now on.
    pub(crate) fn now() -> Self {
        Self(Self::used_nanos())
    }
    /// CPU seconds since.
    pub(crate) fn elapsed_secs(&self) -> f64 {
        std::time::Duration::from_nanos(Self::used_nanos().saturating_sub(self.0)).as_secs_f64()
    }
}

/// Resident memory of this process.
pub(crate) fn resident_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

/// In MiB.
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes / 1024).unwrap()) / 1024.0
}
