import KafkaProtocol

/// A broker's side of its membership in a KRaft cluster (KIP-631, KIP-966, KIP-1066): it registers, tells the active controller every so often that it lives and
/// how far it has applied the metadata, and asks before it stops. As Kafka's BrokerLifecycleManager decides it, as a value: calls and answers go in with the
/// time (milliseconds of any clock that only goes forward); `next` gives the request to send, `wakeAt` when to ask again, `takeEvents` what has changed.
///
/// One request is under way at most; whoever sends it says what became of it with one call of `take` or `failed`.
public struct BrokerLifecycle: Sendable {
    public struct Settings: Sendable, Equatable {
        /// `broker.heartbeat.interval.ms`; also how long a request may take.
        public var heartbeatIntervalMs: Int64 = 2000
        /// `broker.session.timeout.ms`: after that time without a heartbeat the controller fences a broker. The controller's own setting counts.
        public var sessionTimeoutMs: Int64 = 9000
        /// `initial.broker.registration.timeout.ms`
        public var initialRegistrationTimeoutMs: Int64 = 60_000
        /// `log.dir.failure.timeout.ms`
        public var directoryFailureTimeoutMs: Int64 = 30_000
        /// `controlled.shutdown.enable`
        public var isShutdownControlled = true
        /// How long a stop waits for the controller.
        public var shutdownTimeoutMs: Int64 = 300_000

        public init() {}
    }

    /// What is to be sent to the active controller.
    public enum Request: Sendable {
        case registration(BrokerRegistrationRequest)
        case heartbeat(BrokerHeartbeatRequest)
    }

    public enum Event: Sendable, Equatable {
        case entered(BrokerState)
        /// Requests that name the broker's epoch carry this one from now on.
        case registered(epoch: Int64)
        /// The controller does not know the registration any more: what the old epoch allowed is over.
        case registrationLost
        case fenced
        case unfenced
        /// The node that was asked is not the active controller.
        case controllerIsElsewhere
        /// For the operator; the same trouble is told once until it has passed.
        case warning(String)
    }

    enum UnderWay: Equatable {
        case registration
        /// With the failed directories that it names.
        case heartbeat(offline: Set<Uuid>)
    }

    struct OfflineDirectory {
        /// When the broker must stop unless the controller knows.
        let deadline: Int64
        var isKnown = false
    }

    public let settings: Settings
    let announcement: BrokerAnnouncement

    public private(set) var state = BrokerState.notRunning
    /// The epoch of the newest registration; -1 before the first.
    public internal(set) var epoch: Int64 = -1
    /// Whether the controller lets this broker lead and serve, as far as it was last heard.
    public private(set) var isFenced = true
    /// Why the broker stops, when nobody asked for it; the process must not exit as if all were well.
    public private(set) var failure: String?

    var isRegistered = false
    /// What the controller knows of the broker is to be amended; its registration holds meanwhile.
    var mustAmend = false
    var underWay: UnderWay?
    /// When the next request is due; nil while one is under way.
    private var nextAt: Int64?
    /// The next request is due as soon as the one under way is answered.
    private var isUrgent = false
    /// Attempts in a row that found no active controller.
    var misses = 0

    private var isReady = false
    private var appliedOffset: Int64 = -1
    private var newest = MetadataImage()
    var offlineDirectories: [Uuid: OfflineDirectory] = [:]
    private var cordonedDirectories: Set<Uuid> = []

    var registrationDeadline: Int64?
    private var shutdownDeadline: Int64?
    var hasShutdownAnswer = false
    /// When the controller last answered a heartbeat or took the registration; nil when that is longer ago than a session lasts, and said.
    var heardAt: Int64?
    var trouble: String?
    private var events: [Event] = []

    public init(_ announcement: BrokerAnnouncement, settings: Settings = Settings()) {
        self.announcement = announcement
        self.settings = settings
    }

    public mutating func takeEvents() -> [Event] {
        defer { events = [] }
        return events
    }

    // MARK: What happens to the broker

    /// Begins to register. The metadata may be followed before and meanwhile.
    public mutating func start(_ now: Int64) {
        guard state == .notRunning else { return }
        enter(.starting)
        registrationDeadline = now + settings.initialRegistrationTimeoutMs
        nextAt = now
    }

    /// The metadata log has been applied up to and with an offset.
    public mutating func metadataApplied(upTo offset: Int64, _ image: MetadataImage, _ now: Int64) {
        appliedOffset = offset
        let id = announcement.broker.id
        let isChange = newest.metadataVersion != image.metadataVersion || newest.brokers[id] != image.brokers[id]
        newest = image
        if isChange, image.mustRegisterAgain(announcement.broker) { registerAgain(now) }
    }

    /// The logs are in order and the metadata's consequences drawn: the broker asks to be unfenced, now and whenever it is fenced again.
    public mutating func ready(_ now: Int64) {
        isReady = true
        hurry(now)
    }

    /// Sends the registration once more, under the same incarnation: the controller amends what it knows and keeps the epoch.
    public mutating func registerAgain(_ now: Int64) {
        guard isLive, state != .pendingControlledShutdown else { return }
        mustAmend = true
        hurry(now)
    }

    /// A log directory has failed. When the controller cannot be told in time, the broker leaves: others would wait for replicas that are gone.
    public mutating func directoryFailed(_ id: Uuid, _ now: Int64) {
        guard offlineDirectories[id] == nil else { return }
        offlineDirectories[id] = OfflineDirectory(deadline: now + settings.directoryFailureTimeoutMs)
        if isRegistered { hurry(now) }
    }

