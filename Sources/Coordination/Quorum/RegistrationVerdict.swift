import KafkaProtocol

/// What follows from the error code of an answer to BrokerRegistration.
enum RegistrationVerdict: Hashable, Sendable {
    case registered
    /// The node asked is not the active controller: another one is to be asked, soon.
    case askAnother
    /// May pass: asked again after a heartbeat's interval, for the first registration within its time.
    case tryAgain
    /// Will not pass by itself.
    case final

    init(_ code: ErrorCode) {
        switch code {
        case .none: self = .registered
        case .notController: self = .askAnother
        case .inconsistentClusterId, .unsupportedVersion, .invalidRegistration: self = .final
        // A duplicate is mostly this broker before its restart, until its session ends; rights may be granted and a controller may recover.
        default: self = .tryAgain
        }
    }
}

/// What follows from the error code of an answer to BrokerHeartbeat.
enum HeartbeatVerdict: Hashable, Sendable {
    case heard
    case askAnother
    case tryAgain
    /// The controller does not know this registration (any more): the broker registers anew, or, when it is about to stop, is out already.
    case registerAnew

    init(_ code: ErrorCode) {
        switch code {
        case .none: self = .heard
        case .notController: self = .askAnother
        case .staleBrokerEpoch, .brokerIdNotRegistered: self = .registerAnew
        default: self = .tryAgain
        }
    }
}
