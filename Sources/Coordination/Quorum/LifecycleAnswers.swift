import KafkaProtocol

// What the controller answers, and what there is to do when it does not.
extension BrokerLifecycle {
    /// Between attempts as long as no active controller is found; doubled each time, up to the heartbeat's interval.
    private static let firstMissMs: Int64 = 100
    /// While a broker catches up, so that one with nothing to recover is there quickly.
    private static let catchUpIntervalMs: Int64 = 10
    /// After the first answer to a broker that wants to stop: with few partitions its turn comes soon.
    private static let firstShutdownIntervalMs: Int64 = 50

    public mutating func take(_ answer: BrokerRegistrationResponse, _ now: Int64) {
        guard underWay == .registration else { return }
        underWay = nil
        guard isLive else { return }
        switch RegistrationVerdict(answer.errorCode) {
        case .registered: registered(answer.brokerEpoch, now)
        case .askAnother: askAnother(now)
        case .tryAgain: tryAgain(registrationTrouble(answer.errorCode), now)
        case .final: leave(because: finalReason(answer.errorCode), now)
        }
    }

    public mutating func take(_ answer: BrokerHeartbeatResponse, _ now: Int64) {
        guard case .heartbeat(let offline)? = underWay else { return }
        underWay = nil
        guard isLive else { return }
        switch HeartbeatVerdict(answer.errorCode) {
        case .heard:
            for id in offline { offlineDirectories[id]?.isKnown = true }
            contact(now)
            heard(answer, now)
        case .askAnother: askAnother(now)
        case .tryAgain: tryAgain("the controller refused a heartbeat: \(answer.errorCode.name)", now)
        case .registerAnew: registerAnew(answer.errorCode, now)
        }
    }

    /// There was no answer: no active controller is known, the connection could not be made or broke, the time was up.
    public mutating func failed(_ reason: String, _ now: Int64) {
        guard underWay != nil else { return }
        underWay = nil
        guard isLive else { return }
        trouble(reason)
        scheduleAfterFailure(missIntervalMs(), now)
    }

    // MARK: Registration

    private mutating func registered(_ epoch: Int64, _ now: Int64) {
        let isNew = self.epoch != epoch
        self.epoch = epoch
        isRegistered = true
        mustAmend = false
        registrationDeadline = nil
        contact(now)
        note(.registered(epoch: epoch))
        // A new registration begins fenced, an amended one as it was.
        if isNew { setFenced(true) }
        schedule(after: 0, now)
    }

    private mutating func registerAnew(_ code: ErrorCode, _ now: Int64) {
        // The controller has taken the broker out: nothing is left to be handed over.
        if state == .pendingControlledShutdown { return end() }
        isRegistered = false
        trouble(
            "the controller does not know this broker's epoch \(epoch) (\(code.name)): it was unregistered, or another broker uses its id; it registers anew")
        note(.registrationLost)
        setFenced(true)
        scheduleAfterFailure(settings.heartbeatIntervalMs, now)
    }

    private func registrationTrouble(_ code: ErrorCode) -> String {
        let id = announcement.broker.id
        switch code {
        case .duplicateBrokerRegistration:
            return "the id \(id) is still registered by another incarnation (\(code.name)): this broker before its restart, whose session ends within "
                + "broker.session.timeout.ms, or another broker with the same node.id"
        case .clusterAuthorizationFailed:
            return
                "the controller does not let this broker register (\(code.name)): its principal needs CLUSTER_ACTION on the cluster, or a place in super.users"
        default: return "the controller refused the registration: \(code.name)"
        }
    }

    private func finalReason(_ code: ErrorCode) -> String {
        switch code {
        case .inconsistentClusterId:
            return "the controller belongs to another cluster than \(announcement.clusterId), to which this broker's directory belongs (\(code.name)): "
                + "correct controller.quorum.bootstrap.servers, or format a new directory with the id of that cluster"
        case .unsupportedVersion:
            let unserved = JoinRules.unserved(finalizedFeatures, announcement.features)
            if !unserved.isEmpty { return "the controller refused the registration (\(code.name)): " + unserved.map(\.text).joined(separator: "; ") }
            let served = announcement.features.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value.lowerBound)-\($0.value.upperBound)" }
            return "the controller refused the registration (\(code.name)): the cluster finalized a level of a feature that this broker does not serve "
                + "(it serves \(served.joined(separator: ", "))). `kafka-features describe` shows the cluster's levels, `kafka-features downgrade` lowers one"
        case .invalidRegistration:
            return "the controller refused the registration (\(code.name)): it has no log directory, or one whose directory.id another broker has registered, "
                + "as a copied directory does"
        default: return "the controller refused the registration: \(code.name)"
        }
    }

    // MARK: Heartbeats

    private mutating func heard(_ answer: BrokerHeartbeatResponse, _ now: Int64) {
        let intervalMs = settings.heartbeatIntervalMs
        switch state {
        case .starting:
            if answer.isCaughtUp { enter(.recovery) }
            schedule(after: min(Self.catchUpIntervalMs, intervalMs), now)
        case .recovery:
            setFenced(answer.isFenced)
            if !answer.isFenced { enter(.running) }
            schedule(after: intervalMs, now)
        case .running:
            setFenced(answer.isFenced)
            schedule(after: intervalMs, now)
        case .pendingControlledShutdown:
            if answer.shouldShutDown { return end() }
            schedule(after: hasShutdownAnswer ? intervalMs : min(Self.firstShutdownIntervalMs, intervalMs), now)
            hasShutdownAnswer = true
        case .notRunning, .shuttingDown: break
        }
    }

    // MARK: Trouble

    private mutating func contact(_ now: Int64) {
        heardAt = now
        misses = 0
        trouble = nil
    }

    private mutating func askAnother(_ now: Int64) {
        note(.controllerIsElsewhere)
        trouble = trouble ?? "the node that was asked is not the active controller"
        scheduleAfterFailure(missIntervalMs(), now)
    }

    private mutating func tryAgain(_ reason: String, _ now: Int64) {
        misses = 0
        trouble(reason)
        scheduleAfterFailure(settings.heartbeatIntervalMs, now)
    }

    private mutating func missIntervalMs() -> Int64 {
        misses += 1
        return min(settings.heartbeatIntervalMs, Self.firstMissMs << min(10, misses - 1))
    }

    private mutating func trouble(_ reason: String) {
        if isNews(reason) { warn(reason) }
        trouble = reason
    }
}
