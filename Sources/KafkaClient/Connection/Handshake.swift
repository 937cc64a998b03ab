import KafkaProtocol
import Security

/// What a new connection says before its first request: ApiVersions (KIP-511: newest first, downgraded to what the broker names), then SASL.
struct Handshake {
    enum Outcome {
        case send(Bytes)
        case ready
        case failed(ClientError)
    }

    private enum Step {
        case apiVersions(Int16)
        case saslHandshake
        case saslAuthenticate(Int16)
        case done
    }

    /// What the broker speaks, by API key.
    private(set) var versions: [Int16: ClosedRange<Int16>] = [:]
    private(set) var features = FinalizedFeatures()
    /// True once the broker answered anything at all.
    private(set) var hasAnswer = false
    private let clientId: String
    private let mechanism: String
    private var sasl: (any SaslExchange)?
    private var step = Step.apiVersions(ApiVersionsRequest.versions.upperBound)
    private var correlationId: Int32 = 0

    init(clientId: String, mechanism: String, sasl: (any SaslExchange)?) {
        self.clientId = clientId
        self.mechanism = mechanism
        self.sasl = sasl
    }

    /// The first frame to send.
    mutating func start() -> Bytes { apiVersions(ApiVersionsRequest.versions.upperBound) }

    /// Takes in the answer to what was sent last.
    mutating func receive(_ frame: Bytes) -> Outcome {
        guard frame.count >= 4, frame.load(0, as: Int32.self) == correlationId else { return .failed(Self.garbage("an answer to nothing it was asked")) }
        hasAnswer = true
        do throws(WireError) {
            switch step {
            case .apiVersions(let version): return try receiveVersions(frame, version)
            case .saslHandshake: return receiveMechanisms(try RequestFrame.decode(frame, as: SaslHandshakeRequest.self, version: 1))
            case .saslAuthenticate(let version): return receiveToken(try RequestFrame.decode(frame, as: SaslAuthenticateRequest.self, version: version))
            case .done: return .ready
            }
        } catch {
            return .failed(Self.garbage(error.description))
        }
    }

    private mutating func frame<R: Request>(_ request: R, _ version: Int16) -> Bytes {
        correlationId &+= 1
        for case .bytes(let bytes) in RequestFrame.encode(request, version: version, correlationId: correlationId, clientId: clientId) { return bytes }
        return .empty
    }

    private mutating func apiVersions(_ version: Int16) -> Bytes {
        step = .apiVersions(version)
        var request = ApiVersionsRequest()
        request.clientSoftwareName = "ottla"
        request.clientSoftwareVersion = "1.0"
        return frame(request, version)
    }

    private mutating func receiveVersions(_ frame: Bytes, _ version: Int16) throws(WireError) -> Outcome {
        let body = frame.dropFirst(4)
        // A broker that does not know the version answers in version 0, whatever was asked.
        let isRefusal = body.count >= 2 && body.load(0, as: Int16.self) == ErrorCode.unsupportedVersion.rawValue
        let response = try ApiVersionsResponse.decode(body, version: isRefusal ? 0 : version, allowsTrailing: true)
        if isRefusal {
            guard version > 0 else { return .failed(ClientError(code: .unsupportedVersion)) }
            let offered = response.apiKeys.first { $0.apiKey == APIKey.apiVersions.rawValue }?.maxVersion ?? 0
            return .send(apiVersions(max(0, min(offered, version - 1))))
        }
        if let failure = response.errorCode.failure() { return .failed(failure) }
        for api in response.apiKeys where api.minVersion <= api.maxVersion { versions[api.apiKey] = api.minVersion...api.maxVersion }
        features = FinalizedFeatures(response)
        guard sasl != nil else {
            step = .done
            return .ready
        }
        step = .saslHandshake
        var request = SaslHandshakeRequest()
        request.mechanism = mechanism
        return .send(self.frame(request, 1))
    }

    private mutating func receiveMechanisms(_ response: SaslHandshakeResponse) -> Outcome {
        if response.errorCode == .unsupportedSaslMechanism {
            let enabled = response.mechanisms.joined(separator: ", ")
            return .failed(
                ClientError(
                    .authentication, code: .unsupportedSaslMechanism,
                    message: "Client SASL mechanism '\(mechanism)' not enabled in the server, enabled mechanisms are [\(enabled)]"))
        }
        if let failure = response.errorCode.failure() { return .failed(failure) }
        guard let first = sasl?.first() else { return .failed(Self.garbage("no credentials")) }
        return .send(token(first))
    }

    private mutating func token(_ bytes: [UInt8]) -> Bytes {
        let offered = versions[APIKey.saslAuthenticate.rawValue]?.upperBound ?? 0
        let version = max(0, min(offered, SaslAuthenticateRequest.versions.upperBound))
        step = .saslAuthenticate(version)
        var request = SaslAuthenticateRequest()
        request.authBytes = Bytes(bytes)
        return frame(request, version)
    }

    private mutating func receiveToken(_ response: SaslAuthenticateResponse) -> Outcome {
        if response.errorCode != .none {
            return .failed(ClientError(.authentication, code: response.errorCode, message: response.errorMessage ?? response.errorCode.message))
        }
        switch sasl?.next(response.authBytes.array) {
        case .send(let bytes): return .send(token(bytes))
        case .failed(let why): return .failed(ClientError(.authentication, code: .saslAuthenticationFailed, message: why))
        case .done, nil:
            step = .done
            return .ready
        }
    }

    private static func garbage(_ what: String) -> ClientError {
        ClientError(.malformed, message: "The peer does not speak Kafka's protocol.", reason: what)
    }
}
