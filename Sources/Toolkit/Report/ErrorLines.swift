import Host

/// Standard error where output is JSON: each line that a tool writes becomes an object with a `message`, so that everything a script reads is JSON.
final class WarningSink: OutputSink {
    private let target: OutputWriter
    private var line: [UInt8] = []

    init(_ target: OutputWriter) { self.target = target }

    var isAbandoned: Bool { false }

    func write(_ bytes: UnsafeRawBufferPointer) -> StandardStream.Outcome {
        for byte in bytes {
            if byte != 10 {
                line.append(byte)
            } else {
                let text = String(decoding: line, as: UTF8.self)
                line.removeAll(keepingCapacity: true)
                if !text.allSatisfy(\.isWhitespace) { target.line(JSONValue.members(["message": .string(text)]).text) }
            }
        }
        return .moved(bytes.count)
    }
}

extension ToolError {
    /// The object that standard error gets where output is JSON.
    var json: JSONValue {
        var members = [JSONValue.Member("message", .string(message)), JSONValue.Member("exitCode", .int(Int64(exit.rawValue)))]
        if let code { members.append(JSONValue.Member("code", .string(code.name))) }
        return .members(["error": .object(members)])
    }
}
