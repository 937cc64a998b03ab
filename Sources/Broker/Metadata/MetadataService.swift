import Coordination
import KafkaProtocol
import LogStorage
import Security
import Synchronization
import Vocabulary

/// The cluster's metadata on this node: the image in force, and the way to a controller that changes it. Here that is this node: one thread decides about
/// requests in the order in which they came, appends and syncs their records to `__cluster_metadata-0`, folds them, brings everything in line with the new
/// image, publishes it and only then answers. So a topic is usable the moment its creation is acknowledged.
public final class MetadataService: Sendable {
    /// KRaft's fixed id of the metadata topic.
    static let topicId = Uuid(high: 0, low: 1)

    public let settings: BrokerSettings
    public let clusterId: String
    private let controller: Controller
    private let store: MetadataStore
    /// The log of a node that decides for itself; nil where a quorum does.
    private let own: LocalMetadataSource?
    /// The copy of a quorum's log; nil in a node that decides for itself.
    private let observed: MetadataLogCopy?
    private let publisher: MetadataPublisher
    private let generator: Mutex<SeededGenerator>
    private let queue = Mutex(Queue())
    private let signal = Hook<Void>()
    private let fatal = Hook<String>()
    private let remote = Mutex<(any ControllerLink)?>(nil)
    /// Of a node that follows a quorum: the cluster's metadata is known and acted upon.
    private let isSettled = Atomic(false)

    /// What has been asked and is not decided yet.
    private struct Queue: Sendable {
        var jobs: [Job] = []
        /// Somebody runs `drain`, or was asked to.
        var isScheduled = false
        /// Why nothing is decided any more.
        var failure: String?
    }

    /// One question to the controller.
    private struct Job: Sendable {
        /// Decides, and returns what answers once the decision is committed and in force, or was given up.
        let decide: @Sendable (MetadataService) throws(MetadataFailure) -> Release
        /// Answers that nothing is decided any more.
        let refuse: Release
    }

    private typealias Release = @Sendable (ErrorCode) -> Void

    init(
        settings: BrokerSettings, disk: any Disk, storage: LogDirectories, partitions: PartitionTable, commits: CommitQueue, context: ReplicaContext, now: Int64
    )
        throws
    {
        self.settings = settings
        clusterId = storage.clusterId
        controller = Controller(nodeId: settings.nodeId, properties: settings.properties)
        generator = Mutex(settings.generator(3, now))
        publisher = MetadataPublisher(settings: settings, storage: storage, partitions: partitions, context: context)
        if let quorum = settings.quorum {
            own = nil
            observed = try MetadataLogCopy(
                storage: storage, disk: disk, settings: settings, voters: quorum.voters.map(\.id), isSynced: commits.durability != .memory, now: now)
            store = MetadataStore()
            return
        }
        observed = nil
        let formatted = try Self.formattedValues(storage, disk, settings)
        let source = try LocalMetadataSource(storage: storage, disk: disk, settings: settings, isSynced: commits.durability != .memory, now: now)
        own = source
        do {
            store = try MetadataStore(source)
        } catch {
            throw LogDirectoryError.refused("\(storage.metadata.path)/\(TopicPartition.clusterMetadata): \(error)")
        }
        try source.writeQuorumState()
        do {
            try start(storage) { try formatted ?? Self.bootstrapValues(disk, storage.metadata.path) }
        } catch let failure as MetadataFailure {
            throw LogDirectoryError.refused("\(storage.metadata.path)/\(TopicPartition.clusterMetadata) cannot be written: \(failure.reason)")
        }
        try publisher.start(store.image, now: now)
        try storage.settle(removed: store.removedTopics)
        for note in configs.notes() { settings.log.warn(.configuration, note) }
    }

    /// Where a new metadata log is to begin, what it begins with, which must be readable before there is one.
    private static func formattedValues(_ storage: LogDirectories, _ disk: any Disk, _ settings: BrokerSettings) throws -> [MetadataRecord]? {
        if storage.metadata.hasUnopened(.clusterMetadata) { return nil }
        if storage.hasUnopenedPartitions {
            settings.log.error(
                .metadata,
                "\(storage.description) holds partitions but no metadata log (\(TopicPartition.clusterMetadata)): a new cluster begins, and they are kept as stray. "
                    + "If the log is to be brought back, stop this broker first")
        }
        return try bootstrapValues(disk, storage.metadata.path)
    }

    /// The cluster as the last committed record left it. A value: it does not change under the reader.
    public var image: MetadataImage { store.image }

    /// The copy of a quorum's log; nil in a node that decides for itself.
    public var copy: (any MetadataReplica & Sendable)? { observed }

