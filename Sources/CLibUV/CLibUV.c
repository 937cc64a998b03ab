#define _GNU_SOURCE
#include "CLibUV.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <sys/file.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/sendfile.h>
#include <sys/vfs.h>
#endif
#ifdef __GLIBC__
#include <malloc.h>
#endif

#ifndef __linux__
static int prepared(int fd) {
    if (fd < 0) return -errno;
    if (fcntl(fd, F_SETFL, O_NONBLOCK) < 0 || fcntl(fd, F_SETFD, FD_CLOEXEC) < 0) {
        int code = errno;
        close(fd);
        return -code;
    }
    return fd;
}
#endif

int ottla_accept(int listener, struct sockaddr_storage *peer, socklen_t *peer_length) {
    *peer_length = sizeof *peer;
#ifdef __linux__
    int fd = accept4(listener, (struct sockaddr *)peer, peer_length, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return fd < 0 ? -errno : fd;
#else
    return prepared(accept(listener, (struct sockaddr *)peer, peer_length));
#endif
}

int ottla_socket(int family) {
#ifdef __linux__
    int fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return fd < 0 ? -errno : fd;
#else
    return prepared(socket(family, SOCK_STREAM, 0));
#endif
}

ssize_t ottla_sendfile(int socket, int file, off_t offset, size_t count) {
#ifdef __linux__
    ssize_t sent = sendfile(socket, file, &offset, count);
    return sent < 0 ? -errno : sent;
#else
    off_t length = (off_t)count;
    if (sendfile(file, socket, offset, &length, NULL, 0) == 0 || length > 0) return (ssize_t)length;
    return -errno;
#endif
}

int ottla_lock(int file, int *holder) {
    *holder = 0;
#ifdef F_OFD_SETLK
    // A lock of the open file, not of the process: it also excludes a second opening by this process, and no unrelated close drops it.
    struct flock wanted = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(file, F_OFD_SETLK, &wanted) == 0) return 0;
    int code = errno == EACCES ? EAGAIN : errno;
    struct flock held = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    if (fcntl(file, F_OFD_GETLK, &held) == 0 && held.l_type != F_UNLCK && held.l_pid > 0) *holder = (int)held.l_pid;
    return -code;
#else
    return flock(file, LOCK_EX | LOCK_NB) == 0 ? 0 : -errno;
#endif
}

int ottla_sync(int file) {
#ifdef __APPLE__
    return fcntl(file, F_FULLFSYNC) == 0 || fsync(file) == 0 ? 0 : -errno;
#else
    return fdatasync(file) == 0 ? 0 : -errno;
#endif
}

int ottla_sync_all(int directory) {
#ifdef __linux__
    struct statfs system;
    if (fstatfs(directory, &system) != 0) return -errno;
    switch ((unsigned long)system.f_type) {
    case 0xEF53UL:     // ext2, ext3, ext4
    case 0x58465342UL: // XFS
    case 0x9123683EUL: // Btrfs
    case 0x794C7630UL: // overlayfs, which syncs the file system above
    case 0x01021994UL: // tmpfs
        return syncfs(directory) == 0 ? 0 : -errno;
    default: return -ENOSYS; // some return at once and have done nothing
    }
#else
    (void)directory;
    return -ENOSYS;
#endif
}

void ottla_return_blocks_of(size_t size) {
#ifdef __GLIBC__
    mallopt(M_MMAP_THRESHOLD, (int)size);
#else
    (void)size;
#endif
}

void ottla_name_thread(const char *name) {
#ifdef __APPLE__
    pthread_setname_np(name);
#else
    pthread_setname_np(pthread_self(), name);
#endif
}

const short ottla_spawn_in_new_session = POSIX_SPAWN_SETSID;
