import KafkaProtocol
import Synchronization
import Vocabulary

/// How large a commit journal becomes, in bytes.
public struct JournalLimits: Sendable {
    /// Of a file, before the next one is begun.
    public var fileBytes = 8 << 20
    /// By which a file grows ahead of what is written: a sync of bytes that a file has already costs half of one that makes it longer.
    public var stepBytes = 256 << 10
    /// The most that a log may have for one write of the journal: more is better synced in its own file, and not written twice.
    public var tailBytes = 32 << 10
    /// Of one write.
    public var blockBytes = 512 << 10
    /// Of all files. With more than that, logs are not synced as fast as they are written, and each is synced by itself.
    public var totalBytes = 64 << 20

    public init() {}
}

/// The commit journal of a log directory: what is appended to its logs is made durable by one write and one sync of the journal, however many logs it is for,
/// and not by a sync of each log's file. The logs' files are written as ever, and synced later; then the journal's files go. A start after a crash gives the
/// logs back what their files have lost.
///
/// What holds at every moment: of a log that has records here, the journal has all that its own files may still lose, up to where it was called durable. So a
/// log is added only where all before is durable already, an older file goes before a younger one, and a log that is cut is forgotten here.
public final class CommitJournal: Sendable {
    private struct Mark {
        /// Nil for one that was found and not opened yet.
        var log: PartitionLog?
        /// Behind its last record here.
        var end: Offset
    }

    private struct JournalFile {
        let number: Int
        var size = 0
        var marks: [JournalKey: Mark] = [:]
    }

    /// The file that is written to, the last of all.
    private struct Writing {
        let file: any DiskFile
        var position = 0
        /// That it is there is not known to be durable.
        var isNew = true
    }

    private struct State {
        /// In the order of their numbers.
        var files: [JournalFile] = []
        /// The last of them is written to.
        var isWriting = false
        /// What a crash left for logs that are not open yet.
        var found: [JournalKey: [JournaledRecords]]
        /// Why nothing is written any more.
        var failure: String?
        var isTidying = false
        /// The number of the last file that could not be removed when that was tried.
        var tried = 0

        /// The files that nothing is added to.
        var full: ArraySlice<JournalFile> { isWriting ? files.dropLast() : files[...] }

        func has(_ key: JournalKey) -> Bool { files.contains { $0.marks[key] != nil } }

        mutating func mark(_ key: JournalKey, _ change: (inout Mark?) -> Void) {
            for index in files.indices where files[index].marks[key] != nil { change(&files[index].marks[key]) }
        }
    }

    private let disk: any Disk
    private let path: String
    private let log: OperatorLog
    private let failures: DiskFailures
    private let limits: JournalLimits
    /// Held while the disk works, and before `state`.
    private let writing = Mutex<Writing?>(nil)
    private let state: Mutex<State>

    /// Looks at what there is; changes nothing.
    /// - Parameters:
    ///   - names: what is in the directory
    ///   - isClean: whether the directory was closed in order, by whomever: then its logs need nothing from here
    init(
        _ disk: any Disk, _ path: String, _ names: [String], isClean: Bool, limits: JournalLimits, log: OperatorLog, failures: DiskFailures
    ) throws(DiskError) {
        self.disk = disk
        self.path = path
        self.log = log
        self.failures = failures
        self.limits = limits
        var state = State(found: [:])
        for number in names.compactMap(Self.number).sorted() {
            var file = JournalFile(number: number)
            let content = isClean ? Bytes.empty : try disk.readFile("\(path)/\(Self.name(number))")
            file.size = content.count
            for entry in JournalBlock.entries(in: content) {
                switch entry {
                case .records(let key, let from, let batches):
                    let records = JournaledRecords(from: from, batches: batches)
                    state.found[key, default: []].append(records)
                    file.marks[key] = Mark(end: records.end)
                case .forget(let key):
                    state.found[key] = nil
                    file.marks[key] = nil
                    state.mark(key) { $0 = nil }
                }
            }
            state.files.append(file)
        }
        self.state = Mutex(state)
    }