    /// The log directories that take no new partitions are these from now on.
    public mutating func directoriesCordoned(_ ids: Set<Uuid>, _ now: Int64) {
        guard cordonedDirectories != ids else { return }
        cordonedDirectories = ids
        if isRegistered, newest.cordonsDirectories { hurry(now) }
    }

    /// Another active controller is known: what waited for one need not wait longer.
    public mutating func controllerChanged(_ now: Int64) {
        misses = 0
        if trouble != nil, underWay == nil { hurry(now) }
    }

    /// Asks the controller to take over what this broker leads, if it leads anything, and stops then.
    public mutating func stop(_ now: Int64) {
        guard isLive || state == .notRunning, state != .pendingControlledShutdown else { return }
        guard state == .running, isRegistered, settings.isShutdownControlled else { return end() }
        mustAmend = false
        enter(.pendingControlledShutdown)
        shutdownDeadline = now + settings.shutdownTimeoutMs
        hurry(now)
    }

    /// Stops in order for a reason that the operator did not choose.
    public mutating func leave(because reason: String, _ now: Int64) {
        if failure == nil { failure = reason }
        warn(reason)
        stop(now)
    }

    /// Stops without waiting for the controller any longer.
    public mutating func end() {
        guard state != .shuttingDown else { return }
        nextAt = nil
        enter(.shuttingDown)
    }

    /// Ends with a reason.
    mutating func fail(_ reason: String) {
        if failure == nil { failure = reason }
        warn(reason)
        end()
    }

    // MARK: What is to be sent

    /// The request that is due, which counts as under way from now on.
    public mutating func next(_ now: Int64) -> Request? {
        checkDeadlines(now)
        guard isLive, underWay == nil, let nextAt, nextAt <= now else { return nil }
        self.nextAt = nil
        guard isRegistered, !mustAmend else {
            underWay = .registration
            return .registration(announcement.request)
        }
        underWay = .heartbeat(offline: Set(offlineDirectories.keys))
        return .heartbeat(heartbeat)
    }

    /// When `next` has something to do, at the latest; nil when only a call or an answer can change anything.
    public var wakeAt: Int64? {
        guard isLive else { return nil }
        let waiting = offlineDirectories.values.filter { !$0.isKnown }.map(\.deadline)
        return ([nextAt, registrationDeadline, shutdownDeadline, silenceDeadline].compactMap { $0 } + waiting).min()
    }

    private var heartbeat: BrokerHeartbeatRequest {
        var request = BrokerHeartbeatRequest()
        request.brokerId = announcement.broker.id
        request.brokerEpoch = epoch
        request.currentMetadataOffset = appliedOffset
        request.wantFence = !isReady
        request.wantShutDown = state == .pendingControlledShutdown
        request.offlineLogDirs = offlineDirectories.keys.sorted()
        // Before the broker has caught up its configuration may be an old one; null leaves what the controller knows.
        if state != .starting, newest.cordonsDirectories { request.cordonedLogDirs = cordonedDirectories.sorted() }
        return request
    }

    /// Whether the controller is still spoken to.
    var isLive: Bool { state != .notRunning && state != .shuttingDown }

    /// What the metadata says is finalized, as far as it is known.
    var finalizedFeatures: [String: Int16] { newest.features }

    private var silenceDeadline: Int64? { isRegistered ? heardAt.map { $0 + settings.sessionTimeoutMs } : nil }

    private mutating func checkDeadlines(_ now: Int64) {
        guard isLive else { return }
        if let registrationDeadline, registrationDeadline <= now {
            let waited = "within \(settings.initialRegistrationTimeoutMs) ms (initial.broker.registration.timeout.ms)"
            return fail("this broker could not be registered \(waited): \(trouble ?? "no controller has answered")")
        }
        if let shutdownDeadline, shutdownDeadline <= now {
            warn("the controller has not let this broker go within \(settings.shutdownTimeoutMs) ms: it stops now")
            return end()
        }
        if let silenceDeadline, silenceDeadline <= now {
            heardAt = nil
            warn("no heartbeat was answered for \(settings.sessionTimeoutMs) ms, after which a controller fences a broker: \(trouble ?? "no answer yet")")
        }
        for (id, directory) in offlineDirectories where !directory.isKnown && directory.deadline <= now {
            // Said once; a stop that is under way goes on.
            offlineDirectories[id]?.isKnown = true
            leave(
                because:
                    "the controller could not be told within \(settings.directoryFailureTimeoutMs) ms (log.dir.failure.timeout.ms) that log directory \(id) has failed",
                now)
        }
    }

    // MARK: Parts of every step

    mutating func enter(_ new: BrokerState) {
        state = new
        events.append(.entered(new))
    }

    mutating func note(_ event: Event) { events.append(event) }

    mutating func setFenced(_ fenced: Bool) {
        guard isFenced != fenced else { return }
        isFenced = fenced
        events.append(fenced ? .fenced : .unfenced)
    }

    func isNews(_ text: String) -> Bool { trouble != text }

    mutating func warn(_ text: String) { events.append(.warning(text)) }

    /// The next request is due after a time, or at once if there was a call for it meanwhile.
    mutating func schedule(after intervalMs: Int64, _ now: Int64) {
        nextAt = isUrgent ? now : now + intervalMs
        isUrgent = false
    }

    /// After a failure nothing is sent at once, whatever called for it: a controller in trouble is not to be hammered.
    mutating func scheduleAfterFailure(_ intervalMs: Int64, _ now: Int64) {
        isUrgent = false
        schedule(after: intervalMs, now)
    }

    private mutating func hurry(_ now: Int64) {
        guard isLive else { return }
        if underWay == nil { nextAt = now } else { isUrgent = true }
    }
}
