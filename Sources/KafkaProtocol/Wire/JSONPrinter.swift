/// Prints a message as one line of JSON in the shape of Kafka's own converters: lower camel case names, bytes in base64, uuids in their text form, members in
/// the order in which the schema declares them.
public struct JSONPrinter: Wire {
    public let version: Int16
    public private(set) var text = ""
    private var needsComma = false
    /// The members of the structure that is being printed, with the byte of `text` at which each begins.
    private var members: [(name: StaticString, start: Int)] = []
    /// Whether one of them is a tagged field. Those are laid out last, whatever their place in the schema.
    private var hasTaggedMember = false

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
            case "\u{08}": out += "\\b"
            case "\u{0C}": out += "\\f"
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
        members.append((name, text.utf8.count))
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
        put(value.isFinite ? JavaNumber.text(value) : "\"\(value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity")\"")
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
        let outer = (members, hasTaggedMember)
        (members, hasTaggedMember) = ([], false)
        try? value.layout(&self)
        if hasTaggedMember { sortMembers(as: value) }
        (members, hasTaggedMember) = outer
        text += "}"
        needsComma = true
    }

    /// Brings the members of a structure into the order of its properties, which is the schema's.
    private mutating func sortMembers<S: WireStruct>(as value: S) {
        guard let first = members.first else { return }
        let order = Dictionary(Mirror(reflecting: value).children.enumerated().map { ($1.label ?? "", $0) }) { first, _ in first }
        let body = Array(text.utf8.dropFirst(first.start))
        var parts: [(place: Int, text: ArraySlice<UInt8>)] = []
        for (index, member) in members.enumerated() {
            // A comma stands before the next one.
            let end = index + 1 < members.count ? members[index + 1].start - 1 : first.start + body.count
            parts.append((order["\(member.name)"] ?? .max, body[member.start - first.start..<end - first.start]))
        }
        text.removeSubrange(text.utf8.index(text.startIndex, offsetBy: first.start)...)
        text += parts.sorted { $0.place < $1.place }.map { String(decoding: $0.text, as: UTF8.self) }.joined(separator: ",")
    }
    public mutating func value<S: WireStruct>(_ value: inout S?, nullable: Bool) {
        guard var present = value else { return put("null") }
        self.value(&present)
    }
    public mutating func tagged(_ tag: UInt32, isDefault: Bool, _ body: (inout JSONPrinter) throws(WireError) -> Void) {
        if isDefault { return }
        hasTaggedMember = true
        try? body(&self)
    }
}
