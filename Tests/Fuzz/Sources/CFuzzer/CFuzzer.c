#include "CFuzzer.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*reader)(const uint8_t *bytes, size_t count));

// MARK: Counters

// What the compiler lays down for each edge (Clang, "SanitizerCoverage"), and how libFuzzer is told of it. The linker is
// asked to lead these calls here (--wrap, see run).
typedef struct edge {
    uintptr_t address;
    uintptr_t flags;
} edge;

void __real___sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *end);
void __real___sanitizer_cov_pcs_init(const edge *start, const edge *end);

static struct {
    uint8_t *start;
    uint8_t *end;
    const edge *edges;
} program;

/// Counters of a few functions, which are watched together.
enum { counters_together = 512 };

void __wrap___sanitizer_cov_8bit_counters_init(uint8_t *start, uint8_t *end) {
    program.start = start;
    program.end = end;
}

void __wrap___sanitizer_cov_pcs_init(const edge *start, const edge *end) {
    (void)end;
    program.edges = start;
}

static int is_reached(const uint8_t *start) {
    for (int i = 0; i < counters_together && start + i < program.end; i++) {
        if (start[i]) return 1;
    }
    return 0;
}

static void watch(uint8_t *start, uint8_t *end) {
    if (end > program.end) end = program.end;
    __real___sanitizer_cov_8bit_counters_init(start, end);
    __real___sanitizer_cov_pcs_init(program.edges + (start - program.start), program.edges + (end - program.start));
}

static void watch_what_was_reached(void) {
    uint8_t *start = NULL;
    for (uint8_t *at = program.start; at < program.end; at += counters_together) {
        if (is_reached(at)) {
            if (!start) start = at;
        } else if (start) {
            watch(start, at);
            start = NULL;
        }
    }
    if (start) watch(start, program.end);
}

// MARK: Time

enum { ticks_a_second = 10, nanoseconds_a_millisecond = 1000000 };

static void (*read_input)(const uint8_t *bytes, size_t count);
/// Odd while an input is being read.
static volatile uint32_t turn;
/// Nanoseconds.
static int64_t longest;

static int64_t processor_time(void) {
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int read_timed(const uint8_t *bytes, size_t count) {
    int64_t start = processor_time();
    turn++;
    read_input(bytes, count);
    turn++;
    int64_t taken = processor_time() - start;
    if (taken > longest) longest = taken;
    return 0;
}

static void on_tick(int signal) {
    (void)signal;
    static uint32_t seen;
    static int ticks;
    if (turn != seen || turn % 2 == 0) {
        seen = turn;
        ticks = 0;
    } else if (++ticks > ticks_a_second) {
        static const char message[] = "ERROR: an input takes more than a second of processor time\n";
        (void)!write(STDERR_FILENO, message, sizeof message - 1);
        // libFuzzer takes its time to say where it was.
        sigaction(SIGPROF, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
        abort();
    }
}

static void print_longest(void) {
    fprintf(stderr, "stat::slowest_unit_ms: %lld\n", (long long)(longest / nanoseconds_a_millisecond));
}

// MARK: Running

int cfuzzer_run(int *argc, char ***argv, void (*reader)(const uint8_t *bytes, size_t count)) {
    watch_what_was_reached();
    read_input = reader;
    atexit(print_longest);
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    sigaction(SIGPROF, &action, NULL);
    struct timeval tick = {.tv_usec = 1000000 / ticks_a_second};
    setitimer(ITIMER_PROF, &(struct itimerval){.it_interval = tick, .it_value = tick}, NULL);
    return LLVMFuzzerRunDriver(argc, argv, read_timed);
}