    /// `commits-1.journal`
    private static func name(_ number: Int) -> String { "commits-\(number).journal" }

    private static func number(of name: String) -> Int? {
        guard name.hasPrefix("commits-"), name.hasSuffix(".journal") else { return nil }
        return Int(name.dropFirst("commits-".count).dropLast(".journal".count)).flatMap {
            (1...Self.largestNumber).contains($0) && Self.name($0) == name ? $0 : nil
        }
    }

    private static let largestNumber = 1 << 48

    var tailBytes: Int { limits.tailBytes }
    var blockBytes: Int { limits.blockBytes }

    // MARK: Writing

    /// Whether there are records of a log.
    func has(_ key: JournalKey) -> Bool { state.withLock { $0.has(key) } }

    /// Makes records durable.
    /// - Returns: false when they must be synced in their own files
    func write(_ rows: [JournaledTail]) -> Bool {
        let failure = add(rows.map { .records($0.key, from: $0.from, $0.batches) }, within: limits.totalBytes) { file in
            for row in rows { file.marks[row.key] = Mark(log: row.log, end: row.place.offset) }
        }
        return failure == nil
    }

    /// Says, durably, that what the journal has of logs holds no more: each is durable in its own files, or gone.
    func forget(_ keys: [JournalKey]) throws(DiskError) {
        let known = state.withLock { state in keys.filter(state.has) }
        guard !known.isEmpty else { return }
        if let failure = add(known.map { .forget($0) }, within: .max, { _ in }) { throw failure }
        state.withLock { state in
            for key in known {
                state.found[key] = nil
                state.mark(key) { $0 = nil }
            }
        }
    }

    /// The same for logs that are gone. Where that cannot be said, nothing waits for them, and it is said when they come back.
    func drop(_ keys: [JournalKey]) throws(DiskError) {
        do throws(DiskError) { try forget(keys) } catch {
            state.withLock { state in for key in keys { state.mark(key) { $0?.end = .zero } } }
            throw error
        }
    }

    private func add(_ entries: [JournalEntry], within totalBytes: Int, _ note: (inout JournalFile) -> Void) -> DiskError? {
        let block = JournalBlock.encode(entries)
        return writing.withLock { writing in
            let (failure, size) = state.withLock { ($0.failure, $0.files.reduce(block.count) { $0 + $1.size }) }
            if let why = failure ?? (size > totalBytes ? "it is full" : nil) {
                return DiskError(operation: "write", path: "the commit journal of \(path)", code: 0, message: why)
            }
            do throws(DiskError) {
                try write(block, &writing, note)
                return nil
            } catch {
                // A full disk may have room again; after anything else it is not known what is in the file.
                if !error.isOfSpace && !error.isPassing || !cutTorn(writing) { fail(error, &writing) }
                return error
            }
        }
    }

    /// Takes away what a failed write has left: it must not follow what is written in its place.
    private func cutTorn(_ writing: Writing?) -> Bool {
        guard let writing else { return true }
        do throws(DiskError) { try writing.file.truncate(to: writing.position) } catch { return false }
        noteSize(writing.position)
        return true
    }

    private func noteSize(_ size: Int) { state.withLock { $0.files[$0.files.count - 1].size = size } }

    private func fail(_ error: DiskError, _ writing: inout Writing?) {
        end(&writing)
        state.withLock { $0.failure = "\(error)" }
        log.error(.disk, "the commit journal of \(path) is not written any more, each log is synced by itself until the next start: \(error)")
        failures.note("\(error)")
    }

    private func end(_ writing: inout Writing?) {
        writing?.file.close()
        writing = nil
        state.withLock { $0.isWriting = false }
    }