    /// The leader epoch of the metadata log.
    var epoch: LeaderEpoch { own?.epoch ?? LeaderEpoch(observed?.election.epoch ?? 0) }

    /// The node that clients ask for changes: this one, which decides about them or passes them on, as Kafka's brokers have it.
    var controllerId: Int32 { controller.nodeId }

    /// Effective configuration of topics, brokers and groups.
    public var configs: ConfigView { ConfigView(image: image, brokerId: settings.nodeId, properties: settings.properties) }

    /// Called with every difference after its image is published and before anybody is told that the change is done.
    public func onChange(_ body: @escaping @Sendable (_ delta: MetadataDelta, _ now: Int64) -> Void) { publisher.subscribe(body) }

    /// Called when directories were marked for deletion, which `LogDirectory.removeMarked` then removes.
    func onMarkedDirectories(_ body: @escaping @Sendable () -> Void) { publisher.onMarkedDirectories(body) }

    /// What a request for a partition that is not in the table must be told.
    func whyMissing(_ topic: String?, _ index: Int32) -> AppendError { publisher.whyMissing(topic, index, image) }

    // MARK: Asking

    /// The way to the active controller where that is another node; nil where it is this one.
    var link: (any ControllerLink)? { remote.withLock { $0 } }

    /// From now on another node decides.
    public func use(_ link: any ControllerLink) { remote.withLock { $0 = link } }

    /// Hands a request to the active controller. `then` is called once, from any thread, when what was decided is committed and, where this node is the
    /// controller, in force on it.
    /// - Parameter principal: on whose behalf
    func submit<R: ControllerRequest>(
        _ request: R, version: Int16 = R.versions.upperBound, principal: Principal, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void
    ) {
        if let link { return link.send(request, then: then) }
        enqueue(
            { (service, random) throws(MetadataFailure) in
                try service.store.decide { image, _ in
                    var state = DecisionState(image: image, version: version, random: random)
                    return request.decide(service.controller, on: &state)
                }
            }, then: then)
    }

    /// Records what this node, as its own controller, decides by itself, once what was asked before is decided: on the image as it is then.
    func record(_ decide: @escaping @Sendable (MetadataImage) -> [MetadataRecord], then: @escaping @Sendable (Result<Void, ErrorCode>) -> Void) {
        enqueue({ (service, _) throws(MetadataFailure) in try service.store.decide { image, _ in .init(decide(image), ()) } }, then: then)
    }

    /// Called, from any thread, when there is something to drain. Without it, what is asked is decided at once, on the caller's thread.
    public func onWork(_ body: @escaping @Sendable () -> Void) { signal.set(body) }

    /// Called, once, when the metadata in memory and in the log may differ: the node must stop.
    public func onFatal(_ body: @escaping @Sendable (String) -> Void) { fatal.set(body) }

    private func enqueue<Response: Sendable>(
        _ decide: @escaping @Sendable (MetadataService, SeededGenerator) throws(MetadataFailure) -> Response,
        then: @escaping @Sendable (Result<Response, ErrorCode>) -> Void
    ) {
        put(
            Job { (service) throws(MetadataFailure) in
                do throws(MetadataFailure) {
                    let response = try decide(service, service.generator.withLock { SeededGenerator(seed: $0.next()) })
                    return { error in then(error == .none ? .success(response) : .failure(error)) }
                } catch .refused(let code) {
                    return { _ in then(.failure(code)) }
                }
            } refuse: { code in
                then(.failure(code))
            })
    }

    private func put(_ job: Job) {
        let wakes = queue.withLock { queue in
            queue.jobs.append(job)
            defer { queue.isScheduled = true }
            return !queue.isScheduled
        }
        guard wakes else { return }
        if !signal(()) { drain() }
    }

    // MARK: Deciding

    /// Decides about everything that was asked. One thread at a time, the one that `onWork` woke.
    public func drain() {
        while true {
            let (jobs, failure) = queue.withLock { queue in
                defer { queue.jobs = [] }
                if queue.jobs.isEmpty { queue.isScheduled = false }
                return (queue.jobs, queue.failure)
            }
            if jobs.isEmpty { return }
            if failure == nil { decide(jobs) } else { for job in jobs { job.refuse(.unknownServerError) } }
        }
    }

    /// One sync of the log commits whatever was asked meanwhile.
    private func decide(_ jobs: [Job]) {
        var releases: [Release] = []
        do throws(MetadataFailure) {
            for job in jobs { releases.append(try job.decide(self)) }
            if let delta = try store.commit() { publish(delta) }
            for release in releases { release(.none) }
        } catch {
            queue.withLock { $0.failure = error.reason }
            for release in releases { release(.unknownServerError) }
            for job in jobs.dropFirst(releases.count) { job.refuse(.unknownServerError) }
            settings.log.error(.metadata, "this node cannot go on: \(error.reason)")
            fatal(error.reason)
        }
    }

