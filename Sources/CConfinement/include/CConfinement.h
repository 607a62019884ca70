#ifndef LIMNER_CCONFINEMENT_H
#define LIMNER_CCONFINEMENT_H

#include <stdint.h>

// What a process gives up for good: calls that glibc has no functions for, or only variadic ones.
// Each returns 0 or what is said, and a negative errno when it is refused.

/// Has the kernel kill this process when the thread that started it ends (PR_SET_PDEATHSIG, prctl(2)).
int limner_die_with_parent(void);

/// No program that this process runs can give it a privilege (PR_SET_NO_NEW_PRIVS). The two below need it.
int limner_forbid_privileges(void);

/// No socket of any kind, no io_uring, no other program in its place, no look into another process: such calls fail with
/// EACCES (seccomp(2)). For every thread of the process.
int limner_forbid_calls(void);

/// The version of the kernel's Landlock.
int limner_landlock_version(void);

/// Rights of landlock(7) that a version knows: all of them, and those to read, and to change, what lies below a folder.
uint64_t limner_landlock_all(int version);
uint64_t limner_landlock_reading(void);
uint64_t limner_landlock_writing(int version);

/// The rights that concern a file itself; a rule for a file may name no other.
uint64_t limner_landlock_of_files(int version);

/// A new ruleset that forbids whatever the version knows: a descriptor.
int limner_landlock_forbid(int version);

/// Allows rights below a folder, or to a file.
int limner_landlock_allow(int ruleset, const char *path, uint64_t rights);

/// Puts a ruleset in force for this thread and those that it starts, and closes it.
int limner_landlock_enforce(int ruleset);

#endif
