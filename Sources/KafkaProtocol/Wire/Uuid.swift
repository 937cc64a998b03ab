/// Kafka's 128-bit identifier; its text form is URL-safe base64 without padding, 22 characters.
public struct Uuid: Hashable, Sendable, Comparable {
    public var high: UInt64
    public var low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    public static let zero = Uuid(high: 0, low: 0)

    public static func < (a: Uuid, b: Uuid) -> Bool {
        (Int64(bitPattern: a.high), Int64(bitPattern: a.low)) < (Int64(bitPattern: b.high), Int64(bitPattern: b.low))
    }

    /// A version 4 UUID from the generator, never one whose text begins with a dash (Kafka's `Uuid.randomUuid`).
    public static func random(using generator: inout some RandomNumberGenerator) -> Uuid {
        while true {
            let high = (generator.next() as UInt64) & ~0xF000 | 0x4000
            let low = (generator.next() as UInt64) & ~(0xC0 << 56) | (0x80 << 56)
            let id = Uuid(high: high, low: low)
            if !id.description.hasPrefix("-") && high != 0 { return id }
        }
    }

    public var bytes: [UInt8] {
        (0..<16).map { UInt8(truncatingIfNeeded: ($0 < 8 ? high : low) >> UInt64(56 - 8 * ($0 % 8))) }
    }

    /// Reads the 22-character form (padding tolerated); nil when it is not 16 bytes of URL-safe base64.
    public init?(_ text: String) {
        guard let bytes = Base64.decode(text, urlSafe: true), bytes.count == 16 else { return nil }
        high = bytes[0..<8].reduce(0) { $0 << 8 | UInt64($1) }
        low = bytes[8..<16].reduce(0) { $0 << 8 | UInt64($1) }
    }
}

// Ids that stand in place of a log directory's (KIP-858).
extension Uuid {
    /// A replica whose log directory is not known yet.
    public static let unassignedDirectory = Uuid(high: 0, low: 1)
    /// A replica in a directory that is not there any more.
    public static let lostDirectory = Uuid(high: 0, low: 2)
    /// One of the ids that no directory has.
    public var isReservedDirectory: Bool { high == 0 && low < 100 }
}

extension Uuid: CustomStringConvertible {
    public var description: String { Base64.encode(bytes, urlSafe: true, padded: false) }
}

/// RFC 4648 base64, standard and URL-safe alphabets.
public enum Base64 {
    private static func alphabet(_ urlSafe: Bool) -> [UInt8] {
        Array(("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789" + (urlSafe ? "-_" : "+/")).utf8)
    }

    public static func encode(_ bytes: some Collection<UInt8>, urlSafe: Bool = false, padded: Bool = true) -> String {
        let letters = alphabet(urlSafe)
        var out: [UInt8] = []
        out.reserveCapacity((bytes.count + 2) / 3 * 4)
        var bits: UInt32 = 0, held = 0
        for byte in bytes {
            bits = bits << 8 | UInt32(byte)
            held += 8
            while held >= 6 {
                held -= 6
                out.append(letters[Int(bits >> UInt32(held)) & 63])
            }
        }
        if held > 0 { out.append(letters[Int(bits << UInt32(6 - held)) & 63]) }
        while padded && out.count % 4 != 0 { out.append(UInt8(ascii: "=")) }
        return String(decoding: out, as: UTF8.self)
    }

    /// Nil when a character is outside the alphabet.
    public static func decode(_ text: String, urlSafe: Bool = false) -> [UInt8]? {
        let letters = alphabet(urlSafe)
        var out: [UInt8] = []
        var bits: UInt32 = 0, held = 0
        for letter in text.utf8 where letter != UInt8(ascii: "=") {
            guard let value = letters.firstIndex(of: letter) else { return nil }
            bits = bits << 6 | UInt32(value)
            held += 6
            if held >= 8 {
                held -= 8
                out.append(UInt8(truncatingIfNeeded: bits >> UInt32(held)))
            }
        }
        return out
    }
}