    private func publish(_ delta: MetadataDelta) {
        // What a quorum's log tells of the past is not acted upon: a directory of today is no partition of then.
        if observed != nil, !isSettled.load(ordering: .acquiring) { return store.publish(delta) }
        publisher.publish(delta, now: settings.clock()) { store.publish(delta) }
    }

    /// Writes a snapshot of the metadata when one is due, and trims the log behind it. Long work, for a thread of its own.
    func maintainLog(now: Int64) {
        own?.maintain(image, now: now)
        observed?.maintain(image, now: now)
    }

    /// Takes a log directory that has failed out of use, after all that was asked before; `then` follows, with its partitions, once they are gone.
    func directoryFailed(_ directory: LogDirectory, reason: String, then: @escaping @Sendable ([TopicPartition]) -> Void) {
        put(
            Job { service in
                let names = service.publisher.abandon(directory, reason: reason, now: service.settings.clock())
                return { _ in then(names) }
            } refuse: { _ in
            })
        guard link == nil else { return }
        let (controller, id) = (controller, settings.nodeId)
        record({ controller.directoryFailureRecords(directory.directoryId, of: id, image: $0) }, then: { _ in })
    }

    /// Notes, as this node's own controller, which of its log directories take no new partitions.
    func noteCordoned(_ directories: Set<Uuid>) {
        let (controller, id) = (controller, settings.nodeId)
        guard !controller.cordonRecords(directories, of: id, image: image).isEmpty else { return }
        record({ controller.cordonRecords(directories, of: id, image: $0) }, then: { _ in })
    }

    /// Tries again to open what could not be opened, after all that was asked before.
    func openMissing(now: Int64) {
        guard publisher.hasUnavailable else { return }
        put(
            Job { service in
                service.publisher.openMissing(service.image, now: now)
                return { _ in }
            } refuse: { _ in
            })
    }

    // MARK: Following

    /// Folds in what the quorum has committed, brings the node in line with it and publishes the new image. A piece after another, in their order.
    /// - Parameter then: gets the image in force, from any thread; not called when the node cannot go on
    public func follow(_ committed: CommittedMetadata, then: @escaping @Sendable (MetadataImage) -> Void) {
        put(
            Job { (service) throws(MetadataFailure) in
                try service.store.fold(committed)
                return { [service] error in if error == .none { then(service.image) } }
            } refuse: { _ in
            })
    }

    /// Called once the cluster's metadata is known: the node is brought in line with it, and from now on with each change. What lies in the directory and
    /// belongs to no partition of this node is put aside.
    public func settle(_ storage: LogDirectories, then: @escaping @Sendable () -> Void) {
        put(
            Job { (service) throws(MetadataFailure) in
                let image = service.image
                service.isSettled.store(true, ordering: .releasing)
                service.publisher.publish(MetadataDelta(from: MetadataImage(), to: image), isStart: true, now: service.settings.clock()) {}
                do {
                    // A directory that this broker has marked is nobody's once the cluster has its partition elsewhere, or not at all.
                    let id = service.settings.nodeId
                    try storage.settle(removed: []) { name, topicId in
                        guard let topic = image.topic(topicId) else { return true }
                        return topic.partition(name.partition)?.replicas.contains(id) != true
                    }
                } catch {
                    throw .fatal("\(error)")
                }
                return { _ in then() }
            } refuse: { _ in
            })
    }

    // MARK: Topics

    /// Creates topics. One whose logs cannot all be made is taken back, and answered with the reason.
    func createTopics(
        _ request: CreateTopicsRequest, version: Int16 = CreateTopicsRequest.versions.upperBound, principal: Principal,
        then: @escaping @Sendable (Result<CreateTopicsResponse, ErrorCode>) -> Void
    ) {
        submit(request, version: version, principal: principal) { [self] result in
            guard case .success(var response) = result, !request.validateOnly, link == nil else { return then(result) }
            var failed: [Uuid] = []
            for (index, row) in response.topics.enumerated() where row.errorCode == .none {
                guard let topic = image.topic(row.name), let reason = publisher.firstReasonUnavailable(topic) else { continue }
                failed.append(topic.id)
                var refused = CreateTopicsResponse.CreatableTopicResult()
                refused.name = row.name
                refused.errorCode = .kafkaStorageError
                refused.errorMessage = "The broker cannot keep the topic's data: \(reason)"
                response.topics[index] = refused
            }
            if failed.isEmpty { return then(.success(response)) }
            takeBack(failed) { [response] removed in then(removed.map { response }) }
        }
    }

