//! Linux: resource limits, Landlock where the kernel has it, and a seccomp allow-list.

use std::collections::BTreeMap;
use std::time::Duration;

use landlock::{
    ABI, Access as _, AccessFs, AccessNet, CompatLevel, Compatible as _, Ruleset, RulesetAttr as _,
    RulesetError, RulesetStatus, Scope,
};
use relecture_imaging_worker::{Confinement, Wall};
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, Signal, getpid, set_dumpable_behavior,
    set_parent_process_death_signal, setrlimit,
};
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter,
    SeccompRule, TargetArch,
};

use super::JailError;

/// Bytes of address space. A picture of the largest size decodes within 1 GiB beside its file and
/// the library; beyond this an allocation fails and the process with it.
const ADDRESS_SPACE: u64 = 2 << 30;

/// Closes the jail, for so much `processor_time`. Every wall but Landlock must stand.
pub(crate) fn close(processor_time: Duration) -> Result<Confinement, JailError> {
    die_with_parent()?;
    limit_resources(processor_time)?;
    let landlock = restrict_by_landlock();
    // Only now: Landlock needed a descriptor. The three standard ones stay.
    limit(Resource::Nofile, 0)?;
    seccompiler::apply_filter(&allow_list()?).map_err(|_| JailError { wall: "seccomp" })?;
    Ok(Confinement {
        filesystem: Wall::Enforced,
        network: Wall::Enforced,
        processes: Wall::Enforced,
        resources: Wall::Enforced,
        landlock,
    })
}

fn die_with_parent() -> Result<(), JailError> {
    let failed = |_| JailError { wall: "parent" };
    // Had the parent gone before this line, reading the document would end at once: the pipe closes.
    set_parent_process_death_signal(Some(Signal::KILL)).map_err(failed)?;
    // No core dump and no debugger of the same user: this memory holds a patient's document.
    set_dumpable_behavior(DumpableBehavior::NotDumpable).map_err(failed)
}

fn limit_resources(processor_time: Duration) -> Result<(), JailError> {
    limit(Resource::As, ADDRESS_SPACE)?;
    limit(Resource::Cpu, processor_time.as_secs())?;
    limit(Resource::Fsize, 0)?;
    limit(Resource::Core, 0)?;
    limit(Resource::Nproc, 0)
}

fn limit(resource: Resource, value: u64) -> Result<(), JailError> {
    setrlimit(
        resource,
        Rlimit {
            current: Some(value),
            maximum: Some(value),
        },
    )
    .map_err(|_| JailError {
        wall: "resource limits",
    })
}

/// Handles every access Landlock knows and allows none. Whatever the running kernel lacks, seccomp
/// refuses as well.
fn restrict_by_landlock() -> Wall {
    let restrict = || -> Result<RulesetStatus, RulesetError> {
        let newest = ABI::V6;
        let status = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(newest))?
            .handle_access(AccessNet::from_all(newest))?
            .scope(Scope::from_all(newest))?
            .create()?
            .restrict_self()?;
        Ok(status.ruleset)
    };
    match restrict() {
        Ok(RulesetStatus::FullyEnforced) => Wall::Enforced,
        Ok(RulesetStatus::PartiallyEnforced) => Wall::Partial,
        Ok(RulesetStatus::NotEnforced) | Err(_) => Wall::Absent,
    }
}

/// What a process that computes, allocates and talks over its two pipes needs. Anything else answers
/// EPERM rather than death: libpdfium looks for fonts and time zones and does well without.
fn allow_list() -> Result<BpfProgram, JailError> {
    build_allow_list().map_err(|_| JailError {
        wall: "seccomp filter",
    })
}

fn build_allow_list() -> Result<BpfProgram, seccompiler::BackendError> {
    let (input, output, errors) = (0, 1, 2);
    let own_id = u64::from(getpid().as_raw_nonzero().get().cast_unsigned());
    // Executable memory was mapped when the program and the library were loaded: no more of it.
    let no_exec = |argument| bits(argument, libc::PROT_EXEC, 0);
    let anonymous = || bits(3, libc::MAP_ANONYMOUS, libc::MAP_ANONYMOUS);

    let conditional = [
        (libc::SYS_read, vec![rule([is(0, input)?])?]),
        (
            libc::SYS_write,
            vec![rule([is(0, output)?])?, rule([is(0, errors)?])?],
        ),
        (libc::SYS_mmap, vec![rule([no_exec(2)?, anonymous()?])?]),
        (libc::SYS_mprotect, vec![rule([no_exec(2)?])?]),
        // abort() signals itself.
        (libc::SYS_tgkill, vec![rule([is(0, own_id)?])?]),
    ];
    let free = [
        libc::SYS_brk,
        libc::SYS_clock_gettime,
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
        libc::SYS_restart_syscall,
        libc::SYS_rt_sigaction,
        libc::SYS_rt_sigprocmask,
        libc::SYS_rt_sigreturn,
        libc::SYS_sched_yield,
        libc::SYS_sigaltstack,
    ];
    let rules: BTreeMap<i64, Vec<SeccompRule>> = free
        .into_iter()
        .map(|call| (call, Vec::new()))
        .chain(conditional)
        .collect();
    let refuse = SeccompAction::Errno(libc::EPERM.cast_unsigned());
    let machine = TargetArch::try_from(std::env::consts::ARCH)?;
    SeccompFilter::new(rules, refuse, SeccompAction::Allow, machine)?.try_into()
}

/// All `conditions` together.
fn rule<const N: usize>(
    conditions: [SeccompCondition; N],
) -> Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(conditions.into())
}

fn is(argument: u8, value: u64) -> Result<SeccompCondition, seccompiler::BackendError> {
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, SeccompCmpOp::Eq, value)
}

/// The bits of `mask` in an argument are exactly `value`.
fn bits(
    argument: u8,
    mask: libc::c_int,
    value: libc::c_int,
) -> Result<SeccompCondition, seccompiler::BackendError> {
    let wide = |bits: libc::c_int| u64::from(bits.cast_unsigned());
    let compare = SeccompCmpOp::MaskedEq(wide(mask));
    SeccompCondition::new(argument, SeccompCmpArgLen::Dword, compare, wide(value))
}
