// The bridge to the system's zlib (zlib1g-dev): deflate, inflate and crc32 come from there.
#include <zlib.h>
