#ifndef LIMNER_CLOCK_SHIFT_H
#define LIMNER_CLOCK_SHIFT_H

// A library that is loaded by LD_PRELOAD into a program whose clock of the day is to jump. It calls nothing of Limner, and
// nothing of Limner calls it: `clock_gettime`, `gettimeofday` and `time` are replaced.
//
// LIMNER_CLOCK_SHIFT names a file; its text is a whole number of seconds, which is added to CLOCK_REALTIME. The file is
// read anew for each call, so that whoever writes it moves the clock at once. Other clocks are left alone.

#endif