    private func write(_ block: Bytes, _ writing: inout Writing?, _ note: (inout JournalFile) -> Void) throws(DiskError) {
        if let current = writing, current.position > 0, current.position + block.count > limits.fileBytes { end(&writing) }
        if writing == nil {
            let number = state.withLock { ($0.files.last?.number ?? 0) + 1 }
            writing = Writing(file: try disk.openFile("\(path)/\(Self.name(number))", create: true))
            state.withLock { state in
                state.files.append(JournalFile(number: number))
                state.isWriting = true
            }
        }
        guard let current = writing else { return }
        // Also of a write that fails: something of it may be there.
        state.withLock { note(&$0.files[$0.files.count - 1]) }
        let end = current.position + block.count
        var pieces = [block]
        if end > current.file.size { pieces.append(Self.zeros(min(limits.stepBytes, max(0, limits.fileBytes - end)))) }
        try current.file.write(pieces, at: current.position)
        noteSize(current.file.size)
        try current.file.sync()
        if current.isNew { try disk.syncDirectory(path) }
        writing?.isNew = false
        writing?.position = end
    }

    private static func zeros(_ count: Int) -> Bytes {
        Bytes(capacity: count) { room in
            room.initializeMemory(as: UInt8.self, repeating: 0)
            return room.count
        }
    }

    // MARK: After a crash

    /// What a log's files may have lost, in order.
    func found(_ key: JournalKey) -> [JournaledRecords] { state.withLock { $0.found[key] ?? [] } }

    /// A log was opened, and has taken what there was for it. What it has no use for must not be found by the next start either, when it may have.
    func adopt(_ key: JournalKey, _ log: PartitionLog) throws(DiskError) {
        let (isKnown, end) = state.withLock { ($0.has(key), $0.found[key]?.last?.end) }
        guard isKnown else { return }
        guard let end, end <= log.logEndOffset else {
            // What it took must be its own before.
            try log.syncOnDisk()
            return try forget([key])
        }
        state.withLock { state in
            state.found[key] = nil
            state.mark(key) { $0?.log = log }
        }
    }

    /// Forgets logs that nobody opens.
    /// - Parameter kept: those that are still to be opened
    func settle(keeping kept: Set<JournalKey>) throws(DiskError) { try forget(state.withLock { $0.found.keys.sorted() }.filter { !kept.contains($0) }) }

    // MARK: Tidying

    /// Whether there are files to be removed once their logs are synced.
    public var isUntidy: Bool { state.withLock { !$0.isTidying && $0.full.last?.number ?? 0 > $0.tried } }

    /// Syncs the logs that have records in files that are full, and removes those files.
    /// - Parameter endsFile: also the one that is written to
    public func tidy(endsFile: Bool = false) {
        let isMine = state.withLock { state in
            defer { state.isTidying = true }
            return !state.isTidying
        }
        guard isMine else { return }
        if endsFile { writing.withLock { writing in if state.withLock({ $0.files.last?.marks.isEmpty == false }) { end(&writing) } } }
        var tried = 0
        defer { state.withLock { ($0.isTidying, $0.tried) = (false, tried) } }
        do throws(DiskError) {
            while let oldest = state.withLock({ $0.full.first }) {
                let marks = oldest.marks.sorted { $0.key < $1.key }
                tried = state.withLock { $0.full.last?.number ?? 0 }
                guard marks.allSatisfy({ Self.isInItsFiles($0.value) }) else { return }
                try remove(oldest.number)
                tried = 0
            }
        } catch {
            log.error(.disk, "the commit journal of \(path) could not be tidied: \(error)")
        }
    }

    private func remove(_ number: Int) throws(DiskError) {
        try disk.removeFile("\(path)/\(Self.name(number))")
        // One that came back alone would say what a later one takes back.
        try disk.syncDirectory(path)
        state.withLock { _ = $0.files.removeFirst() }
    }

    /// Whether a log needs the journal no more; syncs it if need be.
    private static func isInItsFiles(_ mark: Mark) -> Bool {
        guard let log = mark.log else { return mark.end <= .zero }
        if log.flushedOffset >= mark.end { return true }
        return ((try? log.sync()) ?? .zero) >= mark.end
    }

    /// Every log was made durable: the journal goes. It stays where there are logs that were not opened since a crash.
    func removeAll() throws(DiskError) {
        writing.withLock { end(&$0) }
        let numbers = state.withLock { $0.found.isEmpty ? $0.files.map(\.number) : [] }
        for number in numbers { try remove(number) }
    }
}
