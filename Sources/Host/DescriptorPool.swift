import Synchronization

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Bounds how many files are open at once: when one more is needed, the one that was not used for longest (nearly: a clock's hand passes over
/// the files and takes the first that nobody touched since it came by) is closed until it is needed again.
final class DescriptorPool: Sendable {
    private struct State {
        var members: [OpenFile] = []
        var hand = 0
    }

    private let state = Mutex(State())
    private let budget: Atomic<Int>
    /// Descriptors that are open, those included that replies in flight hold.
    private let count = Atomic<Int>(0)

    init(budget: Int) { self.budget = Atomic(budget) }

    /// A share of the process's limit; the rest is for connections, and for what is open only for a moment.
    static func budget(ofLimit limit: Int) -> Int { max(8, min(limit * 3 / 8, 1 << 16)) }

    /// Connections that there may be so that files still find their descriptors.
    static func connections(ofLimit limit: Int) -> Int { max(8, limit - budget(ofLimit: limit) - limit / 8 - 16) }

    var openCount: Int { count.load(ordering: .relaxed) }
    var isFull: Bool { openCount >= budget.load(ordering: .relaxed) }

    /// Opens a file and enters it; the caller holds the lock of `file`.
    func open(_ path: String, flags: Int32, for file: OpenFile) throws(DiskOpenFailure) -> FileHandle {
        if isFull { evict() }
        let descriptor = openMakingRoom(path, flags)
        guard descriptor >= 0 else { throw DiskOpenFailure(code: errno) }
        count.add(1, ordering: .relaxed)
        state.withLock { state in
            file.poolIndex = state.members.count
            state.members.append(file)
        }
        return FileHandle(descriptor, path: path, pool: self)
    }

    /// Opens something for a moment or for good; when there is no descriptor left, files that are not in use give theirs. Negative with `errno` set.
    func openMakingRoom(_ path: String, _ flags: Int32) -> Int32 {
        let descriptor = retryingInterrupts { Self.open(path, flags) }
        guard descriptor < 0, errno == EMFILE || errno == ENFILE else { return descriptor }
        evict(count: 16)
        return retryingInterrupts { Self.open(path, flags) }
    }

    fileprivate func closed() { count.subtract(1, ordering: .relaxed) }

    /// Takes a file out that gives back its descriptor by itself.
    func remove(_ file: OpenFile) { state.withLock { Self.remove(file, &$0) } }

    private static func remove(_ file: OpenFile, _ state: inout State) {
        guard let index = file.poolIndex, index < state.members.count, state.members[index] === file else { return }
        file.poolIndex = nil
        let last = state.members.removeLast()
        if last !== file {
            state.members[index] = last
            last.poolIndex = index
        }
    }

    /// Closes what was not touched since the hand last came by, two rounds at most, until `count` files are closed or the budget is kept.
    private func evict(count wanted: Int = 1) {
        state.withLock { state in
            var steps = 2 * state.members.count
            var closed = 0
            while steps > 0, closed < wanted, !state.members.isEmpty {
                steps -= 1
                if state.hand >= state.members.count { state.hand = 0 }
                let file = state.members[state.hand]
                if !file.wasTouched(), file.letGoUnlessBusy() {
                    Self.remove(file, &state)
                    closed += 1
                } else {
                    state.hand += 1
                }
            }
        }
    }

    /// Closes everything that was not touched since the last call.
    func releaseIdle() {
        state.withLock { state in
            for file in state.members where !file.wasTouched() && file.letGoUnlessBusy() { Self.remove(file, &state) }
        }
    }

    private static func open(_ path: String, _ flags: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, flags | O_CLOEXEC, 0o644)
        #else
            Darwin.open(path, flags | O_CLOEXEC, 0o644)
        #endif
    }

    /// An open descriptor: closed with its last reference, so that a reply in flight keeps it alive after the file has let it go.
    final class FileHandle: Sendable {
        let descriptor: Int32
        let path: String
        private let pool: DescriptorPool

        fileprivate init(_ descriptor: Int32, path: String, pool: DescriptorPool) {
            self.descriptor = descriptor
            self.path = path
            self.pool = pool
        }

        deinit {
            closeDescriptor(descriptor)
            pool.closed()
        }
    }
}

/// Why a file could not be opened: `errno`.
struct DiskOpenFailure: Error { var code: Int32 }
