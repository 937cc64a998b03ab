import Broker
import KafkaProtocol
import Vocabulary

/// A broker's connection to the active controller: what it asks arrives in order and late, and sometimes it or its answer never does.
final class ControllerWay {
    private let world: World
    private let network: Network
    private let controller: ScriptedClusterController
    private let node: Int32
    private var requestArrives: Int64 = 0
    private var answerArrives: Int64 = 0
    /// With its process the broker hears nothing any more.
    var isClosed = false

    init(_ world: World, _ network: Network, _ controller: ScriptedClusterController, node: Int32) {
        (self.world, self.network, self.controller, self.node) = (world, network, controller, node)
    }

    private var delay: Int64 { Int64(world.isOneIn(40) ? world.below(400) : world.below(6)) }

    private func isLost(_ from: Int32, _ to: Int32) -> Bool { network.loses(from, to) || world.isOneIn(80) }

    /// - Parameters:
    ///   - patienceMs: after that time it is found out that there will be no answer
    ///   - then: gets the answer, nil when there is none
    func ask<Answer>(patienceMs: Int64, _ question: @escaping (ScriptedClusterController) -> Answer, then: @escaping (Answer?) -> Void) {
        requestArrives = max(requestArrives, world.now + delay)
        let answered: (Answer?) -> Void = { [self] in if !isClosed { then($0) } }
        let lose = { [self] in world.after(patienceMs) { answered(nil) } }
        if isLost(node, ScriptedClusterController.id) { return lose() }
        world.at(requestArrives) { [self] in
            // A request that is on its way arrives, whatever becomes of who sent it.
            if network.loses(node, ScriptedClusterController.id) { return lose() }
            let answer = question(controller)
            if isLost(ScriptedClusterController.id, node) { return lose() }
            answerArrives = max(answerArrives, world.now + delay)
            world.at(answerArrives) { answered(answer) }
        }
    }
}

/// The way to the active controller for what a broker passes on and asks for itself, as the server's `QuorumLink` goes it: tried again for as long as a request
/// may take.
final class SimulatedControllerLink: ControllerLink, @unchecked Sendable {
    // Unchecked: a simulation is one thread.
    private static let timeoutMs: Int64 = 30_000
    private static let pauseMs: Int64 = 100

    private let world: World
    private let way: ControllerWay

    init(_ world: World, _ way: ControllerWay) { (self.world, self.way) = (world, way) }

    var isKnown: Bool { true }

    func versions(_ key: APIKey) -> ClosedRange<Int16>? { ScriptedClusterController.versions(key) }

    func send<R: Request>(_ request: R, then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
        attempt(request, until: world.now + Self.timeoutMs, then)
    }

    private func attempt<R: Request>(_ request: R, until deadline: Int64, _ then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
        guard !way.isClosed else { return }
        guard world.now < deadline else { return then(.failure(.requestTimedOut)) }
        // Now and then the one that is asked is not the active one.
        if world.isOneIn(30) { return again(request, deadline, then) }
        way.ask(patienceMs: Int64(50 + world.below(2_000))) {
            $0.answer(request)
        } then: { [self] answer in
            if let answer { then(answer) } else { again(request, deadline, then) }
        }
    }

    private func again<R: Request>(_ request: R, _ deadline: Int64, _ then: @escaping @Sendable (Result<R.Response, ErrorCode>) -> Void) {
        world.after(Self.pauseMs) { [self] in attempt(request, until: deadline, then) }
    }
}