    /// Removes topics again, but for those that somebody else has removed meanwhile.
    func takeBack(_ topics: [Uuid], then: @escaping @Sendable (Result<Void, ErrorCode>) -> Void) {
        record(
            { image in
                topics.filter { image.topic($0) != nil }.map { id in
                    var removal = RemoveTopicRecord()
                    removal.topicId = id
                    return MetadataRecord(removal)
                }
            }, then: then)
    }

    /// Adds partitions. What the cluster has decided stays; but who asked is told of those whose logs cannot be made, which is tried again later.
    func createPartitions(
        _ request: CreatePartitionsRequest, version: Int16, principal: Principal,
        then: @escaping @Sendable (Result<CreatePartitionsResponse, ErrorCode>) -> Void
    ) {
        submit(request, version: version, principal: principal) { [self] result in
            guard case .success(var response) = result, !request.validateOnly, link == nil else { return then(result) }
            for (index, row) in response.results.enumerated() where row.errorCode == .none {
                guard let topic = image.topic(row.name), let reason = publisher.firstReasonUnavailable(topic) else { continue }
                response.results[index].errorCode = .kafkaStorageError
                response.results[index].errorMessage = "The broker cannot keep the new partitions' data for now: \(reason)"
            }
            then(.success(response))
        }
    }

    /// For the topics named on the command line, before the broker serves anybody: nil when the topic exists now, else why not.
    public func createTopicAtStart(_ name: String, partitions: Int32) -> String? {
        var topic = CreateTopicsRequest.CreatableTopic()
        topic.name = name
        topic.numPartitions = partitions
        topic.replicationFactor = -1
        var request = CreateTopicsRequest()
        request.topics = [topic]
        let answer = Mutex<Result<CreateTopicsResponse, ErrorCode>?>(nil)
        createTopics(request, principal: .anonymous) { result in answer.withLock { $0 = result } }
        switch answer.withLock({ $0 }) {
        case .success(let response)?:
            guard let row = response.topics.first, row.errorCode != .none, row.errorCode != .topicAlreadyExists else { return nil }
            return row.errorMessage ?? row.errorCode.message
        case .failure(let code)?: return code.message
        case nil: return "the controller has not answered"
        }
    }

    // MARK: Start

    /// A new directory gets the records of a new cluster; every start registers this broker with its endpoints.
    private func start(_ storage: LogDirectories, bootstrap: () throws -> [MetadataRecord]) throws {
        if image.features.isEmpty {
            let formatted = try bootstrap()
            try store.change { _, _ in .init(controller.bootstrapRecords(formatted: formatted), ()) }
        }
        let identity = BrokerIdentity(
            id: settings.nodeId, incarnationId: generator.withLock { Uuid.random(using: &$0) }, endpoints: settings.endpoints,
            rack: settings.text("broker.rack"), logDirs: storage.online.map(\.directoryId))
        try store.change { image, offset in .init(controller.startRecords(identity, offset: offset, image: image, wasClean: storage.wasClean), ()) }
    }

    /// What `kafka-storage format` wrote down for the cluster's first controller; empty where there is no such file.
    private static func bootstrapValues(_ disk: any Disk, _ path: String) throws -> [MetadataRecord] {
        let file = path + "/bootstrap.checkpoint"
        guard disk.exists(file) else { return [] }
        do {
            return try MetadataSnapshot.values(in: disk.readFile(file)).map { try MetadataRecord.decode($0) }
        } catch {
            throw LogDirectoryError.refused("\(file) is damaged: \(error)")
        }
    }

    /// Takes this node out of the cluster's sight, so that whoever opens the directory next need not wait for its session to end.
    func stop() throws(MetadataFailure) {
        if own == nil { return }
        let id = settings.nodeId
        try store.change { image, _ in .init(controller.stopRecords(id, image: image), ()) }
    }

    /// The features of this cluster, for ApiVersions.
    func describeFeatures(_ response: inout ApiVersionsResponse) {
        let image = image
        response.supportedFeatures = FeatureName.supported.sorted { $0.key < $1.key }.map { name, levels in
            var row = ApiVersionsResponse.SupportedFeatureKey()
            row.name = name
            row.minVersion = levels.lowerBound
            row.maxVersion = levels.upperBound
            return row
        }
        response.finalizedFeatures = image.servedFeatures.sorted { $0.key < $1.key }.map { name, level in
            var row = ApiVersionsResponse.FinalizedFeatureKey()
            row.name = name
            row.minVersionLevel = level
            row.maxVersionLevel = level
            return row
        }
        response.finalizedFeaturesEpoch = image.offset
    }
}
