// The system's zlib, for the bare inflating that reading is compared with.
#include <zlib.h>
