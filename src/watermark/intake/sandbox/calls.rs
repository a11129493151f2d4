//! What Linux forbids a child: files by Landlock, system calls by two filters.
//!
//! The kernel takes the strictest answer of both filters:
//! * [`ALLOWED`] calls pass, everything else is answered with "not permitted". It is a list of what is allowed, so a
//!   call that is added to the kernel tomorrow is refused. Answered and not killed, because the C library looks
//!   into files now and then (to count processors, to tune its memory) and goes on when it cannot.
//! * [`DEADLY`] calls kill: no honest way leads there, so the process is in foreign hands.
//!
//! Memory can never be made executable, signals reach the process itself alone. Threads are forbidden with processes.

use landlock::{ABI, Access as _, AccessFs, AccessNet, Ruleset, RulesetAttr as _, Scope};
use seccompiler::{
    BackendError, BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, apply_filter,
};
use std::collections::BTreeMap;

/// Calls without conditions: reading and writing what is open, memory, the clock, an orderly end.
const ALLOWED: &[libc::c_long] = &[
    libc::SYS_brk,
    libc::SYS_clock_gettime,
    libc::SYS_clock_nanosleep,
    libc::SYS_close,
    libc::SYS_exit,
    libc::SYS_exit_group,
    libc::SYS_futex,
    libc::SYS_getpid,
    libc::SYS_getrandom,
    libc::SYS_gettid,
    libc::SYS_madvise,
    libc::SYS_mremap,
    libc::SYS_munmap,
    libc::SYS_nanosleep,
    libc::SYS_read,
    libc::SYS_readv,
    libc::SYS_restart_syscall,
    libc::SYS_rt_sigaction,
    libc::SYS_rt_sigprocmask,
    libc::SYS_rt_sigreturn,
    libc::SYS_sched_getaffinity,
    libc::SYS_sched_yield,
    libc::SYS_sigaltstack,
    libc::SYS_write,
    libc::SYS_writev,
];

/// Calls that no reader of a PDF makes: other processes, other programs, the network, the kernel itself.
const DEADLY: &[libc::c_long] = &[
    libc::SYS_accept4,
    libc::SYS_bind,
    libc::SYS_bpf,
    libc::SYS_clone,
    libc::SYS_clone3,
    libc::SYS_connect,
    libc::SYS_execve,
    libc::SYS_execveat,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_fork,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_io_uring_setup,
    libc::SYS_kexec_load,
    libc::SYS_listen,
    libc::SYS_mount,
    libc::SYS_pidfd_getfd,
    libc::SYS_process_vm_readv,
    libc::SYS_process_vm_writev,
    libc::SYS_ptrace,
    libc::SYS_setns,
    libc::SYS_socket,
    libc::SYS_socketpair,
    libc::SYS_unshare,
    libc::SYS_userfaultfd,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_vfork,
];

/// Forbids every file, TCP port and signal to others, as far as this kernel knows Landlock.
pub(super) fn forbid_files() {
    let newest = ABI::V6;
    // The rules of older kernels hold less; the crate takes what there is. A kernel without any is no failure.
    let _ = Ruleset::default()
        .handle_access(AccessFs::from_all(newest))
        .and_then(|rules| rules.handle_access(AccessNet::from_all(newest)))
        .and_then(|rules| rules.scope(Scope::from_all(newest)))
        .and_then(Ruleset::create)
        .and_then(landlock::RulesetCreated::restrict_self);
}

/// Forbids the system calls. A kernel or processor without filters is no failure.
pub(super) fn forbid_calls() {
    for program in [deadly(), allowed()].into_iter().flatten() {
        let _ = apply_filter(&program);
    }
}

/// The filter that kills.
fn deadly() -> Result<BpfProgram, BackendError> {
    let rules = DEADLY.iter().map(|call| (*call, Vec::new())).collect();
    build(rules, SeccompAction::Allow, SeccompAction::KillProcess)
}

/// The filter that lets pass.
fn allowed() -> Result<BpfProgram, BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
    // Memory, but none that can be run: the third argument is the protection.
    let execute = u64::from(libc::PROT_EXEC.unsigned_abs());
    let data_only = condition(2, SeccompCmpOp::MaskedEq(execute), 0)?;
    rules.insert(libc::SYS_mmap, vec![SeccompRule::new(vec![data_only.clone()])?]);
    rules.insert(libc::SYS_mprotect, vec![SeccompRule::new(vec![data_only])?]);
    // An abort is a signal to oneself.
    let oneself = condition(0, SeccompCmpOp::Eq, u64::from(std::process::id()))?;
    rules.insert(libc::SYS_tgkill, vec![SeccompRule::new(vec![oneself])?]);
    let refuse = SeccompAction::Errno(libc::EPERM.unsigned_abs());
    build(rules, refuse, SeccompAction::Allow)
}

/// A condition on the lower half of an argument; both arguments that are looked at are 32 bits wide.
fn condition(argument: u8, is: SeccompCmpOp, value: u64) -> Result<SeccompCondition, BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, is, value)
}

/// A filter for this processor.
fn build(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    otherwise: SeccompAction,
    matching: SeccompAction,
) -> Result<BpfProgram, BackendError> {
    SeccompFilter::new(rules, otherwise, matching, std::env::consts::ARCH.try_into()?)?.try_into()
}
