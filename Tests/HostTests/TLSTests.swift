import KafkaProtocol
import LogStorage
import Testing

@testable import Host

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A certificate for `localhost` that signs itself, made by the `openssl` command.
private func certificate(_ scratch: Scratch, _ name: String) throws {
    let subject = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=\(name)/O=Ottla"
    try #require(
        system("cd \(scratch.path) && \(subject) -addext subjectAltName=DNS:localhost -keyout \(name).key -out \(name).crt 2>openssl.log") == 0)
    try #require(
        system("cd \(scratch.path) && openssl pkcs12 -export -in \(name).crt -inkey \(name).key -passout pass:secret -out \(name).p12 2>>openssl.log") == 0)
}

@Suite struct TLSTests {
    let scratch: Scratch

    init() throws {
        scratch = try Scratch()
        try certificate(scratch, "server")
        try certificate(scratch, "client")
    }

    private var serverIdentity: TLSIdentity {
        TLSIdentity(certificates: .pemFile(scratch["server.crt"]), key: .pemFile(scratch["server.key"]))
    }

    @Test func framesAndFilesGoThroughTLS() throws {
        let net = try Loopback()
        let content = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13 >> 1) }
        let file = try scratch.disk.openFile(scratch["log"], create: true)
        try file.write([Bytes(content)], at: 0)
        let whole = try file.piece(at: 0, count: 3_000_000)
        let context = try TLSContext(
            serverIdentity: TLSIdentity(certificates: .pkcs12File(scratch["server.p12"], password: "secret")), clientAuthentication: .required,
            trust: .store(.pemFile(scratch["client.crt"])))
        var subject: String?
        let port = try net.listen(transport: .tlsServer(context)) { server in
            server.onReady = { subject = $0.peerSubject }
            server.onFrames = { connection, frames in
                for bytes in frames {
                    connection.send([
                        .bytes(frame(bytes.array)), .bytes(Bytes([0, 45, 198, 192])), whole,
                    ])
                }
            }
        }
        let client = try TLSContext(
            clientTrusting: .store(.pemFile(scratch["server.crt"])),
            identity: TLSIdentity(certificates: .pemFile(scratch["client.crt"]), key: .pemFile(scratch["client.key"])))
        var got: [[UInt8]] = []
        net.connect(port, host: "localhost", tls: client) { connection in
            #expect(connection.tlsDescription?.version == "TLSv1.3")
            connection.onFrames = {
                got += $1.map(\.array)
                if got.count == 4 { net.loop.stop() }
            }
            connection.send(frame([1, 2, 3]))
            connection.send(frame([UInt8](repeating: 8, count: 200_000)))
        }
        #expect(net.run())
        #expect(got == [[1, 2, 3], content, [UInt8](repeating: 8, count: 200_000), content])
        #expect(subject == "O=Ottla,CN=client")
    }

    private func handshakeFailure(_ server: Transport, client: TLSContext, host: String = "localhost") throws -> ConnectFailure.Kind? {
        let net = try Loopback()
        let port = try net.listen(transport: server) { server in
            server.onFrames = { _, _ in }
        }
        var kind: ConnectFailure.Kind?
        Connector(loop: net.loop, host: host, port: port, tls: client, timeoutMs: 3000) {
            if case .failure(let failure) = $0 { kind = failure.kind }
            net.loop.stop()
        }
        #expect(net.run())
        return kind
    }

    @Test func aServerThatIsNotTrustedIsRefused() throws {
        let server = try TLSContext(serverIdentity: serverIdentity)
        let kind = try handshakeFailure(.tlsServer(server), client: try TLSContext(clientTrusting: .store(.pemFile(scratch["client.crt"]))))
        guard case .tlsHandshake(let text) = kind else {
            Issue.record("\(String(describing: kind))")
            return
        }
        #expect(text.contains("certificate verification failed"))
        #expect(try handshakeFailure(.tlsServer(server), client: try TLSContext(clientTrusting: .anything, verifiesHostName: false)) == nil)
    }

    @Test func theHostNameIsVerifiedUnlessToldOtherwise() throws {
        let server = try TLSContext(serverIdentity: serverIdentity)
        let trust = TLSTrust.store(.pem(try scratch.disk.readFile(scratch["server.crt"]).text))
        #expect(try handshakeFailure(.tlsServer(server), client: try TLSContext(clientTrusting: trust), host: "127.0.0.1") != nil)
        #expect(try handshakeFailure(.tlsServer(server), client: try TLSContext(clientTrusting: trust, verifiesHostName: false), host: "127.0.0.1") == nil)
    }

    @Test func tlsOnAPlaintextPortFailsAtOnce() throws {
        let start = SystemClock.monotonicMs()
        let kind = try handshakeFailure(.plain, client: try TLSContext(clientTrusting: .anything))
        guard case .tlsHandshake = kind else {
            Issue.record("\(String(describing: kind))")
            return
        }
        #expect(SystemClock.monotonicMs() - start < 2000)
    }

    @Test func storesThatCannotBeUsedSayWhy() throws {
        #expect(throws: TLSError("\(scratch["none"]): No such file or directory")) { try TLSContext(clientTrusting: .store(.pemFile(scratch["none"]))) }
        let wrong = #expect(throws: TLSError.self) {
            try TLSContext(clientTrusting: .store(.pkcs12File(scratch["server.p12"], password: "wrong")))
        }
        #expect(wrong?.message.contains("server.p12 cannot be opened") == true)
        let mismatch = TLSIdentity(certificates: .pemFile(scratch["server.crt"]), key: .pemFile(scratch["client.key"]))
        #expect(throws: TLSError.self) { try TLSContext(serverIdentity: mismatch) }
        try scratch.disk.writeFile(scratch["old.jks"], Bytes([0xfe, 0xed, 0xfe, 0xed, 0, 0]))
        let java = #expect(throws: TLSError.self) { try TLSContext(clientTrusting: .store(.pkcs12File(scratch["old.jks"], password: "x"))) }
        #expect(java?.message.contains("JKS") == true)
    }
}
