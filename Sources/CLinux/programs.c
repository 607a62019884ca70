#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

// The paths lie in a page of their own that nothing writes to once it is sealed: the filter of limner_forbid_calls knows
// them by their addresses.
static char *paths;
static int count;
static int sealed;

int limner_program_add(const char *path) {
    if (sealed) return -EPERM;
    if (count == LIMNER_MOST_PROGRAMS) return -E2BIG;
    if (strlen(path) >= PATH_MAX) return -ENAMETOOLONG;
    if (!paths) {
        void *memory = mmap(
            NULL, LIMNER_MOST_PROGRAMS * PATH_MAX, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (memory == MAP_FAILED) return -errno;
        paths = memory;
    }
    strcpy(paths + count * PATH_MAX, path);
    return count++;
}

int limner_program_seal(const char *addresses[LIMNER_MOST_PROGRAMS]) {
    for (int program = 0; program < count; program++) addresses[program] = paths + program * PATH_MAX;
    if (paths && mprotect(paths, LIMNER_MOST_PROGRAMS * PATH_MAX, PROT_READ) != 0) return -errno;
    sealed = 1;
    return count;
}

static void limner_limit(int resource, uint64_t value) {
    struct rlimit limit;
    if (getrlimit(resource, &limit) != 0) return;
    if (limit.rlim_max == RLIM_INFINITY || value < limit.rlim_max) limit.rlim_max = value;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(resource, &limit);
}

// Only what may be called between fork(2) and execve(2) in a process with threads.
_Noreturn static void limner_become(
    int program, char *const arguments[], const int descriptors[3], uint64_t memory, uint64_t file, pid_t parent
) {
    static char *const environment[] = {"LANG=C.UTF-8", "AV_LOG_FORCE_NOCOLOR=1", NULL};
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    if (getppid() != parent) _exit(127);
    // What a terminal sends to a whole command is for the command to act on.
    setpgid(0, 0);
    // Above the three first, so that none is overwritten before it is read.
    int moved[3];
    for (int index = 0; index < 3; index++) moved[index] = fcntl(descriptors[index], F_DUPFD_CLOEXEC, 3);
    for (int index = 0; index < 3; index++) {
        if (moved[index] < 0 || dup2(moved[index], index) < 0) _exit(127);
    }
    close_range(3, ~0U, 0);
    limner_limit(RLIMIT_CORE, 0);
    limner_limit(RLIMIT_AS, memory);
    limner_limit(RLIMIT_FSIZE, file);
    signal(SIGPIPE, SIG_DFL);
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    execve(paths + program * PATH_MAX, arguments, environment);
    _exit(127);
}

int limner_program_run(
    int program, char *const arguments[], const int descriptors[3], uint64_t memory, uint64_t file
) {
    if (program < 0 || program >= count) return -EINVAL;
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) return -errno;
    if (child == 0) limner_become(program, arguments, descriptors, memory, file, parent);
    return child;
}

int limner_memory_file(const char *name, int64_t size) {
    const int descriptor = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (descriptor < 0) return -errno;
    if (ftruncate(descriptor, size) < 0 || fcntl(descriptor, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK) < 0) {
        const int fault = errno;
        close(descriptor);
        return -fault;
    }
    return descriptor;
}
