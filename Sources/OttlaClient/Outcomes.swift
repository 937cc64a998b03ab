internal import Synchronization

/// Gathers what became of several records.
final class Outcomes: Sendable {
    private struct State {
        var results: [Result<Acknowledgement, KafkaError>?]
        var missing: Int
    }

    private let state: Mutex<State>

    init(count: Int) { state = Mutex(State(results: Array(repeating: nil, count: count), missing: count)) }

    /// Notes one; true when it was the last.
    func set(_ index: Int, _ result: Result<Acknowledgement, KafkaError>) -> Bool {
        state.withLock { state in
            state.results[index] = result
            state.missing -= 1
            return state.missing == 0
        }
    }

    /// In their order, once all are there.
    var all: [Result<Acknowledgement, KafkaError>] { state.withLock { $0.results.compactMap(\.self) } }
}
