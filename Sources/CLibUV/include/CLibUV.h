// libuv, and the few system calls that Swift's Glibc module leaves out or that differ between systems.
#pragma once
#include <stddef.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <uv.h>

/// Accepts one connection; the descriptor is non-blocking and closes on exec. A negative result is -errno.
int ottla_accept(int listener, struct sockaddr_storage *peer, socklen_t *peer_length);

/// A stream socket that is non-blocking and closes on exec. A negative result is -errno.
int ottla_socket(int family);

/// Sends a range of a file to a socket. Returns the bytes sent (0: the file ends before the range), or -errno.
ssize_t ottla_sendfile(int socket, int file, off_t offset, size_t count);

/// Takes an exclusive advisory lock that Java's FileLock honours, without waiting. Returns 0, or -errno and the holder's process id when it is known (else 0).
int ottla_lock(int file, int *holder);

/// Makes a file's bytes durable. Returns 0 or -errno.
int ottla_sync(int file);

/// Makes everything on the file system of an open directory durable. Returns 0 or -errno; -ENOSYS where the system cannot.
int ottla_sync_all(int directory);

/// Blocks of this many bytes and more go back to the system when they are freed, where the C library would keep ever larger ones.
void ottla_return_blocks_of(size_t size);

/// Names the calling thread for `top` and debuggers.
void ottla_name_thread(const char *name);

/// The flag of posix_spawn for a process that leads a session of its own.
extern const short ottla_spawn_in_new_session;
