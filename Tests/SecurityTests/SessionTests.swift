import Security
import Testing

@Suite struct SessionTests {
    @Test func aPlainListenerIsReadyAtOnce() {
        var session = Session()
        #expect(session.phase == .ready && session.principal.description == "User:ANONYMOUS")
        session.authenticated(as: Principal(name: "mallory"))
        session.encrypted(peer: Principal(name: "mallory"))
        #expect(session.principal == .anonymous, "where nobody asks for credentials none can be slipped in")
    }

    @Test func credentialsComeAfterTheHandshake() {
        var session = Session(isEncrypted: true, asksForCredentials: true)
        session.authenticated(as: Principal(name: "early"))
        #expect(session.phase == .handshake && session.principal == .anonymous)
        session.encrypted(peer: Principal(name: "CN=client"))
        #expect(session.phase == .authentication && session.principal.name == "CN=client")
        session.authenticated(as: Principal(name: "ada"))
        #expect(session.phase == .ready && session.principal == Principal(name: "ada"))
        session.authenticated(as: Principal(name: "ada again"))
        #expect(session.principal.name == "ada again")
    }

    @Test func aCertificateAloneIsEnoughWithoutSASL() {
        var session = Session(isEncrypted: true)
        session.encrypted(peer: Principal(name: "CN=client"))
        #expect(session.phase == .ready && session.principal.name == "CN=client")
    }

    @Test func operationsHaveTheNumbersOfTheProtocol() {
        // Kafka's AclOperation: READ 3 … TWO_PHASE_COMMIT 15.
        #expect(Operation.allCases.map(\.rawValue) == Array(3...15))
        #expect(ResourceType.cluster.operations.map(\.rawValue) == [5, 7, 8, 9, 10, 11, 12])
        #expect(ResourceType.topic.operations.map(\.rawValue) == [3, 4, 5, 6, 7, 8, 10, 11])
        #expect(ResourceType.group.operations.map(\.rawValue) == [3, 6, 8, 10, 11])
    }
}
