/// Fills a message's fields with random values, edge values often, so that codecs can be tested over all versions. The same seed gives the same message.
public struct RandomFiller<Generator: RandomNumberGenerator>: Wire {
    public let version: Int16
    private let isFlexible: Bool
    private var generator: Generator
    private var depth = 0

    /// A message with every field of the version filled.
    public static func message<M: Message>(_ type: M.Type, version: Int16, using generator: inout Generator) -> M {
        var filler = RandomFiller(version: version, isFlexible: version >= M.flexibleFrom, generator: generator)
        var message = M()
        filler.value(&message)
        generator = filler.generator
        return message
    }

    private init(version: Int16, isFlexible: Bool, generator: Generator) {
        self.version = version
        self.isFlexible = isFlexible
        self.generator = generator
    }

    private mutating func chance(_ n: UInt64) -> Bool { generator.next() % n == 0 }

    private mutating func integer<T: FixedWidthInteger>() -> T {
        switch generator.next() % 6 {
        case 0: 0
        case 1: T.min
        case 2: T.max
        case 3: 1
        default: T(truncatingIfNeeded: generator.next())
        }
    }

    private mutating func text() -> String {
        let words = ["", "a", "topic-1", "日本語", "group.with_signs", String(repeating: "x", count: 200)]
        return words[Int(generator.next() % UInt64(words.count))]
    }

    private mutating func bytes() -> Bytes {
        Bytes((0..<Int(generator.next() % 40)).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
    }

    public mutating func name(_ name: StaticString) {}
    public mutating func value(_ value: inout Bool) { value = chance(2) }
    public mutating func value(_ value: inout Int8) { value = integer() }
    public mutating func value(_ value: inout Int16) { value = integer() }
    public mutating func value(_ value: inout UInt16) { value = integer() }
    public mutating func value(_ value: inout Int32) { value = integer() }
    public mutating func value(_ value: inout UInt32) { value = integer() }
    public mutating func value(_ value: inout Int64) { value = integer() }
    public mutating func value(_ value: inout Double) { value = Double(Int64(truncatingIfNeeded: generator.next()) >> 12) / 1024 }
    public mutating func value(_ value: inout Uuid) { value = Uuid(high: integer(), low: integer()) }
    public mutating func value(_ value: inout String) { value = text() }
    public mutating func value(_ value: inout String?, nullable: Bool) { value = nullable && chance(4) ? nil : text() }
    public mutating func fixedString(_ value: inout String?) { value = chance(4) ? nil : text() }
    public mutating func value(_ value: inout Bytes) { value = bytes() }
    public mutating func value(_ value: inout Bytes?, nullable: Bool) { value = nullable && chance(4) ? nil : bytes() }
    public mutating func value(_ value: inout RecordData?, nullable: Bool) { value = nullable && chance(4) ? nil : .bytes(bytes()) }

    public mutating func value<E: WireElement>(_ value: inout [E]) {
        // Deep messages stay small: the deeper, the fewer elements.
        let count = Int(generator.next() % UInt64(max(2, 4 - depth)))
        value = (0..<count).map { _ in
            var element = E()
            try? element.element(&self)  // filling never throws
            return element
        }
    }
    public mutating func value<E: WireElement>(_ value: inout [E]?, nullable: Bool) {
        if nullable && chance(4) { return value = nil }
        var present: [E] = []
        self.value(&present)
        value = present
    }
    public mutating func value<S: WireStruct>(_ value: inout S) {
        depth += 1
        try? value.layout(&self)  // filling never throws
        depth -= 1
    }
    public mutating func value<S: WireStruct>(_ value: inout S?, nullable: Bool) {
        if nullable && chance(4) { return value = nil }
        var present = S()
        self.value(&present)
        value = present
    }
    public mutating func tagged(_ tag: UInt32, isDefault: Bool, _ body: (inout RandomFiller) throws(WireError) -> Void) {
        guard isFlexible, !chance(3) else { return }
        try? body(&self)  // filling never throws
    }
}
