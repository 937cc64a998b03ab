/// One pass over a message's fields in wire order. The reader, the writer, the printer and the random filler are its conformers,
/// so a message's `layout` is the only description of its format (Kafka protocol guide, "Protocol Primitive Types").
public protocol Wire {
    /// The version of the message being laid out.
    var version: Int16 { get }

    /// Announces the field whose `value` call comes next.
    mutating func name(_ name: StaticString)
    mutating func value(_ value: inout Bool) throws(WireError)
    mutating func value(_ value: inout Int8) throws(WireError)
    mutating func value(_ value: inout Int16) throws(WireError)
    mutating func value(_ value: inout UInt16) throws(WireError)
    mutating func value(_ value: inout Int32) throws(WireError)
    mutating func value(_ value: inout UInt32) throws(WireError)
    mutating func value(_ value: inout Int64) throws(WireError)
    mutating func value(_ value: inout Double) throws(WireError)
    mutating func value(_ value: inout Uuid) throws(WireError)
    mutating func value(_ value: inout String) throws(WireError)
    mutating func value(_ value: inout String?, nullable: Bool) throws(WireError)
    mutating func value(_ value: inout Bytes) throws(WireError)
    mutating func value(_ value: inout Bytes?, nullable: Bool) throws(WireError)
    mutating func value(_ value: inout RecordData?, nullable: Bool) throws(WireError)
    mutating func value<E: WireElement>(_ value: inout [E]) throws(WireError)
    mutating func value<E: WireElement>(_ value: inout [E]?, nullable: Bool) throws(WireError)
    /// A structure followed, in flexible versions, by its tagged section.
    mutating func value<S: WireStruct>(_ value: inout S) throws(WireError)
    mutating func value<S: WireStruct>(_ value: inout S?, nullable: Bool) throws(WireError)
    /// A string with a two-byte length whatever the version (only the client id of request headers).
    mutating func fixedString(_ value: inout String?) throws(WireError)
    /// A tagged field; `body` lays out its content. It is not written when it holds its default. Must come after the untagged fields.
    mutating func tagged(_ tag: UInt32, isDefault: Bool, _ body: (inout Self) throws(WireError) -> Void) throws(WireError)
}

/// What may stand in an array.
public protocol WireElement: Sendable {
    init()
    mutating func element<W: Wire>(_ wire: inout W) throws(WireError)
}

/// A structure of fields.
public protocol WireStruct: WireElement {
    /// Visits every field of the wire's version in wire order.
    mutating func layout<W: Wire>(_ wire: inout W) throws(WireError)
}

extension WireStruct {
    @inline(__always)
    public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) }
}

extension Wire {
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Bool) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Int8) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Int16) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout UInt16) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Int32) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout UInt32) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Int64) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Double) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Uuid) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout String) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout String?, nullable: Bool = true) throws(WireError) {
        self.name(name); try value(&x, nullable: nullable)
    }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Bytes) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout Bytes?, nullable: Bool = true) throws(WireError) {
        self.name(name); try value(&x, nullable: nullable)
    }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout RecordData?, nullable: Bool = true) throws(WireError) {
        self.name(name); try value(&x, nullable: nullable)
    }
    @inline(__always) mutating func field<E: WireElement>(_ name: StaticString, _ x: inout [E]) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field<E: WireElement>(_ name: StaticString, _ x: inout [E]?, nullable: Bool = true) throws(WireError) {
        self.name(name); try value(&x, nullable: nullable)
    }
    @inline(__always) mutating func field<S: WireStruct>(_ name: StaticString, _ x: inout S) throws(WireError) { self.name(name); try value(&x) }
    @inline(__always) mutating func field<S: WireStruct>(_ name: StaticString, _ x: inout S?, nullable: Bool = true) throws(WireError) {
        self.name(name); try value(&x, nullable: nullable)
    }
    @inline(__always) mutating func field(_ name: StaticString, _ x: inout ErrorCode) throws(WireError) { self.name(name); try value(&x.rawValue) }
}

