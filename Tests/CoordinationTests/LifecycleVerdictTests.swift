import KafkaProtocol
import Testing

@testable import Coordination

/// Every error code has its consequence; those that are not in the tables are tried again.
@Suite struct LifecycleVerdictTests {
    static let codes = (Int16(-1)...200).map(ErrorCode.init).filter { !$0.name.hasPrefix("UNKNOWN(") } + [ErrorCode(rawValue: 999)]

    static let registration: [ErrorCode: RegistrationVerdict] = [
        .none: .registered, .notController: .askAnother, .inconsistentClusterId: .final, .unsupportedVersion: .final, .invalidRegistration: .final,
    ]

    static let heartbeat: [ErrorCode: HeartbeatVerdict] = [
        .none: .heard, .notController: .askAnother, .staleBrokerEpoch: .registerAnew, .brokerIdNotRegistered: .registerAnew,
    ]

    @Test func theTableOfKnownCodesIsWhole() { #expect(Self.codes.count > 130) }

    @Test(arguments: codes) func anAnswerToTheRegistrationHasItsConsequence(code: ErrorCode) throws {
        var scene = LifecycleScene()
        scene.lifecycle.start(scene.now)
        _ = try scene.registration()
        scene.answerRegistration(code)
        switch Self.registration[code] ?? .tryAgain {
        case .registered:
            #expect(scene.lifecycle.epoch == 50 && scene.lifecycle.failure == nil)
            _ = try scene.heartbeat()
        case .askAnother:
            #expect(scene.lifecycle.takeEvents().contains(.controllerIsElsewhere))
            #expect(try scene.wake() == 100)
            _ = try scene.registration()
        case .tryAgain:
            #expect(try scene.wake() == 2000)
            #expect(scene.warnings().allSatisfy { $0.contains(code.name) } && scene.lifecycle.state == .starting)
            _ = try scene.registration()
        case .final:
            #expect(scene.lifecycle.state == .shuttingDown && scene.lifecycle.failure?.contains(code.name) == true)
        }
    }

    @Test(arguments: codes) func anAnswerToAHeartbeatHasItsConsequence(code: ErrorCode) throws {
        var scene = LifecycleScene()
        try scene.run()
        try scene.wake()
        _ = try scene.heartbeat()
        scene.answerHeartbeat(code)
        #expect(scene.lifecycle.state == .running && scene.lifecycle.failure == nil)
        let verdict = Self.heartbeat[code] ?? .tryAgain
        #expect(scene.lifecycle.takeEvents().contains(.controllerIsElsewhere) == (verdict == .askAnother))
        #expect(try scene.wake() == (verdict == .askAnother ? 100 : 2000))
        if verdict == .registerAnew { _ = try scene.registration() } else { _ = try scene.heartbeat() }
    }
}
