/// A value that is handed to the one thread that uses it.
struct Confined<Value>: @unchecked Sendable {
    // Unchecked: only looked into on that thread.
    let value: Value
    init(_ value: Value) { self.value = value }
}
