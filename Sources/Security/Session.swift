/// How far a connection has come, and whose it is. A value that only moves forward: TLS handshake, then SASL where the listener asks for it, then ready.
public struct Session: Hashable, Sendable {
    public enum Phase: Int8, Hashable, Sendable {
        /// TLS is not yet agreed on; no request can have arrived.
        case handshake
        /// SASL: only what leads to a principal is served.
        case authentication
        case ready
    }

    public private(set) var phase: Phase
    /// `User:ANONYMOUS` until authentication says otherwise.
    public private(set) var principal: Principal
    private let asksForCredentials: Bool

    /// - Parameters:
    ///   - isEncrypted: the listener speaks TLS
    ///   - asksForCredentials: the listener speaks SASL
    public init(isEncrypted: Bool = false, asksForCredentials: Bool = false) {
        self.asksForCredentials = asksForCredentials
        principal = .anonymous
        phase = isEncrypted ? .handshake : asksForCredentials ? .authentication : .ready
    }

    /// The TLS handshake is done.
    /// - Parameter peer: whom the client's certificate names, where it was asked for one
    public mutating func encrypted(peer: Principal? = nil) {
        guard phase == .handshake else { return }
        if let peer { principal = peer }
        phase = asksForCredentials ? .authentication : .ready
    }

    /// A SASL exchange has told who the client is; again, when a session is renewed (KIP-368). Nothing changes where the listener asks for no credentials.
    public mutating func authenticated(as principal: Principal) {
        guard asksForCredentials, phase != .handshake else { return }
        self.principal = principal
        phase = .ready
    }
}
