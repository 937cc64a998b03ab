import Testing

@testable import Toolkit

@Suite struct FixedPointTests {
    /// What Java's `String.format` prints.
    @Test(arguments: [
        (0.05, "0.1", "0.05", "0.0500", "0"), (0.15, "0.2", "0.15", "0.1500", "0"), (2.5, "2.5", "2.50", "2.5000", "3"),
        (1e21, "1000000000000000000000.0", "1000000000000000000000.00", "1000000000000000000000.0000", "1000000000000000000000"),
        (1_234_567.891, "1234567.9", "1234567.89", "1234567.8910", "1234568"), (0.00049, "0.0", "0.00", "0.0005", "0"),
        (99.995, "100.0", "100.00", "99.9950", "100"), (1e-7, "0.0", "0.00", "0.0000", "0"), (-1.005, "-1.0", "-1.01", "-1.0050", "-1"),
        (123_456_789_012_345_680, "123456789012345680.0", "123456789012345680.00", "123456789012345680.0000", "123456789012345680"),
        (0.45, "0.5", "0.45", "0.4500", "0"), (0, "0.0", "0.00", "0.0000", "0"),
    ])
    func decimalsAreRoundedHalfUpAsJavaDoes(value: Double, one: String, two: String, four: String, none: String) {
        #expect(FixedPoint.text(value, 1) == one)
        #expect(FixedPoint.text(value, 2) == two)
        #expect(FixedPoint.text(value, 4) == four)
        #expect(FixedPoint.text(value, 0) == none)
    }

    @Test func whatIsNoNumberHasJavasWords() {
        #expect(FixedPoint.text(.nan, 2) == "NaN")
        #expect(FixedPoint.text(.infinity, 2) == "Infinity")
        #expect(FixedPoint.text(-.infinity, 2) == "-Infinity")
    }
}
