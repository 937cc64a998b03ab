import KafkaProtocol
import Vocabulary

/// What an answer says of the leader, and what follows from that before its content is looked at.
extension QuorumObserver {
    /// Who leads, as an answer says.
    struct Announcement {
        var leaderId: Int32?
        var epoch: Int32
        /// From the answer itself, which older controllers do not give.
        var address: HostPort?

        init(leaderId: Int32, epoch: Int32, endpoints: [(id: Int32, address: HostPort)]) {
            self.leaderId = leaderId >= 0 ? leaderId : nil
            self.epoch = epoch
            address = endpoints.first { $0.id == leaderId && !$0.address.host.isEmpty && (1...65535).contains($0.address.port) }?.address
        }
    }

    /// Failures of the request as a whole; nil when there is none.
    func outcome(of error: ErrorCode) -> Outcome? {
        switch error {
        case .none: nil
        case .inconsistentClusterId:
            .failure(.otherCluster("the controllers belong to another cluster: this node's cluster id is \(settings.clusterId) (\(error.name))"))
        case .clusterAuthorizationFailed:
            .failure(.notAuthorized("the controllers do not let node \(settings.nodeId) read the metadata log (\(error.name))"))
        default: .nothing(error.name)
        }
    }

    /// Takes note of the leader. Nil when the answer's content is for this epoch, and the leader's.
    mutating func note(_ announced: Announcement, _ error: ErrorCode, now: Int64) throws(MetadataError) -> Outcome? {
        guard announced.epoch >= election.epoch, error != .unknownLeaderEpoch else {
            return .nothing("it is behind: it knows epoch \(announced.epoch), and \(election.epoch) is the quorum's")
        }
        if announced.epoch > election.epoch {
            try follow(QuorumElection(epoch: announced.epoch, leaderId: announced.leaderId), announced.address, now: now)
            return leader == nil ? .nothing("epoch \(election.epoch) has no leader that it knows of") : .progress
        }
        if let known = election.leaderId, let told = announced.leaderId, known != told {
            return .nothing("it calls \(told) the leader of epoch \(election.epoch), which \(known) is")
        }
        let isNews = try takeDetails(announced, now: now)
        switch error {
        case .none:
            return leader == nil ? .nothing("it answers as a leader, and epoch \(election.epoch) has none that is known") : nil
        case .fencedLeaderEpoch, .notLeaderOrFollower:
            guard isNews else { return .nothing(announced.leaderId == nil ? "it knows no leader" : "it is not the leader") }
            return .progress
        default: return nil
        }
    }

    /// Takes what is new of the leader of this epoch; whether anything is.
    private mutating func takeDetails(_ announced: Announcement, now: Int64) throws(MetadataError) -> Bool {
        guard let told = announced.leaderId else { return false }
        // Somebody else believes in the leader too.
        defer { fetchDeadlineMs = now + settings.fetchTimeoutMs }
        if election.leaderId == nil {
            try follow(QuorumElection(epoch: announced.epoch, leaderId: told), announced.address, now: now)
            return leader != nil
        }
        guard let address = announced.address ?? (leaderAddress == nil ? configuredAddress(of: told) : nil), address != leaderAddress else { return false }
        leaderAddress = address
        return true
    }

    /// A new epoch, or the leader of this one. What was begun with another leader is of no use: snapshots of the same name differ between controllers.
    private mutating func follow(_ new: QuorumElection, _ address: HostPort?, now: Int64) throws(MetadataError) {
        try replica.write(new)
        election = new
        leaderAddress = new.leaderId.flatMap { address ?? configuredAddress(of: $0) }
        fetchDeadlineMs = now + settings.fetchTimeoutMs
        places.clearAll()
        dropDownload()
    }

    /// Where a voter is reached, as the log or the configuration says.
    func configuredAddress(of voter: Int32) -> HostPort? {
        replica.quorum.address(of: voter, listener: settings.listener) ?? settings.voters.first { $0.id == voter }?.address
    }

    mutating func dropDownload() {
        guard download != nil else { return }
        download = nil
        replica.dropUnfinishedSnapshot()
    }
}
