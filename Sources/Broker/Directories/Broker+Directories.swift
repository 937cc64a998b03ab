import Coordination
import KafkaProtocol
import LogStorage
import Vocabulary

// What becomes of the broker's log directories, and who is told.
extension Broker {
    /// A log directory that has failed.
    public struct LostDirectory: Sendable {
        public var id: Uuid
        public var path: String
        public var reason: String
        /// The broker goes on with others.
        public var isSpare: Bool
    }

    /// Called, from any thread, with each log directory that fails, once what it held is not served any more.
    public func onLostDirectory(_ body: @escaping @Sendable (LostDirectory) -> Void) { lostDirectories.set(body) }

    func watchDirectories(now: Int64) {
        metadata.onChange { [weak self] delta, now in
            self?.tellDirectories(delta, now: now)
            if delta.changedConfigs.contains(where: { $0.kind == .broker }) || delta.old.brokers.isEmpty { self?.cordonDirectories() }
        }
        if settings.quorum == nil {
            tellDirectories(MetadataDelta(from: MetadataImage(), to: metadata.image), now: now)
            cordonDirectories()
        }
        storage.onFailure { [weak self] directory, reason in
            // Whoever notices holds the lock of a log.
            guard let self else { return }
            timers.schedule(at: settings.clock()) { [weak self] _ in self?.directoryFailed(directory, reason) }
        }
    }

    /// Has the controller told where replicas are that the metadata has elsewhere, and goes on with moves that a stop has interrupted.
    private func tellDirectories(_ delta: MetadataDelta, now: Int64) {
        directoryAssignments.follow(delta)
        var elsewhere: [(key: DirectoryAssignments.Key, directory: Uuid)] = []
        for change in delta.changedTopics {
            for index in change.partitions {
                guard let partition = partitions.partition(change.topic.name, index), let image = change.topic.partition(index),
                    let actual = storage.directory(of: partition.log.name)?.directoryId, case let known = image.directory(of: settings.nodeId), known != actual
                else { continue }
                if let known, directoryMoves.isExpected(partition.log.name, in: known) { continue }
                elsewhere.append((partition.key, actual))
            }
        }
        if delta.new.registersDirectories { directoryAssignments.tell(elsewhere) }
        directoryMoves.resume(now: now)
    }

    private func directoryFailed(_ directory: LogDirectory, _ reason: String) {
        let lost = LostDirectory(id: directory.directoryId, path: directory.path, reason: reason, isSpare: storage.isSpare(directory))
        guard lost.isSpare else { return _ = lostDirectories(lost) }
        metadata.directoryFailed(directory, reason: reason) { [weak self] names in
            guard let self else { return }
            directoryMoves.directoryFailed(directory)
            // Of what was being moved out of it the controller may believe, or be about to, that it is elsewhere already.
            let image = metadata.image
            directoryAssignments.tell(
                names.compactMap { name in
                    image.topic(name.topic).map { (DirectoryAssignments.Key(topicId: $0.id, partition: name.partition), lost.id) }
                })
            lostDirectories(lost)
        }
    }

    // MARK: Cordoned directories

    /// Called, from any thread, with the directories that take no new partitions, when those have changed.
    public func onCordonedDirectories(_ body: @escaping @Sendable (Set<Uuid>) -> Void) { cordonedDirectories.set(body) }

    /// Brings the directories that take no new partitions in line with `cordoned.log.dirs` (KIP-1066).
    private func cordonDirectories() {
        guard case .list(let entries) = metadata.configs.broker("cordoned.log.dirs") else { return }
        let states = storage.states
        for entry in entries where entry != "*" && !states.contains(where: { $0.path == entry }) {
            settings.log.warn(.configuration, "cordoned.log.dirs: \(entry) is none of log.dirs")
        }
        let cordoned = Set(states.filter { entries.contains("*") || entries.contains($0.path) }.compactMap { $0.directory?.directoryId })
        storage.cordon(cordoned)
        if metadata.link == nil { metadata.noteCordoned(cordoned) }
        cordonedDirectories(cordoned)
    }
}
