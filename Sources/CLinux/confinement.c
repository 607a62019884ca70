#define _GNU_SOURCE
#include "CLinux.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

int limner_die_with_parent(void) {
    return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 ? 0 : -errno;
}

int limner_forbid_privileges(void) {
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 ? 0 : -errno;
}

#if defined(__x86_64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_X86_64
#define FOREIGN_CALLS 0x40000000u // The x32 calls have numbers of their own.
#elif defined(__aarch64__)
#define THIS_ARCHITECTURE AUDIT_ARCH_AARCH64
#define FOREIGN_CALLS 0xffffffffu
#endif

#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES)
#define REFUSE_CALL(name) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##name, 0, 1), REFUSE

int limner_forbid_calls(void) {
#ifdef THIS_ARCHITECTURE
    static const struct sock_filter begin[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, THIS_ARCHITECTURE, 1, 0),
        REFUSE,
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FOREIGN_CALLS, 0, 1),
        REFUSE,
        REFUSE_CALL(socket),
        REFUSE_CALL(socketpair),
        REFUSE_CALL(io_uring_setup),
        REFUSE_CALL(execveat),
        REFUSE_CALL(ptrace),
        REFUSE_CALL(process_vm_readv),
        REFUSE_CALL(process_vm_writev),
        REFUSE_CALL(pidfd_getfd),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    enum { BEGUN = sizeof begin / sizeof begin[0], FOR_A_PROGRAM = 5 };
    const char *addresses[LIMNER_MOST_PROGRAMS];
    const int programs = limner_program_seal(addresses);
    if (programs < 0) return programs;
    struct sock_filter filter[BEGUN + FOR_A_PROGRAM * LIMNER_MOST_PROGRAMS + 1];
    unsigned short length = BEGUN;
    memcpy(filter, begin, sizeof begin);
    // Of execve(2) the path's address is compared, half by half: little-endian on both architectures.
    const uint32_t low = offsetof(struct seccomp_data, args[0]);
    for (int program = 0; program < programs; program++) {
        const uint64_t address = (uintptr_t)addresses[program];
        const struct sock_filter one[FOR_A_PROGRAM] = {
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)address, 0, 3),
            BPF_STMT(BPF_LD | BPF_W | BPF_ABS, low + 4),
            BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(address >> 32), 0, 1),
            BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        memcpy(filter + length, one, sizeof one);
        length += FOR_A_PROGRAM;
    }
    filter[length++] = (struct sock_filter)REFUSE;
    const struct sock_fprog program = {length, filter};
    const long result = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program);
    return result == 0 ? 0 : result < 0 ? -errno : -EBUSY;
#else
    return -ENOSYS;
#endif
}

// linux/landlock.h of an older kernel lacks what a newer one has; the numbers are the kernel's promise (landlock(7)).
enum {
    EXECUTE = 1 << 0,
    WRITE_FILE = 1 << 1,
    READ_FILE = 1 << 2,
    READ_DIR = 1 << 3,
    REMOVE_DIR = 1 << 4,
    REMOVE_FILE = 1 << 5,
    MAKE_DIR = 1 << 7,
    MAKE_REG = 1 << 8,
    LAST_OF_FIRST = 1 << 12,
    REFER = 1 << 13,     // 2
    TRUNCATE = 1 << 14,  // 3
    IOCTL_DEV = 1 << 15, // 5
};

struct ruleset {
    uint64_t files;
    uint64_t network; // 4
    uint64_t scopes;  // 6
};

struct rule {
    uint64_t rights;
    int32_t parent;
} __attribute__((packed));

enum { PATH_BENEATH = 1, TELLS_VERSION = 1, BIND_AND_CONNECT_TCP = 3, ABSTRACT_SOCKETS_AND_SIGNALS = 3 };

int limner_landlock_version(void) {
    const long version = syscall(SYS_landlock_create_ruleset, NULL, 0, TELLS_VERSION);
    return version < 0 ? -errno : (int)version;
}

static uint64_t limner_landlock_all(int version) {
    uint64_t rights = LAST_OF_FIRST * 2 - 1;
    if (version >= 2) rights |= REFER;
    if (version >= 3) rights |= TRUNCATE;
    if (version >= 5) rights |= IOCTL_DEV;
    return rights;
}

uint64_t limner_landlock_reading(void) { return READ_FILE | READ_DIR; }

uint64_t limner_landlock_running(void) { return limner_landlock_reading() | EXECUTE; }

uint64_t limner_landlock_writing(int version) {
    const uint64_t rights = WRITE_FILE | REMOVE_DIR | REMOVE_FILE | MAKE_DIR | MAKE_REG | REFER | TRUNCATE;
    return rights & limner_landlock_all(version);
}

uint64_t limner_landlock_of_files(int version) {
    return (EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV) & limner_landlock_all(version);
}

int limner_landlock_forbid(int version) {
    struct ruleset ruleset = {limner_landlock_all(version), 0, 0};
    size_t size = offsetof(struct ruleset, network);
    if (version >= 4) {
        ruleset.network = BIND_AND_CONNECT_TCP;
        size = offsetof(struct ruleset, scopes);
    }
    if (version >= 6) {
        ruleset.scopes = ABSTRACT_SOCKETS_AND_SIGNALS;
        size = sizeof ruleset;
    }
    const long result = syscall(SYS_landlock_create_ruleset, &ruleset, size, 0);
    return result < 0 ? -errno : (int)result;
}

int limner_landlock_allow(int ruleset, const char *path, uint64_t rights) {
    const int parent = open(path, O_PATH | O_CLOEXEC);
    if (parent < 0) return -errno;
    const struct rule rule = {rights, parent};
    const long result = syscall(SYS_landlock_add_rule, ruleset, PATH_BENEATH, &rule, 0);
    const int error = errno;
    close(parent);
    return result == 0 ? 0 : -error;
}

int limner_landlock_enforce(int ruleset) {
    const long result = syscall(SYS_landlock_restrict_self, ruleset, 0);
    const int error = errno;
    close(ruleset);
    return result == 0 ? 0 : -error;
}
