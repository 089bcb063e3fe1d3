// How often this program has asked for memory: every allocation of every library in it goes through here.

#ifndef ALLOCATION_COUNT_H
#define ALLOCATION_COUNT_H

/// Allocations by any thread since the program began.
long allocation_count(void);

#endif
