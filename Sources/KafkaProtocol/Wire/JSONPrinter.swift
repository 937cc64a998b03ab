/// Prints a message as one line of JSON in the shape of Kafka's own converters: lower camel case names, bytes in base64, uuids in their text form.
public struct JSONPrinter: Wire {
    public let version: Int16
    public private(set) var text = ""
    private var needsComma = false

    private init(version: Int16) { self.version = version }

    public static func print<M: Message>(_ message: M, version: Int16) -> String {
        var printer = JSONPrinter(version: version)
        var copy = message
        printer.value(&copy)
        return printer.text
    }

    /// A JSON string literal, escaped as RFC 8259 asks.
    public static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16, uppercase: true)
                out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    public mutating func name(_ name: StaticString) {
        if needsComma { text += "," }
        text += "\"\(name)\":"
        needsComma = false
    }
    private mutating func put(_ value: String) {
        if needsComma { text += "," }
        text += value
        needsComma = true
    }

    public mutating func value(_ value: inout Bool) { put(value ? "true" : "false") }
    public mutating func value(_ value: inout Int8) { put(String(value)) }
    public mutating func value(_ value: inout Int16) { put(String(value)) }
    public mutating func value(_ value: inout UInt16) { put(String(value)) }
    public mutating func value(_ value: inout Int32) { put(String(value)) }
    public mutating func value(_ value: inout UInt32) { put(String(value)) }
    public mutating func value(_ value: inout Int64) { put(String(value)) }
    public mutating func value(_ value: inout Double) {
        put(value.isFinite ? String(value) : "\"\(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")\"")
    }
    public mutating func value(_ value: inout Uuid) { put("\"\(value)\"") }
    public mutating func value(_ value: inout String) { put(Self.quoted(value)) }
    public mutating func value(_ value: inout String?, nullable: Bool) { put(value.map(Self.quoted) ?? (nullable ? "null" : "\"\"")) }
    public mutating func fixedString(_ value: inout String?) { put(value.map(Self.quoted) ?? "null") }
    public mutating func value(_ value: inout Bytes) { put("\"\(Base64.encode(value.array))\"") }
    public mutating func value(_ value: inout Bytes?, nullable: Bool) { put(value.map { "\"\(Base64.encode($0.array))\"" } ?? (nullable ? "null" : "\"\"")) }
    public mutating func value(_ value: inout RecordData?, nullable: Bool) {
        put(value.map { "\"\(Base64.encode($0.bytes.array))\"" } ?? (nullable ? "null" : "\"\""))
    }
    public mutating func value<E: WireElement>(_ value: inout [E]) {
        if needsComma { text += "," }
        text += "["
        needsComma = false
        for element in value {
            var copy = element
            try? copy.element(&self)
        }
        text += "]"
        needsComma = true
    }
    public mutating func value<E: WireElement>(_ value: inout [E]?, nullable: Bool) {
        guard var present = value else { return put(nullable ? "null" : "[]") }
        self.value(&present)
    }
    public mutating func value<S: WireStruct>(_ value: inout S) {
        if needsComma { text += "," }
        text += "{"
        needsComma = false
        try? value.layout(&self)
        text += "}"
        needsComma = true
    }
    public mutating func value<S: WireStruct>(_ value: inout S?, nullable: Bool) {
        guard var present = value else { return put("null") }
        self.value(&present)
    }
    public mutating func tagged(_ tag: UInt32, isDefault: Bool, _ body: (inout JSONPrinter) throws(WireError) -> Void) {
        if !isDefault { try? body(&self) }
    }
}
