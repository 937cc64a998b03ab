#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A moment on the clock and calendar of the zone that the machine is set to (or TZ names).
public struct LocalTime: Equatable, Sendable {
    public var year: Int
    /// 1 to 12.
    public var month: Int
    public var day: Int
    public var hour: Int
    public var minute: Int
    public var second: Int
    public var millisecond: Int
    /// 0: Sunday.
    public var weekday: Int
    /// 1: the first of January.
    public var dayOfYear: Int
    /// How far the zone is east of UTC at that moment.
    public var offsetSeconds: Int
    /// The zone's short name ("CET").
    public var zone: String

    public init(
        year: Int, month: Int, day: Int, hour: Int = 0, minute: Int = 0, second: Int = 0, millisecond: Int = 0, weekday: Int = 0, dayOfYear: Int = 1,
        offsetSeconds: Int = 0, zone: String = "UTC"
    ) {
        (self.year, self.month, self.day, self.hour, self.minute, self.second) = (year, month, day, hour, minute, second)
        (self.millisecond, self.weekday, self.dayOfYear, self.offsetSeconds, self.zone) = (millisecond, weekday, dayOfYear, offsetSeconds, zone)
    }

    /// - Parameter wallMs: milliseconds since 1970-01-01 UTC, not before.
    public init(wallMs: Int64) {
        var seconds = time_t(wallMs / 1000)
        var parts = tm()
        localtime_r(&seconds, &parts)
        self.init(
            year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday), hour: Int(parts.tm_hour), minute: Int(parts.tm_min),
            second: Int(parts.tm_sec), millisecond: Int(wallMs % 1000), weekday: Int(parts.tm_wday), dayOfYear: Int(parts.tm_yday) + 1,
            offsetSeconds: Int(parts.tm_gmtoff), zone: parts.tm_zone.map { String(cString: $0) } ?? "")
    }
}