extension Int8: WireElement { public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) } }
extension Int16: WireElement { public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) } }
extension Int32: WireElement { public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) } }
extension Int64: WireElement { public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) } }
extension String: WireElement { public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) } }
extension Bytes: WireElement {
    public init() { self = .empty }
    public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) }
}
extension Uuid: WireElement {
    public init() { self = .zero }
    public mutating func element<W: Wire>(_ wire: inout W) throws(WireError) { try wire.value(&self) }
}

/// A message of the protocol or of a log: name, versions, layout. `decode` and `encode` are requirements so that each message's are specialised here.
public protocol Message: WireStruct {
    /// Kafka's name for it, such as `FetchRequest`.
    static var name: String { get }
    static var versions: ClosedRange<Int16> { get }
    /// The first version with compact lengths and tagged fields; `Int16.max` when there is none.
    static var flexibleFrom: Int16 { get }
    /// Reads one message from the front of the bytes. Bytes left over are an error unless `allowsTrailing`.
    static func decode(_ bytes: Bytes, version: Int16, allowsTrailing: Bool) throws(WireError) -> Self
    /// Appends the message in the given version.
    func encode(into writer: inout WireWriter, version: Int16)
}

extension Message {
    public static func decode(_ bytes: Bytes, version: Int16, allowsTrailing: Bool = false) throws(WireError) -> Self {
        guard versions.contains(version) else { throw WireError(.unsupportedVersion, message: name, version: version, position: 0) }
        var reader = WireReader(bytes, version: version, isFlexible: version >= flexibleFrom)
        do throws(WireError) {
            var message = Self()
            try reader.value(&message)
            if !allowsTrailing && reader.remaining > 0 { throw reader.error(.trailingBytes) }
            return message
        } catch {
            throw WireError(error.reason, message: name, version: version, position: error.position)
        }
    }

    public func encode(into writer: inout WireWriter, version: Int16) {
        writer.begin(version: version, isFlexible: version >= Self.flexibleFrom)
        var copy = self
        writer.value(&copy)
    }

    /// The message alone, without header or length.
    public func encoded(version: Int16) -> Bytes {
        var writer = WireWriter()
        encode(into: &writer, version: version)
        return writer.finishedBytes()
    }
}

/// A request; `Response` is what answers it.
public protocol Request: Message {
    associatedtype Response: KafkaProtocol.Response
    static var apiKey: APIKey { get }
    /// The response of a version in which everything asked for has failed; nil where a client expects none. Each is in `Failures/`. Whoever answers
    /// calls `failure`, which is made of it.
    func allFailed(_ code: ErrorCode, message: String?, version: Int16) -> Response?
}

/// A response: a `ThrottledResponse` or an `UnthrottledResponse`.
public protocol Response: Message {
    static var apiKey: APIKey { get }
    /// The same response, saying for how many milliseconds the broker holds the client back, where the version can say it.
    func withThrottle(_ ms: Int32) -> Self
}

/// A response that has a throttle time in some version.
public protocol ThrottledResponse: Response {
    var throttleTimeMs: Int32 { get set }
}

extension ThrottledResponse {
    public func withThrottle(_ ms: Int32) -> Self {
        var response = self
        response.throttleTimeMs = ms
        return response
    }
}

/// A response that has no throttle time in any version.
public protocol UnthrottledResponse: Response {}

extension UnthrottledResponse {
    public func withThrottle(_ ms: Int32) -> Self { self }
}

/// Why bytes could not be read as a message: which message and version, where, and what was wrong.
public struct WireError: Error, Sendable, CustomStringConvertible {
    public enum Reason: Sendable, Equatable {
        case truncated, invalidLength(Int), unexpectedNull, varintTooLong, tagsOutOfOrder, taggedFieldSize, trailingBytes, unsupportedVersion
        case tooManyElements
    }
    public var reason: Reason
    public var message: String
    public var version: Int16
    /// Bytes from the start of what was being read.
    public var position: Int

    public init(_ reason: Reason, message: String = "", version: Int16 = -1, position: Int) {
        self.reason = reason
        self.message = message
        self.version = version
        self.position = position
    }

    public var description: String { "\(message) version \(version): \(reason) at byte \(position)" }
}
