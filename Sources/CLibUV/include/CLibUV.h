// libuv, and the few system calls that Swift's Glibc module leaves out.
#pragma once
#include <uv.h>
#ifdef __linux__
#include <sys/sendfile.h>
#endif
