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
    }

    private struct State {
        /// In the order of their numbers.
        var files: [JournalFile] = []
        var writing: Writing?
        /// What a crash left for logs that are not open yet.
        var found: [JournalKey: [JournaledRecords]]
        /// A file was made that a power failure may take.
        var isDirectoryChanged = false
        /// Why nothing is written any more.
        var failure: String?
        var isTidying = false
        /// The number of the last file that could not be removed when that was tried.
        var tried = 0

        /// The files that nothing is added to.
        var full: ArraySlice<JournalFile> { writing == nil ? files[...] : files.dropLast() }

        mutating func endFile() {
            writing?.file.close()
            writing = nil
        }
    }

    private let disk: any Disk
    private let path: String
    private let log: OperatorLog
    private let failures: DiskFailures
    private let limits: JournalLimits
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
                    for index in state.files.indices { state.files[index].marks[key] = nil }
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
        return Int(name.dropFirst("commits-".count).dropLast(".journal".count)).flatMap { $0 > 0 && Self.name($0) == name ? $0 : nil }
    }

    var tailBytes: Int { limits.tailBytes }
    var blockBytes: Int { limits.blockBytes }

    // MARK: Writing

    /// Whether there are records of a log.
    func has(_ key: JournalKey) -> Bool { state.withLock { state in state.files.contains { $0.marks[key] != nil } } }

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
        let known = keys.filter(has)
        guard !known.isEmpty else { return }
        if let failure = add(known.map { .forget($0) }, within: .max, { _ in }) { throw failure }
        state.withLock { state in
            for key in known {
                state.found[key] = nil
                for index in state.files.indices { state.files[index].marks[key] = nil }
            }
        }
    }

    private func add(_ entries: [JournalEntry], within totalBytes: Int, _ note: (inout JournalFile) -> Void) -> DiskError? {
        let block = JournalBlock.encode(entries)
        return state.withLock { state in
            func refused(_ why: String) -> DiskError { DiskError(operation: "write", path: "the commit journal of \(path)", code: 0, message: why) }
            if let failure = state.failure { return refused(failure) }
            guard state.files.reduce(block.count, { $0 + $1.size }) <= totalBytes else { return refused("it is full") }
            do throws(DiskError) {
                try write(block, &state, note)
                return nil
            } catch {
                // A full disk may have room again; after anything else it is not known what is in the file.
                if !error.isOfSpace && !error.isPassing || !cutTorn(&state) { fail(error, &state) }
                return error
            }
        }
    }

    /// Takes away what a failed write has left: it must not follow what is written in its place.
    private func cutTorn(_ state: inout State) -> Bool {
        guard let writing = state.writing else { return true }
        do throws(DiskError) { try writing.file.truncate(to: writing.position) } catch { return false }
        state.files[state.files.count - 1].size = writing.position
        return true
    }

    private func fail(_ error: DiskError, _ state: inout State) {
        state.failure = "\(error)"
        state.endFile()
        log.error(.disk, "the commit journal of \(path) is not written any more, each log is synced by itself until the next start: \(error)")
        failures.note("\(error)")
    }

    private func write(_ block: Bytes, _ state: inout State, _ note: (inout JournalFile) -> Void) throws(DiskError) {
        if let writing = state.writing, writing.position > 0, writing.position + block.count > limits.fileBytes { state.endFile() }
        if state.writing == nil {
            let number = (state.files.last?.number ?? 0) + 1
            let file = try disk.openFile("\(path)/\(Self.name(number))", create: true)
            state.files.append(JournalFile(number: number))
            state.writing = Writing(file: file)
            state.isDirectoryChanged = true
        }
        guard let writing = state.writing else { return }
        // Also of a write that fails: something of it may be there.
        note(&state.files[state.files.count - 1])
        let end = writing.position + block.count
        var pieces = [block]
        if end > writing.file.size { pieces.append(Self.zeros(min(limits.stepBytes, max(0, limits.fileBytes - end)))) }
        try writing.file.write(pieces, at: writing.position)
        state.files[state.files.count - 1].size = writing.file.size
        try writing.file.sync()
        if state.isDirectoryChanged {
            try disk.syncDirectory(path)
            state.isDirectoryChanged = false
        }
        state.writing?.position = end
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
        let found = state.withLock { $0.found.removeValue(forKey: key) }
        guard let end = found?.last?.end else { return }
        guard end <= log.logEndOffset else { return try forget([key]) }
        state.withLock { state in for index in state.files.indices { state.files[index].marks[key]?.log = log } }
    }

    /// Nobody will open what is not open yet.
    func settle() {
        state.withLock { state in
            for key in state.found.keys { for index in state.files.indices { state.files[index].marks[key] = nil } }
            state.found = [:]
        }
    }

    // MARK: Tidying

    /// Whether there are files to be removed once their logs are synced.
    public var isUntidy: Bool { state.withLock { !$0.isTidying && $0.full.last?.number ?? 0 > $0.tried } }

    /// Syncs the logs that have records in files that are full, and removes those files.
    /// - Parameter endsFile: also the one that is written to
    public func tidy(endsFile: Bool = false) {
        let isMine = state.withLock { state in
            guard !state.isTidying else { return false }
            if endsFile, state.files.last?.marks.isEmpty == false { state.endFile() }
            state.isTidying = true
            return true
        }
        guard isMine else { return }
        var tried = 0
        defer { state.withLock { ($0.isTidying, $0.tried) = (false, tried) } }
        do throws(DiskError) {
            while let oldest = state.withLock({ $0.full.first }) {
                let marks = oldest.marks.sorted { ($0.key.topicId, $0.key.partition) < ($1.key.topicId, $1.key.partition) }
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
        guard let log = mark.log else { return false }
        if log.flushedOffset >= mark.end || log.isClosed { return true }
        return ((try? log.sync()) ?? .zero) >= mark.end
    }

    /// Every log was made durable: the journal goes. It stays where there are logs that were not opened since a crash.
    func removeAll() throws(DiskError) {
        let numbers = state.withLock { state in
            state.endFile()
            return state.found.isEmpty ? state.files.map(\.number) : []
        }
        for number in numbers { try remove(number) }
    }
}
